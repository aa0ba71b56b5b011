"""Fields that were found against what the ticket says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from models.fields.ticket import Field, Fields

SIMILAR: Final = 0.9
"""Similarity from which a vendor's name counts as found."""


@dataclass(frozen=True, slots=True)
class TrueFields:
    """What a ticket says, by who looked at it; None is not known, and not asked for.

    Attributes:
        vendor: who gave it.
        ticket_date: ISO 8601.
        total: two decimals, a point before them.
        currency: ISO 4217.
        tax: two decimals.
    """

    vendor: str | None = None
    ticket_date: str | None = None
    total: str | None = None
    currency: str | None = None
    tax: str | None = None


def judge_fields(found: Fields, true: TrueFields) -> dict[str, bool]:
    """Whether each field that is known was found, by the names of `MEASURES`."""
    known = {name: getattr(true, field) for name, (field, _) in _MEASURES.items()}
    return {
        name: _right(getattr(found, field), known[name], same)
        for name, (field, same) in _MEASURES.items()
        if known[name] is not None
    }


def similarity(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: Ratcliff and Obershelp's, as `difflib` has it.

    Without case; blanks, however many, count as one.
    """
    return SequenceMatcher(None, _plain(one), _plain(other)).ratio()


def _right(found: Field | None, true: str, same: Callable[[str, str], bool]) -> bool:
    return found is not None and same(true, found.value)


def _plain(name: str) -> str:
    return " ".join(name.upper().split())


_MEASURES: Final[dict[str, tuple[str, Callable[[str, str], bool]]]] = {
    "vendor": ("vendor", lambda true, found: similarity(true, found) >= SIMILAR),
    "vendor_exact": ("vendor", lambda true, found: _plain(true) == _plain(found)),
    "ticket_date": ("ticket_date", str.__eq__),
    "total": ("total", str.__eq__),
    "currency": ("currency", str.__eq__),
    "tax": ("tax", str.__eq__),
}
MEASURES: Final = tuple(_MEASURES)
"""What is asked of a ticket's fields: ``vendor`` (similar), ``vendor_exact``, and the others."""
