from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import OutputKind
from models.fields.ticket import Ticket
from models.page.scan import Scan
from storage.ledger import Ledger
from storage.records import Decision, Move
from storage.tickets.outputs import OutputBook

BOTH: tuple[OutputKind, ...] = ("pdf", "text")


@pytest.fixture
def book(ledger: Ledger) -> OutputBook:
    """The book of the ledger."""
    return OutputBook(ledger.database, ledger.home)


@pytest.fixture
def decide(ledger: Ledger, drop: Callable[..., Scan]) -> Callable[..., Move]:
    """Decides that a ticket is to be filed, and both to be made of it."""

    def decide(name: str = "a.png") -> Move:
        (claim,) = ledger.claim([drop(name, name.encode())])
        place = ledger.home.sorted / "ticket" / name
        (move,) = ledger.decide([
            Decision(
                claim.scan_id, claim.scan, "filed", place, ticket=Ticket("coffee"), outputs=BOTH
            )
        ])  # fmt: skip
        return move

    return decide


def test_it_is_owed_once_the_ticket_is_filed(
    ledger: Ledger, book: OutputBook, decide: Callable[..., Move]
) -> None:
    """A file would stand beside a scan that is not there yet."""
    moves = [decide("a.png"), decide("b.png")]
    assert book.owed(BOTH, 9) == []
    ledger.close([move.scan_id for move in moves])
    first, second = book.owed(BOTH, 9)
    assert first.scan == Scan(moves[0].destination, moves[0].sha256, moves[0].size)
    assert [output.kind for output in first.outputs] == ["pdf", "text"]
    assert [len(one.outputs) for one in book.owed(("text",), 9)] == [1, 1]
    assert book.owed(BOTH, 1) == [first]
    assert second.scan_id == moves[1].scan_id


def test_what_was_made_or_given_up_is_owed_no_more(
    ledger: Ledger, book: OutputBook, decide: Callable[..., Move]
) -> None:
    """It would be made each second, for ever."""
    ledger.close([decide().scan_id])
    ((pdf, text),) = [one.outputs for one in book.owed(BOTH, 9)]
    place = ledger.home.sorted / "ticket" / "a\udcff.txt"
    assert book.begin(text, place, "ab", 2)
    ((_, begun),) = [one.outputs for one in book.owed(BOTH, 9)]
    assert (begun.place, begun.sha256, begun.size, begun.made) == (place, "ab", 2, False)
    book.made(text)
    book.give_up(pdf, "it is odd \udcff")
    assert book.owed(BOTH, 9) == []
    assert not book.begin(text, Path("/elsewhere"), "cd", 2)
    assert [(one.made, one.error) for one in book.standing()] == [
        (False, "it is odd \\xff"), (True, ""),
    ]  # fmt: skip


def test_what_belongs_to_a_ticket_that_went_is_known(
    ledger: Ledger, book: OutputBook, decide: Callable[..., Move]
) -> None:
    """It would stay beside nothing."""
    move = decide()
    ledger.close([move.scan_id])
    assert book.orphans() == []
    back = Move(move.scan_id, move.destination, move.source, move.sha256, move.size, "superseded")
    ledger.recall([back])
    assert (book.orphans(), book.owed(BOTH, 9)) == ([], [])
    ledger.close([move.scan_id])
    orphans = book.orphans()
    assert [one.kind for one in orphans] == ["pdf", "text"]
    assert not [one for one in orphans if one.ticket is not None]
    for one in orphans:
        book.forget(one)
    assert book.orphans() == []


def test_a_large_archive_is_not_gone_through_each_second(book: OutputBook, ledger: Ledger) -> None:
    """An idle daemon with 100,000 tickets would take a share of the processor: 21 ms a look, not 1."""
    plans: list[str] = []
    with ledger.database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(plans.append)
    book.owed(BOTH, 4)
    raw.set_trace_callback(None)
    (query,) = [plan for plan in plans if plan.startswith("SELECT")]
    with ledger.database.read() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")]
    assert steps[0] == "SCAN outputs USING INDEX ix_outputs_owed"


def test_of_a_ticket_without_text_nothing_is_missing(
    ledger: Ledger, book: OutputBook, drop: Callable[..., Scan]
) -> None:
    """``outputs`` would make an empty text that the service itself does not make."""
    (claim,) = ledger.claim([drop("blank.png")])
    place = ledger.home.sorted / "ticket" / "blank.png"
    place.parent.mkdir()
    place.write_bytes(b"pixels")
    (move,) = ledger.decide([
        Decision(claim.scan_id, claim.scan, "filed", place, ticket=Ticket(""))
    ])  # fmt: skip
    ledger.close([move.scan_id])
    assert book.ask_again(BOTH) == 0
