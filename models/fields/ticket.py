"""What a ticket says: the values that come out of this package."""

from __future__ import annotations

from dataclasses import dataclass, fields

from models.ticket.words import Box, Word


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a ticket says.

    Attributes:
        value: an ISO date, a decimal number with two places, an ISO 4217 code, or a name.
        confidence: from 0 to 1.
        page: number of the page that it stands on, from 1.
        box: around the words that it came from, in pixels of that page.
    """

    value: str
    confidence: float
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Fields:
    """What a ticket says; each None where it does not, or it could not be read.

    Attributes:
        vendor: who gave it.
        ticket_date: ISO 8601.
        total: two decimals, a point before them.
        currency: ISO 4217.
        tax: in the total; two decimals.
    """

    vendor: Field | None = None
    ticket_date: Field | None = None
    total: Field | None = None
    currency: Field | None = None
    tax: Field | None = None

    def found(self) -> dict[str, Field]:
        """Those that were found, by name."""
        each = ((name, getattr(self, name)) for name in FIELD_NAMES)
        return {name: field for name, field in each if field is not None}


FIELD_NAMES = tuple(one.name for one in fields(Fields))


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was read of a ticket.

    Attributes:
        text: a line a line, a blank line between paragraphs and between pages.
        words: in reading order; none where only the text is known.
        fields: what it says.
    """

    text: str
    words: tuple[Word, ...] = ()
    fields: Fields = Fields()
