from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from config.home import Home
from models.fields.ticket import Field, Fields, Ticket
from models.page.scan import Scan
from storage.database import Database
from storage.ledger import Ledger
from storage.records import Decision, Move
from storage.tickets.edits import EditBook
from storage.tickets.reading import ReadingBook
from tests.storage.test_tickets import dated, file

BOX = (1, 2, 3, 4)


def ticket(**found: str) -> Ticket:
    """A ticket on which these fields were read."""
    return Ticket(
        "text", (), Fields(**{name: Field(at, 0.5, 1, BOX) for name, at in found.items()})
    )


READ = ticket(vendor="C0RNER", total="3.20")


@pytest.fixture
def book(ledger: Ledger, home: Home) -> EditBook:
    """What was written into the fields of the ledger's scans."""
    return EditBook(ledger.database, home)


def said(ledger: Ledger, scan_id: int) -> tuple[str | None, ...]:
    """Vendor, total and tax as the results show them."""
    row = ledger.result(scan_id)
    assert row is not None
    return row["vendor"], row["total"], row["tax"]


def put_back(ledger: Ledger, scan_id: int, scan: Scan) -> None:
    """Has a filed scan go back into the inbox, as a retry does."""
    place = ledger.place(scan_id)
    assert place is not None
    ledger.recall([Move(scan_id, place, scan.path, scan.sha256, scan.size, "superseded")])
    ledger.close([scan_id])


