"""The page as a client without a browser sees it: paths, headers, and what is made up."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from config.home import Home
from tests.service.serving import TOKEN, bearer, client_of, is_problem

CALLBACK = "/ui/_dash-update-component"


@pytest.fixture
def client(home: Home) -> Iterator[httpx.Client]:
    """A client of a home without scans."""
    with client_of(home) as (client, _):
        yield client


@pytest.mark.parametrize("path", ["", "review", "recent", "classes", "figures", "scans/1"])
def test_every_view_has_its_address(client: httpx.Client, path: str) -> None:
    """A link that somebody was sent would lead nowhere."""
    answer = client.get(f"/ui/{path}")
    assert answer.status_code == 200
    assert "react-entry-point" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe-eval" not in policy


def test_nothing_is_loaded_from_elsewhere(client: httpx.Client) -> None:
    """Without the internet there would be no page; with it, others would know who looks."""
    text = client.get("/ui/").text
    assert "http://" not in text
    assert "https://" not in text
    assert "//" not in text.replace("://", "").replace("<!--//", "").split("<body>")[0]


def test_what_never_changes_is_kept_by_browsers(client: httpx.Client) -> None:
    """Every look at the page would load a megabyte again; a new version would not be loaded."""
    urls = re.findall(r'(?:src|href)="(/ui/[^"]+)"', client.get("/ui/").text)
    assert len(urls) > 10
    for url in urls:
        kept = client.get(url).headers["cache-control"]
        assert ("max-age=31536000" in kept) == (not url.endswith(".svg")), url


@pytest.mark.parametrize(
    "path", ["/ui/typo", "/typo", "/ui/_dash-component-suites/dash/nothing.js", "/ui/assets/x.js",
             "/ui/_dash-component-suites/os/path.py", "/ui/assets/../../../../pyproject.toml",
             "/ui/_dash-component-suites/dash/%2e%2e/%2e%2e/x.js"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    """A mistyped address would look like a page, and a made-up one might reach a file."""
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"output": "x.y", "inputs": []}', b"\xff", b'{"output":',
             b'{"output":"view.children","outputs":[],"inputs":[{"id":"url","property":"x"}]}'],
)  # fmt: skip
def test_a_made_up_callback_is_one_clear_problem(client: httpx.Client, body: bytes) -> None:
    """Anybody could fill the log with tracebacks; a page of an older version would say nothing."""
    answer = client.post(CALLBACK, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert "Traceback" not in answer.text


def test_the_page_needs_the_token_where_there_is_one(home: Home) -> None:
    """Papers would be open to whoever knows an address."""
    with client_of(home, TOKEN) as (client, _):
        for path in ("/ui/", "/ui/review", "/ui/_dash-layout", "/ui/assets/keys.js"):
            is_problem(client.get(path), 401)
            assert client.get(path, headers=bearer()).status_code == 200
        is_problem(client.post(CALLBACK, json={}), 401)
        sent = client.get("/ui/review", headers={"Accept": "text/html"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in?next=/ui/review")


def test_a_callback_of_another_site_is_refused(client: httpx.Client) -> None:
    """A page that somebody visits could correct scans in their name."""
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    is_problem(client.post(CALLBACK, json={}, headers=evil), 403)
