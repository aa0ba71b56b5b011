"""What figures are made of; the figures themselves are tried in tests/service/test_figures.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from config.home import Home
from indexer.verdict import Match, Verdict
from models.page.scan import Scan
from storage.corrections.feedback import FeedbackBook
from storage.database import Database
from storage.ledger import Ledger
from storage.queries.figures import FigureBook
from storage.records import Decision

START = datetime(2026, 11, 16, tzinfo=UTC)


def test_spans_touch_and_leave_nothing_out(
    database: Database, home: Home, drop: Callable[..., Scan]
) -> None:
    """A scan on the stroke of midnight would be counted on both days, or on none."""
    bounds = [START + timedelta(days=n) for n in range(3)]
    times = [bounds[0], bounds[1] - timedelta(microseconds=1), bounds[1], bounds[2]]
    now = [times[0]]
    ledger = Ledger(database, home, lambda: now[0])
    for number, moment in enumerate(times):
        now[0] = moment
        (claim,) = ledger.claim([drop(f"{number}", bytes([number]))])
        verdict = Verdict("a", 0.9, (Match("a", "a/1", 0.1),), "b", "i")
        ledger.decide([Decision(claim.scan_id, claim.scan, "filed", home.sorted / "x", verdict)])
        now[0] = moment + timedelta(seconds=1.5)
        ledger.close([claim.scan_id])
    FeedbackBook(database, home).confirm([1, 2, 3, 4], "page")
    spans, words = FigureBook(database, home).look(bounds, bounds[1])
    assert [one.classes for one in spans] == [{"a": 2}, {"a": 1}]
    assert [one.seconds.tolist() for one in spans] == [[1.5, 1.5], [1.5]]
    assert [(one.scan_id, one.received_at) for one in words] == [(3, times[2]), (4, times[3])]


def test_without_bounds_there_are_no_spans(database: Database, home: Home) -> None:
    """A slip would be an error of SQLite's."""
    assert FigureBook(database, home).look([START], START) == ([], [])
