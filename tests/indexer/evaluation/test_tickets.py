from __future__ import annotations

from pathlib import Path

import pytest

from indexer.evaluation.measures import Proportion
from indexer.evaluation.tickets import TicketOutcome, summarise_tickets
from models.fields.ticket import Field, Fields, Ticket
from models.page.scan import Fault
from models.scoring.fields import TrueFields
from models.scoring.truth.ticket import TrueTicket, transcript_of
from models.scoring.words import CharacterCounts, WordCounts

TRUE = TrueFields(total="5.00")


def outcome(
    found: str | Fault, *, true: str | None = "Total 5.00", fields: TrueFields | None = TRUE
) -> TicketOutcome:
    """A ticket whose words are read so; the last one is its total."""
    transcript = None if true is None else transcript_of(true)
    truth = TrueTicket("a.png", Path("a.png"), transcript, fields)
    ruled = None if transcript is None else Fields(total=Field("5.00", 1.0, 1, (0, 0, 1, 1)))
    if isinstance(found, Fault):
        return TicketOutcome.of(truth, found, ruled, None)
    total = Field(found.split()[-1], 0.9, 1, (0, 0, 1, 1))
    return TicketOutcome.of(
        truth, Ticket(found, transcript_of(found).words, Fields(total=total)), ruled, 2.0
    )


def test_the_errors_of_reading_and_of_rules_are_told_apart() -> None:
    """Nobody would know which of the two to mend."""
    found = summarise_tickets([outcome("Total 5.00"), outcome("TOTAL 6.00")])
    assert found.read == {"total": Proportion(1, 2)}
    assert found.ruled == {"total": Proportion(2, 2)}
    assert found.words == WordCounts(3, 1, 1)
    assert found.characters == CharacterCounts(1, 20)
    assert found.mean_f1 == pytest.approx(0.75)
    assert (found.tickets, found.texts, found.faults, found.seconds) == (2, 2, 0, 2.0)


def test_a_ticket_that_cannot_be_read_counts_as_read_without_a_word() -> None:
    """A reader that gives up on hard tickets would look better for it."""
    found = summarise_tickets([outcome("Total 5.00"), outcome(Fault("ocr", "took too long"))])
    assert found.words == WordCounts(2, 0, 2)
    assert found.read == {"total": Proportion(1, 2)}
    assert found.ruled == {"total": Proportion(2, 2)}
    assert (found.faults, found.seconds, found.mean_precision) == (1, 2.0, 1.0)


def test_what_is_not_known_is_not_counted() -> None:
    """Receipts without text would count as misread."""
    found = summarise_tickets(
        [outcome("Total 5.00", true=None), outcome("Hi", true="Hi", fields=None)]
    )
    assert (found.words, found.texts) == (WordCounts(1, 0, 0), 1)
    assert found.read == {"total": Proportion(1, 1)}
    assert found.ruled == {}
    nothing = summarise_tickets([outcome("Hi", true=None)])
    assert (nothing.mean_f1, nothing.characters.rate) == (None, None)
