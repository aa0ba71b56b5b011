from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.home import Home
from indexer.verdict import Match, Verdict
from models.fields.ticket import Ticket
from models.page.scan import Scan
from storage.database import Database
from storage.ledger import Ledger
from storage.queries import queries
from storage.records import Decision, FinalState, Prior, displayable, timestamp
from storage.views import RESULT_COLUMNS

START = datetime(2026, 1, 31, 12, tzinfo=UTC)

File = Callable[..., int]


def verdict(class_name: str) -> Verdict:
    """A verdict with three matches."""
    near = tuple(
        Match(name, f"{name}/1.png", i / 7) for i, name in enumerate([class_name, "b", "c"])
    )
    return Verdict(class_name, 0.9, near, "branch", "index")


@pytest.fixture
def ledger(database: Database, home: Home) -> Ledger:
    """A ledger whose clock goes on by a minute at each look."""

    def ticks() -> Iterator[datetime]:
        moment = START
        while True:
            yield moment
            moment += timedelta(minutes=1)

    return Ledger(database, home, clock=ticks().__next__)


@pytest.fixture
def file(ledger: Ledger, drop: Callable[..., Scan]) -> File:
    """Files a scan; returns its id."""

    def file(
        name: str, class_name: str = "ticket", state: FinalState = "filed", text: str | None = None
    ) -> int:
        (claim,) = ledger.claim([drop(name, name.encode())])
        ticket = None if text is None else Ticket(text)
        place = ledger.home.sorted / class_name / name
        ledger.decide([
            Decision(claim.scan_id, claim.scan, state, place, verdict(class_name), None, ticket, 1)
        ])  # fmt: skip
        ledger.close([claim.scan_id])
        return claim.scan_id

    return file


def test_results_are_the_view_newest_first(ledger: Ledger, file: File) -> None:
    """The command line, the API and SQL would show different things."""
    first, second = file("a"), file("b", text="hello")
    rows = list(ledger.results())
    assert [row["scan_id"] for row in rows] == [second, first]
    assert list(rows[0]) == list(RESULT_COLUMNS)
    assert (rows[0]["text"], rows[1]["text"]) == ("hello", None)


def test_results_are_narrowed(ledger: Ledger, file: File) -> None:
    """Options would be accepted and do nothing."""
    a, b, c = file("a", "ticket"), file("b", "cylinder", "review"), file("c", "ticket")

    def ids(**narrow: object) -> list[int]:
        return [row["scan_id"] for row in ledger.results(**narrow)]  # type: ignore[arg-type]

    assert ids(class_name="ticket") == [c, a]
    assert ids(state="review") == [b]
    assert ids(limit=2) == [c, b]
    assert ids(limit=0) == []
    received = datetime.fromisoformat(next(ledger.results(state="review"))["received_at"])
    assert ids(since=received) == [c, b]
    assert ids(since=received + timedelta(microseconds=1)) == [c]
    assert ids(class_name="x' OR 1 --") == []
    assert ledger.result(999) is None


def test_a_long_list_is_read_in_pages(
    ledger: Ledger, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page's end would repeat a scan or leave one out."""
    monkeypatch.setattr(queries, "_PAGE", 3)
    ids = [file(str(i)) for i in range(7)]
    assert [row["scan_id"] for row in ledger.results()] == ids[::-1]
    assert [row["scan_id"] for row in ledger.results(limit=4)] == ids[:2:-1]
    assert [row["scan_id"] for row in ledger.results(limit=3)] == ids[:3:-1]


def test_an_unread_list_holds_no_transaction(ledger: Ledger, file: File) -> None:
    """A browser that stops reading would keep the write-ahead log growing."""
    file("a")
    rows = ledger.results()
    next(rows)
    with ledger.database.write() as connection:
        checkpoint = connection.exec_driver_sql("SELECT 1").scalar()
    assert checkpoint == 1
    assert file("b")


def test_text_leaves_the_index_with_its_reading(
    ledger: Ledger, database: Database, file: File
) -> None:
    """Searching would find scans by text that they no longer have."""
    a, b = file("a", text="coffee"), file("b", text="coffee")
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM readings WHERE scan_id = ?", (a,))
        connection.exec_driver_sql("UPDATE readings SET text = 'tea' WHERE scan_id = ?", (b,))
    assert ledger.search("coffee") == []
    assert [hit.scan_id for hit in ledger.search("tea")] == [b]
    with database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO text_search(text_search, rank) VALUES ('integrity-check', 1)"
        )


def test_a_prior_verdict_comes_back_as_it_was(ledger: Ledger, file: File) -> None:
    """A duplicate would be filed with another score than its original."""
    scan_id = file("a", text="hello")
    assert ledger.prior(scan_id) == Prior(scan_id, "filed", verdict("ticket"), Ticket("hello"), 1)
    assert ledger.prior(file("b", state="failed")) is None
    assert ledger.prior(999) is None


def test_counts_are_by_state(ledger: Ledger, file: File) -> None:
    """'status' would be wrong."""
    assert ledger.counts() == {}
    file("a")
    file("b")
    file("c", state="review")
    assert ledger.counts() == {"filed": 2, "review": 1}


def test_times_sort_as_text() -> None:
    """'since' compares text: a time without fractions would sort after one with."""
    whole = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert timestamp(whole) == "2026-01-31T12:00:00.000000Z"
    assert timestamp(whole) < timestamp(whole + timedelta(microseconds=1))
    assert timestamp(datetime(900, 1, 1, tzinfo=UTC)).startswith("0900-")


@given(st.text(st.characters()))
def test_everything_can_be_shown(text: str) -> None:
    """One odd file name would keep a whole group of scans out of the ledger."""
    displayable(text).encode("utf-8")
