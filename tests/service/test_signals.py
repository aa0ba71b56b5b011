"""Ctrl-C and SIGTERM, once and again, to a process and to its group."""

from __future__ import annotations

import logging
import os
import signal
import threading

import pytest

from service.desk.office import Office
from service.signals import ending_signals
from service.web.application import web_app
from service.web.listening import bound
from service.web.server import Server
from tests.service.api.conftest import Answering, answering
from tests.service.fakes import PATIENCE

__all__ = ["answering"]

INT, TERM = signal.SIGINT, signal.SIGTERM


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ([TERM], [False]),
        ([TERM, TERM, TERM], [False, False, False]),
        ([INT], [False]),
        ([INT, INT], [False, True]),
        ([INT, TERM], [False, False]),
        ([TERM, INT], [False, False]),
        ([INT, TERM, INT], [False, False, True]),
    ],
)
def test_only_a_second_ctrl_c_hurries(sent: list[signal.Signals], asked: list[bool]) -> None:
    """SIGTERM to the process group comes twice, and cut off answers that had two seconds left."""
    before = [signal.getsignal(one) for one in (INT, TERM)]
    found: list[bool] = []
    with ending_signals() as ask:
        assert [
            signal.getsignal(one) for one in (INT, TERM)
        ] == before  # until there is what can end
        ask(found.append)
        for number in sent:
            os.kill(os.getpid(), number)
    assert found == asked
    assert [signal.getsignal(one) for one in (INT, TERM)] == before


def test_an_ignored_signal_stays_ignored_where_that_is_wanted() -> None:
    """A server beside a daemon would end by a Ctrl-C that the daemon is to answer."""
    before = signal.signal(INT, signal.SIG_IGN)
    try:
        with ending_signals(also_ignored=False) as ask:
            ask(lambda _at_once: None)
            assert signal.getsignal(INT) == signal.SIG_IGN
            assert signal.getsignal(TERM) != signal.SIG_DFL
    finally:
        signal.signal(INT, before)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("times", [1, 2])
def test_a_server_that_is_told_twice_logs_no_error(
    answering: Answering, caplog: pytest.LogCaptureFixture, *, times: int, at_once: bool
) -> None:
    """The application was cut off instead of being told, and logged a traceback."""
    office: Office = answering.office
    up = threading.Event()
    server = Server(web_app(office, ""), bound("127.0.0.1", 0, token=""), up.set)
    thread = threading.Thread(target=server.serve_here)
    with caplog.at_level(logging.ERROR):
        thread.start()
        assert up.wait(PATIENCE)
        for _ in range(times):
            server.stop(at_once=at_once)
        thread.join(PATIENCE)
    assert not thread.is_alive()
    assert caplog.records == []
