from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.fields.ticket import Ticket
from models.page.scan import Scan
from models.ticket.words import Word, text_of
from storage.ledger import Ledger
from storage.queries import searching
from storage.records import Decision

File = Callable[..., int]


@pytest.fixture
def file(ledger: Ledger, drop: Callable[..., Scan]) -> File:
    """Files a ticket with these pages of text; returns its id."""

    def file(*pages: str, words: bool = True) -> int:
        read = [
            Word(word, 0.9, number, (1, 1, line), (0, 0, 1, 1))
            for number, page in enumerate(pages, 1)
            for line, text in enumerate(page.split("\n"), 1)
            for word in text.split()
        ]
        number = len(list(ledger.results()))
        (claim,) = ledger.claim([drop(f"{number}.png", b"%d" % number)])
        place = ledger.home.sorted / "ticket" / f"{number}.png"
        ticket = Ticket(text_of(read), tuple(read) if words else ())
        ledger.decide([
            Decision(claim.scan_id, claim.scan, "filed", place, None, None, ticket, len(pages))
        ])  # fmt: skip
        ledger.close([claim.scan_id])
        return claim.scan_id

    return file


def test_search_finds_words_whatever_their_case_and_accents(ledger: Ledger, file: File) -> None:
    """Nobody types the accents of a receipt."""
    file("Bäckerei\nMÜLLER   Brötchen 3,20 EUR")
    b = file("hotel")
    (hit,) = ledger.search("backerei mull")
    assert hit.destination == "sorted/ticket/0.png"
    assert [hit.scan_id for hit in ledger.search("HOT")] == [b]
    assert ledger.search("hotel müller") == []
    assert len(ledger.search("e", limit=1)) == 1


def test_the_line_that_holds_most_of_it_is_shown(ledger: Ledger, file: File) -> None:
    """The first TOTAL of a receipt would be shown for the one that was looked for."""
    file("TOTAL ITEMS 3\nTOTAL TOTAL\nGRAND TOTAL 12.50 EUR\nTOTAL 12.50")
    (hit,) = ledger.search("total 12.50")
    assert hit.line == "GRAND TOTAL 12.50 EUR"
    assert hit.words == ["TOTAL", "12.50"]
    assert hit.marked() == "GRAND [TOTAL] [12.50] EUR"
    assert hit.marked("<b>", "</b>") == "GRAND <b>TOTAL</b> <b>12.50</b> EUR"


def test_the_page_of_the_line_is_told(ledger: Ledger, file: File) -> None:
    """Whoever has a bill of twenty pages would leaf through it."""
    file("first page\ncarried over", "second page\ntotal 12.50\ncarried over")
    assert [hit.page for hit in ledger.search("12.50")] == [2]
    assert [hit.page for hit in ledger.search("carried")] == [1]
    file("an old one", "without boxes", words=False)
    assert [hit.page for hit in ledger.search("boxes")] == [None]
    file("one page", words=False)
    assert [hit.page for hit in ledger.search("one page")] == [1]


def test_what_is_found_across_lines_is_marked_in_one(ledger: Ledger, file: File) -> None:
    """Half a mark would be left over, and shown as a control character."""
    file("on 31.01.\n2026 at noon")
    (hit,) = ledger.search("31/01/2026")
    assert hit.marked() == "on [31.01.]"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("12.50", "RM12.50 in cash"),
        ("rm12.5", "RM12.50 in cash"),
        ("RM12.50 cash", "RM 12.50 in cash"),
        ("RM12.50", "RM 12.50 in cash"),
        ("12.50 cash", "RM12.50 in cash"),
        ("12,50", "TOTAL 12.50€"),
        ("€12.50", "TOTAL 12.50 EUR"),
        ("31.01.2026", "Datum 31/01/2026 12:30"),
        ("2026-01-31", "on 2026-01-31"),
        ("Müller", "MULLER & SOHN"),
        ("muller", "MÜLLER & SOHN"),
        ("M&S", "M & S Ltd."),
        ("brot*", "Brötchen"),
        ("AND", "fish AND chips"),
        ("fish AND chips", "fish and chips"),
        ("NOT", "do not fold"),
        ('12" screen', '1 x 12" SCREEN'),
        ("text:total", "TEXT TOTAL"),
        ("co-op", "CO-OP FOOD"),
        ("o'neill", "O'NEILL'S"),
    ],
)
def test_what_stands_on_tickets_is_found_as_people_type_it(
    ledger: Ledger, file: File, typed: str, line: str
) -> None:
    """A ticket would be there and not be found."""
    file(line)
    file("something else 12.51")
    assert [hit.line for hit in ledger.search(typed)] == [line]


@pytest.mark.parametrize("typed", ["2.50", "12.5 cash", "112.50", "elephant NOT cash", "cash -RM"])
def test_what_does_not_stand_there_is_not_found(ledger: Ledger, file: File, typed: str) -> None:
    """Who looks for 2.50 would get every 12.50; and words that are no operators would be dropped."""
    file("12.50 in cash")
    assert ledger.search(typed) == []


@pytest.mark.parametrize("text", ["", "  ", '"', "***", "-", "\0", "()"])
def test_a_search_without_words_finds_nothing(ledger: Ledger, file: File, text: str) -> None:
    """A single quotation mark would be a syntax error."""
    file("anything")
    assert ledger.search(text) == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.text(max_size=12))
@example('a" OR "b')
@example("text: NEAR(a b) AND NOT c^*")
@example("\udcff\ud800a")
@example("²")
@example("1²")
@example("x1\0")
@example("12[!-~] *? 3*")
@example("9 " * 3000)
def test_nothing_that_is_typed_is_syntax(ledger: Ledger, text: str) -> None:
    """A search for AND, or for 12" screens, would end in an error."""
    assert ledger.search(text) == []


def test_of_very_many_the_newest_are_compared(
    ledger: Ledger, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that is on every ticket would hold up everybody for seconds."""
    for _ in range(3):
        file("thanks")
    file("thanks thanks thanks and much more that makes it long")
    monkeypatch.setattr(searching, "_MOST_COMPARED", 2)
    found = [hit.scan_id for hit in ledger.search("thanks")]
    assert sorted(found) == [3, 4]
    monkeypatch.setattr(searching, "_MOST_COMPARED", 4)
    assert len(ledger.search("thanks")) == 4
