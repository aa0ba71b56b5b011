"""What a ticket says: the values that come out of this package."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, replace
from typing import Final

from config.settings import DateOrder
from models.ticket.words import Box, Word

DOUBT: Final = 0.8
"""Factor of the confidence of a date of which nothing tells what is the day and what the month."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a ticket says.

    Attributes:
        value: an ISO date, a decimal number with two places, an ISO 4217 code, or a name; empty
            where a person has emptied it.
        confidence: from 0 to 1.
        page: number of the page that it stands on, from 1; 0 where it was not read anywhere.
        box: around the words that it came from, in pixels of that page.
        order: of day, month and year by which a date was read; None of other values, and where
            it is written in words.
        otherwise: the ISO date that it is in another order, where nothing on the ticket tells.
        other_order: that order.
        read: what was read, where a person has written the value; empty where nothing was; None
            where nobody has.
    """

    value: str
    confidence: float
    page: int
    box: Box
    order: DateOrder | None = None
    otherwise: str | None = None
    other_order: DateOrder | None = None
    read: str | None = None

    def settled(self, order: DateOrder) -> Field:
        """This date as the vendor's other tickets tell that it is meant; itself where it is sure."""
        if self.otherwise is None or order not in {self.order, self.other_order}:
            return self
        value = self.value if order == self.order else self.otherwise
        # It stays one that this ticket itself does not prove: no other is to be told by it.
        return replace(
            self, value=value, order=None, otherwise=None, other_order=None,
            confidence=round(min(1.0, self.confidence / DOUBT), 3),
        )  # fmt: skip


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


_FEWEST, _SIGNS = 3, 3
# Wide in East Asian typography (Unicode Standard Annex 11): scripts that are written without blanks.
_WIDE = ("W", "F")


def hardly_any(text: str) -> bool:
    """Whether so little was read that it tells of no ticket, but of a photo, or of dirt.

    Fewer than three words of three letters or digits, or as many signs of a script that is written
    without blanks. Measured: of 78 receipts the least has 32, of 8 photos of fruit and a page of
    noise the most has 1.
    """
    wide = sum(unicodedata.east_asian_width(sign) in _WIDE for sign in text)
    words = sum(sum(map(str.isalnum, word)) >= _SIGNS for word in text.split())
    return max(wide, words) < _FEWEST


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
