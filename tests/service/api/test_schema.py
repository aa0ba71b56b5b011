"""The API's description of itself, and what machines find by it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from service.http.describing import describe
from tests.service.api.conftest import Answering
from tests.service.serving import TOKEN, bearer, client_of


def test_the_description_holds(answering: Answering) -> None:
    """Clients that are made from it would not fit."""
    told = answering.client.get("/openapi.json").json()
    assert told["openapi"].startswith("3.")
    assert {
        "/", "/inference", "/inference-ocr", "/classes", "/classes/{name}",
        "/classes/{name}/examples", "/classes/{name}/examples/{example}",
        "/classes/{name}/examples/{example}/thumbnail", "/detectors",
        "/detectors/{name}/report", "/metrics", "/map", "/warnings",
        "/scans", "/scans/{scan_id}", "/scans/{scan_id}/file", "/scans/{scan_id}/thumbnail",
        "/scans/{scan_id}/pages/{page}", "/scans/{scan_id}/steps",
        "/scans/{scan_id}/steps/{step}", "/scans/{scan_id}/words", "/scans/{scan_id}/correction",
        "/lessons", "/lessons/{scan_id}",
        "/scans/{scan_id}/fields", "/scans/{scan_id}/fields/{name}",
        "/scans/{scan_id}/example",
    } == set(told["paths"])  # fmt: skip
    assert "security" not in told
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["description"]
            problem = operation["responses"]["default"]["content"]
            assert set(problem) == {"application/problem+json"}
    assert set(told["components"]["schemas"]) >= {"Problem", "Judged", "NotJudged", "Health"}
    assert "HTTPValidationError" not in str(told)
    assert describe.__doc__


def test_the_description_tells_of_the_token(answering: Answering) -> None:
    """A client would be refused, and its maker not know why."""
    with client_of(answering.home, TOKEN) as (client, _):
        told = client.get("/openapi.json", headers=bearer()).json()
    (scheme,) = told["components"]["securitySchemes"].values()
    assert scheme == {"type": "http", "scheme": "bearer"}
    assert told["security"]
    assert told["paths"]["/"]["get"]["security"] == []


def test_the_page_of_it_needs_no_network(answering: Answering) -> None:
    """On a machine without internet it would stay empty."""
    answer = answering.client.get("/docs")
    links: list[str] = []

    class Links(HTMLParser):
        """Notes whatever is fetched or linked."""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            """Note it."""
            links.extend(value or "" for name, value in attrs if name in {"src", "href"})
            assert tag != "script"

    Links().feed(answer.text)
    assert links
    assert all(link.startswith(("/", "#")) for link in links)
    assert "POST /inference" in answer.text


EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "5"))
"""Requests of each operation; ``make fuzz-http`` sends 500."""


@pytest.mark.timeout(120 + 60 * EXAMPLES)
def test_no_request_by_the_description_is_a_server_error(
    judging: Answering, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A machine that reads the description would find a way to break the service."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "run",
            f"{judging.client.base_url}openapi.json", "--checks", "not_a_server_error",
            "--max-examples", str(EXAMPLES), "--phases", "examples,coverage,fuzzing", "--seed", "1",
            "--generation-database", "none", "--request-timeout", "60",
        ],
        cwd=tmp_path, env=os.environ | {"NO_COLOR": "1"}, capture_output=True, text=True,
        timeout=120 + 60 * EXAMPLES, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    tried = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert tried is not None
    assert int(tried[1]) == int(tried[2]) > 50
    logged = capfd.readouterr()
    assert "Traceback" not in logged.out + logged.err
