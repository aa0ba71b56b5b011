from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from models.fields.ticket import Field, Fields, Ticket
from models.page.scan import Scan
from models.ticket.words import Word
from storage.ledger import Ledger
from storage.records import Decision

TICKET = Ticket(
    "Café\nTOTAL 3,20",
    (
        Word("Café", 0.9, 1, (1, 1, 1), (10, 20, 30, 40)),
        Word("TOTAL", 0.8, 1, (1, 1, 2), (10, 70, 50, 20)),
        Word("3,20", 0.7, 2, (1, 1, 2), (70, 70, 40, 20)),
    ),
    Fields(
        vendor=Field("Café", 0.5, 1, (10, 20, 30, 40)),
        total=Field("3.20", 0.9, 2, (70, 70, 40, 20)),
    ),
)


def file(ledger: Ledger, scan: Scan, ticket: Ticket | None) -> int:
    """Files a scan; returns its id."""
    (claim,) = ledger.claim([scan])
    place = ledger.home.sorted / "ticket" / scan.path.name
    verdict = None
    ledger.decide([Decision(claim.scan_id, scan, "filed", place, verdict, None, ticket, 2)])
    ledger.close([claim.scan_id])
    return claim.scan_id


def test_what_was_read_comes_back_as_it_was(ledger: Ledger, drop: Callable[..., Scan]) -> None:
    """A second copy of a ticket would be read again, or shown without its boxes."""
    scan_id = file(ledger, drop("a"), TICKET)
    assert ledger.ticket(scan_id) == TICKET
    assert ledger.ticket(file(ledger, drop("b", b"b"), None)) is None
    assert ledger.ticket(999) is None


def test_fields_stand_in_the_results(ledger: Ledger, drop: Callable[..., Scan]) -> None:
    """A spreadsheet would have to be typed in."""
    file(ledger, drop("a"), TICKET)
    (row,) = ledger.results()
    assert (row["vendor"], row["total"], row["ticket_date"]) == ("Café", "3.20", None)


def test_words_and_boxes_can_be_asked_for_in_sql(ledger: Ledger, drop: Callable[..., Scan]) -> None:
    """Whoever wants to mark a word on its page would have to read it again."""
    scan_id = file(ledger, drop("a"), TICKET)
    with ledger.database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT scan_id, page, text, \"left\", top FROM words WHERE text = '3,20'"
        ).all()
    assert found == [(scan_id, 2, "3,20", 70, 70)]


def test_odd_letters_are_kept_readable(ledger: Ledger, drop: Callable[..., Scan]) -> None:
    """A lone surrogate would end the daemon."""
    odd = Ticket("\udcff", (Word("\udcff", 0.1, 1, (1, 1, 1), (0, 0, 1, 1)),))
    found = ledger.ticket(file(ledger, drop("a"), odd))
    assert found is not None
    assert (found.text, found.words[0].text) == ("\\xff", "\\xff")


def dated(vendor: str, day: Field) -> Ticket:
    """A ticket of this vendor with this date."""
    name = Field(vendor, 0.9, 1, (0, 0, 10, 10))
    return Ticket("text", (), Fields(vendor=name, ticket_date=day))


def test_a_doubtful_date_is_taken_as_the_vendor_s_other_tickets_have_it(
    ledger: Ledger, drop: Callable[..., Scan]
) -> None:
    """The fourth of March would be the third of April on every third ticket of an American shop."""
    box = (0, 0, 10, 10)
    doubt = Field("2018-04-03", 0.8, 1, box, "DMY", "2018-03-04", "MDY")
    proof = Field("2017-12-28", 1.0, 1, box, "MDY")

    def date_of(ticket: Ticket) -> str | None:
        number = len(list(ledger.results()))
        scan_id = file(ledger, drop(f"{number}.png", str(number).encode()), ticket)
        return next(row["ticket_date"] for row in ledger.results() if row["scan_id"] == scan_id)

    assert date_of(dated("CORNER SHOP", doubt)) == "2018-04-03"
    date_of(dated("CORNER SHOP", proof))
    assert date_of(dated("CORNER SHOP", doubt)) == "2018-03-04"
    assert date_of(dated("ANOTHER SHOP", doubt)) == "2018-04-03"
    # Tickets that contradict one another tell nothing; what was settled is no proof.
    date_of(dated("CORNER SHOP", replace(proof, value="2018-11-30", order="DMY")))
    assert date_of(dated("CORNER SHOP", doubt)) == "2018-04-03"
