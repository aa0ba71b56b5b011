"""HEAD and OPTIONS, on every path that there is."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.service.api.conftest import Answering
from tests.service.serving import TOKEN, bearer, client_of, is_problem


@pytest.fixture
def client(answering: Answering) -> httpx.Client:
    """A client of a home with one class and one detector that has a report."""
    for name, text in {"support/ticket/1.png": "x", "detectors/d/report.html": "<p>"}.items():
        place = answering.home.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return answering.client


def test_head_answers_wherever_get_does(client: httpx.Client) -> None:
    """Tools that look first (curl -I, link checkers, download managers) were told 405."""
    described = client.get("/openapi.json").json()["paths"]
    paths = [path for path, operations in described.items() if "get" in operations]
    assert len(paths) > 15
    paths = [re.sub(r"\{\w+\}", "1", path) for path in paths if path not in {"/warnings", "/map"}]
    paths += [
        "/ui", "/ui/", "/ui/recent", "/ui/scans/1", "/ui/assets/common.js", "/docs", "/openapi.json",
        "/sign-in", "/sign-in/style.css", "/classes/ticket/examples/1.png", "/typo",
        "/detectors/d/report",
    ]  # fmt: skip
    for path in paths:
        got, head = client.get(path), client.head(path)
        assert head.status_code == got.status_code, path
        assert head.content == b"", path
        for name in (
            "content-type",
            "etag",
            "content-security-policy",
            "location",
            "cache-control",
        ):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
        if path != "/metrics" and got.headers.get("content-type") != "application/problem+json":
            assert head.headers.get("content-length") == got.headers.get("content-length"), path
    is_problem(client.get("/typo"), 404)


def test_a_connection_goes_on_after_head(client: httpx.Client) -> None:
    """A body that is sent all the same would be taken for the next answer."""
    for _ in range(3):
        assert client.head("/classes").headers["content-length"] != "0"
        assert client.get("/classes").json()[0]["class"] == "ticket"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", "GET, HEAD, OPTIONS"),
        ("/inference", "POST, OPTIONS"),
        ("/classes/ticket", "GET, DELETE, HEAD, OPTIONS"),
        ("/classes/ticket/examples", "POST, OPTIONS"),
        ("/scans/1/correction", "POST, DELETE, OPTIONS"),
        ("/scans/1/fields", "PATCH, OPTIONS"),
        ("/ui/", "GET, HEAD, OPTIONS"),
        ("/ui/recent", "GET, HEAD, OPTIONS"),
        ("/ui/assets/common.js", "GET, HEAD, OPTIONS"),
        ("/sign-in", "GET, POST, HEAD, OPTIONS"),
        ("/detectors/d/report", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_path_names_its_methods(client: httpx.Client, path: str, allowed: str) -> None:
    """A client that asks what it may do was told that it may not ask."""
    answer = client.options(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == allowed
    # And so does the refusal of another one.
    refused = client.request("PUT", path)
    assert refused.status_code == 405
    assert refused.headers["allow"] == allowed


def test_no_path_has_no_methods(client: httpx.Client) -> None:
    """A path that there is not would look like one of ours."""
    is_problem(client.options("/typo"), 404)


def test_nobody_learns_paths_without_the_token(answering: Answering) -> None:
    """OPTIONS and HEAD would be ways around the token."""
    with client_of(answering.home, TOKEN) as (client, _):
        for method in ("HEAD", "OPTIONS"):
            assert client.request(method, "/classes").status_code == 401
            assert client.request(method, "/classes", headers=bearer()).status_code < 300


def test_requests_are_counted_by_their_route(client: httpx.Client) -> None:
    """HEAD requests would all be of no route."""
    client.head("/classes/ticket")
    told = client.get("/metrics").text
    assert re.search(r'method="HEAD",route="[^"]*\{name\}",status="200"', told), told
