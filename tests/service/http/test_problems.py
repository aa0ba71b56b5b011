from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import structlog
from fastapi import FastAPI
from structlog.testing import LogCapture

from config import errors
from config.home import Home
from service.http.problems import Unexpected, answer_problems
from tests.service.fakes import PATIENCE
from tests.service.serving import client_of, is_problem, serving

RAISED = {
    "usage": (errors.UsageError("no class", "Say which"), 400),
    "missing": (errors.MissingError("no scan 7"), 404),
    "conflict": (errors.ConflictError("gone"), 409),
    "support": (errors.SupportError("no picture"), 422),
    "database": (errors.DatabaseError("/secret/db: locked", passing=True), 503),
    "broken": (errors.DatabaseError("/secret/db: malformed"), 503),
    "ocr": (errors.OcrError("no Tesseract"), 503),
    "weights": (errors.WeightsError("/secret/weights"), 503),
    "workers": (errors.WorkersError("/secret/worker"), 503),
    "home": (errors.HomeError("/secret/home"), 500),
    "odd": (ValueError("/secret"), 500),
}


@pytest.fixture
def failing() -> Iterator[httpx.Client]:
    """A client of an app that fails in every way there is."""
    app = FastAPI(openapi_url=None)
    answer_problems(app)
    app.add_middleware(Unexpected)

    @app.get("/{kind}")
    def fail(kind: str, number: int = 0) -> None:
        raise RAISED[kind][0]

    with serving(app) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        yield client


def test_every_error_is_a_problem_and_tells_no_secret(failing: httpx.Client) -> None:
    """A client could not tell its own mistake from the server's, or learnt where things lie."""
    logged = LogCapture()
    before = structlog.get_config()["processors"]
    structlog.configure(processors=[logged])
    try:
        for kind, (_, status) in RAISED.items():
            answer = failing.get(f"/{kind}")
            is_problem(answer, status)
            assert "secret" not in answer.text
            assert ("retry-after" in answer.headers) == (kind == "database")
    finally:
        structlog.configure(processors=before)
    assert {"a request failed"} == {line["event"] for line in logged.entries}
    (odd,) = (line for line in logged.entries if line["path"] == "/odd")
    assert "ValueError" in odd["exception"]
    assert "exc_info" not in odd  # it would be shown with the values of every frame
    assert is_problem(failing.get("/usage"), 400)["advice"] == "Say which"
    assert "number" in str(is_problem(failing.get("/usage?number=x"), 422)["detail"])


def test_an_unknown_path_and_method_are_problems(home: Home) -> None:
    """'/typo' would be answered with the page, as if it were there."""
    with client_of(home) as (client, _):
        is_problem(client.get("/typo"), 404)
        is_problem(client.get("/classes/"), 404)
        is_problem(client.put("/classes"), 405)
        is_problem(client.request("BREW", "/"), 405)


def test_security_headers_stand_on_every_answer(home: Home) -> None:
    """A page of somebody else could frame ours, or a browser keep what is in people's papers."""
    with client_of(home) as (client, _):
        for answer in (
            client.get("/"), client.get("/typo"), client.get("/docs"), client.get("/sign-in"),
            client.get("/", headers={"Host": "evil.example"}), client.delete("/classes/none"),
        ):  # fmt: skip
            headers = answer.headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["cache-control"] == "no-store"
            assert headers["referrer-policy"] == "no-referrer"
            assert "server" not in headers