def test_what_a_person_wrote_stands_in_the_results(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """A spreadsheet would go on showing what was misread."""
    scan_id = file(ledger, drop("a"), READ)
    assert book.write(scan_id, {"vendor": "CORNER", "total": None, "tax": "0.20"}, "page")
    assert said(ledger, scan_id) == ("CORNER", None, "0.20")
    found = ledger.fields([scan_id])[scan_id]
    assert found["vendor"] == Field("CORNER", 1.0, 1, BOX, read="C0RNER")
    assert found["total"] == Field("", 1.0, 1, BOX, read="3.20")
    assert found["tax"] == Field("0.20", 1.0, 0, (0, 0, 0, 0), read="")


def test_the_history_tells_when_and_from_where(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """Nobody could tell who changed an amount, and what it had been."""
    scan_id = file(ledger, drop("a"), READ)
    book.write(scan_id, {"total": "3.00"}, "page")
    book.write(scan_id, {"total": "3.00"}, "page")  # the same again is no news
    book.write(scan_id, {"total": None}, "api")
    book.take_back(scan_id, "total", "api")
    told = book.history(scan_id)
    assert [(one.source, one.value_before, one.value, one.as_read) for one in told] == [
        ("page", "3.20", "3.00", False), ("api", "3.00", None, False), ("api", None, "3.20", True),
    ]  # fmt: skip
    assert all(one.name == "total" and one.edited_at.endswith("Z") for one in told)


def test_a_field_is_given_back_what_was_read(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """A slip of the pen would stay, or the reading's doubts be forgotten."""
    scan_id = file(ledger, drop("a"), READ)
    before = ledger.fields([scan_id])
    book.write(scan_id, {"vendor": "X", "tax": "1.00"}, "page")
    book.write(scan_id, {"vendor": "Y"}, "page")
    assert book.take_back(scan_id, "vendor", "page")
    assert book.take_back(scan_id, "tax", "page")
    assert ledger.fields([scan_id]) == before
    assert said(ledger, scan_id) == ("C0RNER", "3.20", None)
    assert not book.take_back(scan_id, "vendor", "page")


def test_only_what_was_read_and_holds_can_be_edited(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """An amount would be written into a row that nobody looks at any more."""
    scan = drop("a")
    scan_id = file(ledger, scan, READ)
    put_back(ledger, scan_id, scan)
    photo = file(ledger, drop("b", b"b"), None)
    for number in (scan_id, photo, 999):
        assert not book.write(number, {"total": "1.00"}, "api")
        assert not book.take_back(number, "total", "api")
        assert book.history(number) == []


@pytest.mark.parametrize("again", [READ, ticket(total="9.99", tax="1.00"), ticket()], ids=str)
def test_a_retry_keeps_what_a_person_wrote(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan], again: Ticket
) -> None:
    """The machine would overwrite what a person had mended."""
    scan = drop("a")
    scan_id = file(ledger, scan, READ)
    book.write(scan_id, {"vendor": "CORNER", "total": None}, "page")
    put_back(ledger, scan_id, scan)
    retried = file(ledger, scan, again)
    read = again.fields.found()
    tax = read["tax"].value if "tax" in read else None
    assert retried != scan_id
    assert said(ledger, retried) == ("CORNER", None, tax)
    (first, second) = book.history(retried)
    assert (first.value, first.source) == ("CORNER", "page")
    assert first.edited_at == book.history(scan_id)[0].edited_at
    assert second.value_before == (read["total"].value if "total" in read else None)
    # What was read this time is what a person gets back.
    assert book.take_back(retried, "total", "page")
    assert said(ledger, retried)[1] == second.value_before


def test_a_second_copy_has_what_a_person_wrote_last(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """The same receipt would say one thing here and another there."""
    first = file(ledger, drop("a"), READ)
    book.write(first, {"vendor": "CORNER", "tax": "1.00"}, "page")
    book.write(first, {"vendor": "CORNER SHOP"}, "api")
    book.take_back(first, "tax", "api")
    prior = ledger.prior(first)
    # A prior needs a verdict; what it hands on of the ticket is what was read.
    assert prior is None
    assert ledger.ticket(first) == READ
    second = file(ledger, drop("b"), ledger.ticket(first))
    assert said(ledger, second) == ("CORNER SHOP", "3.20", None)
    assert ledger.fields([second])[second]["vendor"].read == "C0RNER"
    # Afterwards each goes its own way; the next has what was written last.
    book.write(second, {"vendor": "CORNER SHOP LTD"}, "page")
    assert said(ledger, first)[0] == "CORNER SHOP"
    assert said(ledger, file(ledger, drop("c"), READ))[0] == "CORNER SHOP LTD"
    other = file(ledger, drop("d", b"others"), READ)
    assert said(ledger, other)[0] == "C0RNER"


def test_what_is_read_only_later_has_it_too(
    ledger: Ledger, book: EditBook, home: Home, drop: Callable[..., Scan]
) -> None:
    """A copy that was first taken for something else would show what was misread."""
    book.write(file(ledger, drop("a"), READ), {"total": "7.00"}, "page")
    copy = file(ledger, drop("b"), None)
    ReadingBook(ledger.database, home).read(copy, READ, (), None)
    assert said(ledger, copy)[1] == "7.00"


def test_many_copies_at_once_each_have_their_own(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """One decision of many scans would give a person's word to the wrong ones."""
    originals = [file(ledger, drop(f"{n}", bytes([n])), READ) for n in range(5)]
    for number, scan_id in enumerate(originals[:3]):
        book.write(scan_id, {"vendor": f"SHOP {number}"}, "api")
    copies = [drop(f"copy {n}", bytes([n])) for n in range(5)]
    claims = ledger.claim(copies)
    ledger.decide([
        Decision(one.scan_id, one.scan, "filed", ledger.home.sorted / one.scan.path.name, ticket=READ)
        for one in claims
    ])  # fmt: skip
    found = [said(ledger, one.scan_id)[0] for one in claims]
    assert found == ["SHOP 0", "SHOP 1", "SHOP 2", "C0RNER", "C0RNER"]


def test_of_two_people_the_last_one_wins_and_both_are_told(
    database: Database, home: Home, ledger: Ledger, drop: Callable[..., Scan]
) -> None:
    """One of two values would be lost without a trace, or an answer be an error."""
    scan_id = file(ledger, drop("a"), READ)
    start = threading.Barrier(8)
    done: list[bool] = []

    def write(value: str) -> None:
        start.wait(60)
        done.append(EditBook(database, home).write(scan_id, {"total": value}, "api"))

    threads = [threading.Thread(target=write, args=(f"{n}.00",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = EditBook(database, home).history(scan_id)
    assert done == [True] * 8
    assert {one.value for one in told} == {f"{n}.00" for n in range(8)}
    assert [one.value_before for one in told] == ["3.20", *(one.value for one in told[:-1])]
    assert said(ledger, scan_id)[1] == told[-1].value


def test_a_date_that_a_person_mended_proves_nothing(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """One misread ticket would go on turning the dates of all others of its vendor."""

    def day_of(scan_id: int) -> str | None:
        row = ledger.result(scan_id)
        assert row is not None
        day: str | None = row["ticket_date"]
        return day

    doubt = Field("2018-04-03", 0.8, 1, BOX, "DMY", "2018-03-04", "MDY")
    proof = dated("SHOP", Field("2017-12-28", 1.0, 1, BOX, "MDY"))
    misread = file(ledger, drop("a"), proof)
    assert day_of(file(ledger, drop("b", b"b"), dated("SHOP", doubt))) == "2018-03-04"
    book.write(misread, {"ticket_date": "2017-12-23"}, "page")
    assert day_of(file(ledger, drop("c", b"c"), dated("SHOP", doubt))) == "2018-04-03"


def test_the_text_is_found_as_before(
    ledger: Ledger, book: EditBook, drop: Callable[..., Scan]
) -> None:
    """A search would find a ticket twice, or no more."""
    scan_id = file(ledger, drop("a"), READ)
    book.write(scan_id, {"vendor": "CORNER"}, "page")
    hits: Sequence[int] = [hit.scan_id for hit in ledger.search("text")]
    assert hits == [scan_id]
