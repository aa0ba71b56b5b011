"""An evaluation of reading as plain values, under the names that ``evaluate --tickets --json`` has."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer.evaluation.tickets import TicketEvaluation, TicketOutcome, TicketSummary
from models.fields.ticket import FIELD_NAMES, Fields
from models.scoring.fields import MEASURES
from models.scoring.words import CharacterCounts, WordCounts
from service.desk.evaluation.evaluated import described_name, described_proportion


def describe_tickets(evaluation: TicketEvaluation, summary: TicketSummary) -> dict[str, Any]:
    """All that was found out, one object.

    Args:
        evaluation: what was found out.
        summary: of its outcomes.
    """
    return {
        "folder": described_name(str(evaluation.folder)),
        "engine": evaluation.engine,
        "language": evaluation.language,
        "date_order": evaluation.date_order,
        "tickets": summary.tickets,
        "unreadable": summary.faults,
        "texts": summary.texts,
        "words": {
            **_words(summary.words),
            "mean_recall": summary.mean_recall,
            "mean_precision": summary.mean_precision,
            "mean_f1": summary.mean_f1,
        },
        "characters": {
            **_characters(summary.characters),
            "mean_error_rate": summary.mean_character_errors,
        },
        "fields": {
            name: {
                "read": described_proportion(summary.read[name]),
                "from_true_words": described_proportion(summary.ruled[name])
                if name in summary.ruled
                else None,
            }
            for name in MEASURES
            if name in summary.read
        },
        "seconds_a_ticket": summary.seconds,
        "seconds": evaluation.elapsed,
        "workers": evaluation.workers,
        "each": [_ticket(one) for one in evaluation.outcomes],
    }


def _ticket(one: TicketOutcome) -> dict[str, Any]:
    return {
        "ticket": described_name(one.truth.name),
        "error": one.fault.reason if one.fault else None,
        "stage": one.fault.stage if one.fault else None,
        "seconds": one.seconds,
        "words": _words(one.words.counts) if one.words else None,
        "missed": [word.text for word in one.words.missed] if one.words else None,
        "wrong": [word.text for word in one.words.wrong] if one.words else None,
        "characters": _characters(one.characters) if one.characters else None,
        "right": dict(one.read),
        "right_from_true_words": dict(one.ruled),
        "fields": _values(one.ticket.fields),
        "fields_from_true_words": _values(one.by_rules) if one.by_rules else None,
        "true_fields": asdict(one.truth.fields) if one.truth.fields else None,
    }


def _values(fields: Fields) -> dict[str, str | None]:
    found = fields.found()
    return {name: found[name].value if name in found else None for name in FIELD_NAMES}


def _words(counts: WordCounts) -> dict[str, Any]:
    return {
        **asdict(counts),
        "recall": counts.recall,
        "precision": counts.precision,
        "f1": counts.f1,
    }


def _characters(counts: CharacterCounts) -> dict[str, Any]:
    return {**asdict(counts), "error_rate": counts.rate}
