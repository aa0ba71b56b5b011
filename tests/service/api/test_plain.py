"""No error is answered in plain text, whoever of the framework answers it."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from service.http.plain import PlainErrors
from tests.service.api.conftest import Answering
from tests.service.fakes import PATIENCE, Desk, Judge
from tests.service.serving import client_of, is_problem, serving

FILES = (
    "/scans/1/file",
    "/classes/ticket/examples/1.png",
    "/detectors/d/report",
    "/ui/assets/common.js",
)


@pytest.fixture
def client(answering: Answering, desk: Desk) -> httpx.Client:
    """A client of a home with a filed scan, a class, and a detector that has a report."""
    for name in ("support/ticket/1.png", "detectors/d/report.html"):
        place = answering.home.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("x" * 10)
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    return answering.client


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=999999999-", 416),
        ("bytes=0-1,999999999-", 416),
        ("bytes", 400),
        ("bytes=", 400),
        ("bytes=x-y", 400),
        ("bytes=5-2", 400),
        ("lines=0-1", 400),
        ("bytes=" + "9" * 5000 + "-", 400),
    ],
    ids=range(8),
)
def test_a_bad_range_is_a_problem(client: httpx.Client, asked: str, status: int) -> None:
    """A client that reads problem details got plain text, or nothing."""
    for path in FILES:
        whole = client.get(path).content
        told = is_problem(answer := client.get(path, headers={"Range": asked}), status)
        assert told["detail"]
        assert told["advice"]
        assert answer.headers["content-length"] == str(len(answer.content))
        if status == 416:
            assert answer.headers["content-range"] == f"bytes */{len(whole)}"
        assert client.get(path, headers={"Range": "bytes=1-2"}).content == whole[1:3]
        # Where the file is another one by now, all of it is sent.
        changed = client.get(path, headers={"Range": asked, "If-Range": '"another"'})
        assert (changed.status_code, changed.content) == (200, whole)


def test_a_range_is_for_get_alone(client: httpx.Client) -> None:
    """RFC 9110, 14.2: HEAD told the length of the range, or of a refusal."""
    for path in FILES:
        length = client.get(path).headers["content-length"]
        for asked in ("bytes=1-2", "bytes=999999999-", "x"):
            head = client.head(path, headers={"Range": asked})
            assert (head.status_code, head.headers["content-length"]) == (200, length)


REFUSED = [
        ("GET", "/typo", None, 404),
        ("GET", "/ui/typo", None, 404),
        ("GET", "/ui/assets/typo.js", None, 404),
        ("GET", "/ui/assets/", None, 404),
        ("GET", "/ui/assets/%2e%2e%2fapplication.py", None, 404),
        ("GET", "/ui/assets/" + "x" * 3000, None, 404),
        ("GET", "/ui/_dash-component-suites/dash/typo.js", None, 404),
        ("GET", "/ui/_dash-update-component", None, 405),
        ("POST", "/ui/_dash-update-component", "{", 400),
        ("POST", "/ui/assets/common.js", None, 405),
        ("DELETE", "/scans", None, 405),
        ("BREW", "/scans", None, 405),
        ("GET", "/scans/x", None, 422),
        ("GET", "/scans/99999999999999999999", None, 422),
        ("GET", "/scans/9", None, 404),
        ("GET", "/scans/9/file", None, 404),
        ("POST", "/inference", "no form", 422),
        ("POST", "/scans/1/correction", "{", 422),
        ("POST", "/scans/1/correction", "x" * (2 << 20), 413),
]  # fmt: skip


def test_whatever_is_refused_is_a_problem(client: httpx.Client) -> None:
    """Of some paths, the framework answers by itself."""
    found = []
    for method, path, body, _ in REFUSED:
        answer = client.request(method, path, content=body)
        is_problem(answer, answer.status_code)
        found.append((method, path, body, answer.status_code))
    assert found == REFUSED


def test_a_broken_form_is_a_problem(client: httpx.Client) -> None:
    """The parser of forms is not the framework's."""
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = client.post("/inference", content=b"--y\r\n", headers={"Content-Type": kind})
        assert answer.status_code in {400, 415, 422}
        is_problem(answer, answer.status_code)


def test_only_plain_errors_are_changed() -> None:
    """A page that says why signing in failed would become JSON, or an answer lose its headers."""
    app = FastAPI(openapi_url=None)
    app.add_middleware(PlainErrors)
    answers: dict[str, Response] = {
        "well": PlainTextResponse("fine"),
        "page": Response("<p>no", 403, media_type="text/html"),
        "parts": StreamingResponse(iter(["Not ", "Now"]), 503, {"Retry-After": "7"}, "text/plain"),
        "long": PlainTextResponse("x" * 10_000, 400),
        "odd": PlainTextResponse("left", 499),
    }

    @app.get("/{kind}")
    def answer(kind: str) -> Response:
        return answers[kind]

    with serving(app) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        assert client.get("/well").text == "fine"
        assert client.get("/page").text == "<p>no"
        assert client.get("/odd").text == "left"
        told = client.get("/parts")
        assert is_problem(told, 503)["detail"] == "not now"
        assert told.headers["retry-after"] == "7"
        assert len(str(is_problem(client.get("/long"), 400)["detail"])) < 1000


def test_with_a_token_too(answering: Answering) -> None:
    """What stands before the application answers as well."""
    with client_of(answering.home, "a-token-to-test-with") as (client, _):
        is_problem(client.get("/scans", headers={"Range": "bytes=9-"}), 401)
