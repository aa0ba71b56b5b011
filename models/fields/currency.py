"""The currency of a ticket: the sign beside its amounts, or what its country's tickets say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from models.fields.amounts import Amount
from models.fields.rules import rules
from models.fields.ticket import Field
from models.ticket.rows import Row
from models.ticket.words import Word, around

_ALONE = 0.8
"""How much less a sign says that stands beside no amount."""
_COUNTRY = 0.5
"""The same for words of a country."""


def find_currency(amounts: Sequence[Amount], rows: Sequence[Row]) -> Field | None:
    """The sign beside most amounts; else the one that stands alone most often; else what its words tell.

    Args:
        amounts: of the ticket.
        rows: of the ticket, from the top.
    """
    signed = [amount for amount in amounts if amount.sign]
    if signed:
        ((code, times),) = Counter(amount.sign for amount in signed).most_common(1)
        first = next(amount for amount in signed if amount.sign == code)
        confidence = first.confidence * times / len(signed)
        return Field(code, round(confidence, 3), first.words[0].page, around(first.words))
    alone = [(code, word) for row in rows for word in row.words if (code := _sign(word))]
    if alone:
        # One may be another letter that was misread: the S of a tax code is a dollar then.
        ((code, times),) = Counter(code for code, _ in alone).most_common(1)
        word = next(word for other, word in alone if other == code)
        confidence = _ALONE * word.confidence * times / len(alone)
        return Field(code, round(confidence, 3), word.page, word.box)
    return _of_country(rows)


def _sign(word: Word) -> str:
    """The code of the currency that a word is the sign of; empty where it is none."""
    return rules().signs.get(word.text.strip("().:,*").upper(), "")


def _of_country(rows: Sequence[Row]) -> Field | None:
    """The currency of the country whose words it says; None where that is none, or several."""
    found = ((rules().countries.find(row.text), row) for row in rows)
    # A misread word may be one of another country.
    said = [(phrase.kind, row) for phrase, row in found if phrase and not phrase.errors]
    if len({code for code, _ in said}) != 1:
        return None
    code, row = said[0]
    read = min(word.confidence for word in row.words)
    return Field(code, round(_COUNTRY * read, 3), row.page, around(row.words))
