"""What came of reading tickets whose text or fields are known: of each, and of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from statistics import fmean

from indexer.evaluation.measures import Proportion
from models.fields.ticket import Fields, Ticket
from models.page.scan import Fault
from models.scoring.fields import MEASURES, judge_fields
from models.scoring.truth.ticket import TrueTicket
from models.scoring.words import (
    CharacterCounts,
    ComparedWords,
    WordCounts,
    compare_texts,
    compare_words,
)


@dataclass(frozen=True, slots=True)
class TicketOutcome:
    """A ticket that was read, beside the truth.

    Attributes:
        truth: what is known of it.
        ticket: what was read; empty where there is a fault.
        fault: why it could not be read.
        by_rules: the fields that were found in the true words; None where they are not known.
        seconds: what reading took, fields included; None where there is a fault.
        words: against the true ones; None where they are not known.
        characters: the same of the text.
        read: whether each known field was found in what was read; none where no field is known.
        ruled: whether it was found in the true words; none where either is not known.
    """

    truth: TrueTicket
    ticket: Ticket
    fault: Fault | None
    by_rules: Fields | None
    seconds: float | None
    words: ComparedWords | None
    characters: CharacterCounts | None
    read: Mapping[str, bool]
    ruled: Mapping[str, bool]

    @classmethod
    def of(
        cls,
        truth: TrueTicket,
        found: Ticket | Fault,
        by_rules: Fields | None,
        seconds: float | None,
    ) -> TicketOutcome:
        """Compare what was read with the truth; a ticket with a fault is one without words."""
        ticket = found if isinstance(found, Ticket) else Ticket("")
        there, fields = truth.transcript, truth.fields
        return cls(
            truth=truth,
            ticket=ticket,
            fault=found if isinstance(found, Fault) else None,
            by_rules=by_rules,
            seconds=seconds,
            words=compare_words(ticket.words, there.words) if there else None,
            characters=compare_texts(ticket.text, there.text) if there else None,
            read=judge_fields(ticket.fields, fields) if fields else {},
            ruled=judge_fields(by_rules, fields) if fields and by_rules else {},
        )


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """The figures of an evaluation.

    Attributes:
        tickets: how many were asked for.
        faults: how many of them could not be read at all; in all other figures nothing was read
            of them.
        texts: how many have a text that is known.
        words: of all those together.
        characters: of all those together.
        mean_recall, mean_precision, mean_f1, mean_character_errors: means over tickets with a text
            (precision: in which a word was read); None without any.
        read: found in what was read, by the names of `models.scoring.fields.MEASURES`.
        ruled: found in the true words: what is wrong there is not the reading's fault.
        seconds: mean over the tickets that were read; None without any.
    """

    tickets: int
    faults: int
    texts: int
    words: WordCounts
    characters: CharacterCounts
    mean_recall: float | None
    mean_precision: float | None
    mean_f1: float | None
    mean_character_errors: float | None
    read: dict[str, Proportion]
    ruled: dict[str, Proportion]
    seconds: float | None


@dataclass(frozen=True, slots=True)
class TicketEvaluation:
    """All that was found out of a folder of known tickets.

    Attributes:
        folder: it, absolute.
        engine: that read.
        language: that it was told.
        date_order: which number of a date comes first, where a ticket does not tell.
        workers: processes that read at once.
        elapsed: seconds from the first to the last ticket.
        outcomes: one a ticket, in the folder's order.
    """

    folder: Path
    engine: str
    language: str
    date_order: str
    workers: int
    elapsed: float
    outcomes: tuple[TicketOutcome, ...]


def summarise_tickets(outcomes: Sequence[TicketOutcome]) -> TicketSummary:
    """The figures of these outcomes."""
    words = [one.words.counts for one in outcomes if one.words]
    characters = [one.characters for one in outcomes if one.characters]
    return TicketSummary(
        tickets=len(outcomes),
        faults=sum(one.fault is not None for one in outcomes),
        texts=len(words),
        words=reduce(add, words, WordCounts(0, 0, 0)),
        characters=reduce(add, characters, CharacterCounts(0, 0)),
        mean_recall=_mean(one.recall for one in words),
        mean_precision=_mean(one.precision for one in words),
        mean_f1=_mean(one.f1 for one in words),
        mean_character_errors=_mean(one.rate for one in characters),
        read=_proportions(outcomes, lambda one: one.read),
        ruled=_proportions(outcomes, lambda one: one.ruled),
        seconds=_mean(one.seconds for one in outcomes),
    )


def _proportions(
    outcomes: Sequence[TicketOutcome], judged: Callable[[TicketOutcome], Mapping[str, bool]]
) -> dict[str, Proportion]:
    """How often each measure that was asked for came out right."""
    found = {
        name: [judged(one)[name] for one in outcomes if name in judged(one)] for name in MEASURES
    }
    return {name: Proportion(sum(right), len(right)) for name, right in found.items() if right}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
