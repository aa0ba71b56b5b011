"""What is under way when the service ends: it is done, or told so; never a bare 500."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from config.home import Home
from service.api import scans
from service.lock import only_daemon
from service.web import server
from tests.service.fakes import PATIENCE, Desk, Judge
from tests.service.serving import client_of, is_problem


@pytest.fixture
def filed(home: Home, desk: Desk) -> Home:
    """A home with one filed scan, and another class."""
    for kind in ("ticket", "cylinder"):
        (home.support / kind).mkdir()
        (home.support / kind / "1.png").write_text(kind)
    desk.drop("a.png", "ticket 3.50")
    desk.once(Judge())
    return home


@pytest.fixture
def clients() -> Iterator[ThreadPoolExecutor]:
    """Clients that wait for their answers."""
    with ThreadPoolExecutor(10) as pool:
        yield pool


def in_the_journal(home: Home) -> list[Any]:
    """Moves that stand there."""
    with closing(sqlite3.connect(home.database)) as connection:
        return connection.execute("SELECT scan_id FROM journal").fetchall()


def test_a_correction_that_waits_for_the_daemon_is_answered_when_the_service_ends(
    filed: Home, clients: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    """A person would read of a mistake of ours, and correct the scan a second time."""
    with only_daemon(filed.lock_file):  # a daemon that ends, too: it moves nothing any more
        with client_of(filed) as (client, _):
            url = f"{client.base_url}scans/1/correction"
            asked = clients.submit(httpx.post, url, json={"class": "cylinder"}, timeout=PATIENCE)
            while not in_the_journal(filed):
                assert not asked.done()
                time.sleep(0.01)
        told = asked.result(PATIENCE)
    assert told.status_code == 200, told.text
    assert told.json()["moved"] is False
    assert "Traceback" not in caplog.text
    with closing(sqlite3.connect(filed.database)) as connection:
        assert connection.execute("SELECT class_name FROM feedback").fetchall() == [("cylinder",)]


def test_what_does_not_end_in_time_is_a_problem(
    filed: Home,
    clients: ThreadPoolExecutor,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A move of a large file would be answered by a bare 500, with a traceback in the log."""
    monkeypatch.setattr(server, "GRACE", 0.1)
    monkeypatch.setattr(server, "_LAST_WORDS", 1)
    began, ends = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        began.set()
        ends.wait(PATIENCE)

    monkeypatch.setattr(scans, "say_what_it_is", slow)
    asked: Future[httpx.Response]
    with caplog.at_level(logging.ERROR):
        with client_of(filed) as (client, _):
            url = f"{client.base_url}scans/1/correction"
            asked = clients.submit(httpx.post, url, json={"class": "cylinder"}, timeout=PATIENCE)
            assert began.wait(PATIENCE)
        told = asked.result(PATIENCE)
        ends.set()
    is_problem(told, 503)
    assert int(told.headers["retry-after"]) > 0
    assert "x-content-type-options" in told.headers
    assert "Traceback" not in caplog.text
    assert "CancelledError" not in caplog.text
    assert "running task" not in caplog.text  # uvicorn's words, and no error of ours
