"""Who gave the ticket: the line near its top that reads like the name of a firm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from statistics import median

from models.fields.amounts import amounts_in
from models.fields.mending import legal_form, mended_words
from models.fields.rules import plain, rules
from models.fields.ticket import Field
from models.ticket.rows import Row, row_of
from models.ticket.words import around

_LOOKED_AT = 15
"""Rows from the top that are looked at."""
_FIRM, _TRADE, _FIRST, _DOWN, _TALL = 3.0, 1.5, 2.0, 0.35, 1.5
_ADDRESS, _OTHER, _DIGITS, _SHORT, _BELOW, _BLURRED = 2.5, 4.0, 6.0, 3.0, 2.0, 4.0
# A number of a register behind a name, in brackets or not.
_REGISTER = re.compile(
    r"[\s,]*[(\[{]?\s*(?:(?:co|company|reg|roc|gst|no|id|br)\b[\s.:]*)*[(\[{]?\s*"
    # Digits, some of which were read as letters.
    r"(?:(?=[SOIlB]{0,3}\d)[\dSOIlB][\dSOIlB\s:-]{3,}(?:[-\s]?\S)?|[A-Z]{2}\d{5,}[\d-]*(?:-[A-Z])?)"
    r"\s*[)\]}]?\s*$"
    r"|\s+(?:co|company|gst|reg|roc)\b[\s.]*(?:reg|no)\b.*$",
    re.IGNORECASE,
)
_LEAST = 0.3
"""Confidence under which a name is more often wrong than right: of 8 on German scans 1 was right.
The least sure of 58 that were right on SROIE had 0.44."""
_MENDED = 0.85
"""How much less sure a name is of which a word was mended."""
_WORD = re.compile(r"[^\W\d_]{3}")
_LONGEST = 4
"""Words of the longest end of a firm's name."""
_EDGES = " *-=_,:;'\"`~|#<>«»"


def find_vendor(rows: Sequence[Row]) -> Field | None:
    """The name of who gave the ticket; None where none can be read.

    Args:
        rows: of the ticket, from the top.
    """
    if chain := _chain(rows):
        return chain
    top = [row for row in rows[:_LOOKED_AT] if plain(row.text)]
    if not top:
        return None
    usual = median(row.height for row in rows)
    address = rules().vendor["address"]
    addresses = [number for number, row in enumerate(top) if address.find(row.text)]
    below = min(addresses, default=len(top))
    # Specks are no rows that a name stands below.
    depths = accumulate((bool(_WORD.search(row.text)) for row in top), initial=0)
    scored = [
        (_score(row, depth, usual) - _BELOW * (number > below), -number, row)
        for number, (row, depth) in enumerate(zip(top, depths, strict=False))
    ]
    score, place, row = max(scored, key=lambda one: one[:2])
    row = _whole(top, -place)
    name = _name(row)
    if score <= 0 or not name:
        return None
    read = median(word.confidence for word in row.words)
    if mended_words(row.words) != row.text:
        read *= _MENDED
    confidence = round(read * min(1.0, score / 6), 3)
    return Field(name, confidence, row.page, around(row.words)) if confidence >= _LEAST else None


def _chain(rows: Sequence[Row]) -> Field | None:
    """A chain that is known by something that it prints."""
    for row in rows:
        spelled = row.text.casefold()
        for sign, name in rules().known.items():
            if re.search(rf"(?<!\w){re.escape(sign.casefold())}(?!\w)", spelled):
                return Field(name, 0.9, row.page, around(row.words))
    return None


def _score(row: Row, depth: int, usual: float) -> float:
    found = rules().vendor
    name = _name(row)
    letters = sum(map(str.isalpha, name))
    score = _FIRST - _DOWN * depth
    score += min(2.0, _TALL * (row.height / usual - 1))
    if found["firms"].find(name):
        score += _FIRM
    elif found["address"].find(name):
        score -= _ADDRESS
    if found["trades"].find(name):
        score += _TRADE
    if found["not_vendor"].find(name) or row.text.rstrip(_EDGES).endswith("?"):
        score -= _OTHER
    score -= _DIGITS * sum(map(str.isdigit, name)) / max(1, len(name))
    read = median(word.confidence for word in row.words)
    score -= _BLURRED * max(0.0, 0.7 - read)
    score -= _SHORT * (letters < 3) + _OTHER * any(True for _ in amounts_in(row))
    return score


def _whole(top: Sequence[Row], number: int) -> Row:
    """The row with the rest of its name, where that stands in a row of its own."""
    row = top[number]
    above = top[number - 1] if number else None
    if above and (_is_legal_form(row) or (_is_rest(row) and _may_begin(above, row))):
        return row_of((*above.words, *row.words))
    if number + 1 < len(top) and _is_legal_form(top[number + 1]):
        return row_of((*row.words, *top[number + 1].words))
    return row


def _is_legal_form(row: Row) -> bool:
    """Whether nothing but the end of a firm's name stands there: ``SDN BHD``."""
    name = _name(row)
    if len(plain(row.text)) > len(plain(name)) + 2:  # the letter of a register
        return False
    found = rules().vendor["firms"].find(row.text)
    firm = found is not None and plain(name) == found.phrase
    return firm or legal_form(name, last=True) is not None


def _is_rest(row: Row) -> bool:
    """Whether little but the end of a firm's name stands there: ``CO. (M) SDN BHD``."""
    found = rules().vendor["firms"].find(row.text)
    if found is None:
        return False
    firm = found.phrase
    others = [word for word in plain(_name(row)).removesuffix(firm).split() if len(word) > 2]
    return len(others) <= 1


def _may_begin(above: Row, row: Row) -> bool:
    """Whether a name may begin in the row above: set alike, and nothing else."""
    found = rules().vendor
    alike = 0.6 < above.height / row.height < 1.7 and row.top - above.top < 3 * row.height
    other = any(found[kind].find(above.text) for kind in ("address", "not_vendor", "firms"))
    return alike and not other and not any(map(str.isdigit, above.text))


def _name(row: Row) -> str:
    """Mended, without the number of a register behind it, and without ornaments."""
    text = mended_words(row.words)
    bare = _REGISTER.sub("", text.strip(_EDGES + ".")) if _REGISTER.search(text) else text
    return _cut(bare).lstrip(_EDGES + ".").rstrip(_EDGES)


def _cut(text: str) -> str:
    """Up to the end of the firm's name, that mended: ``SON BHD (519S37-X)`` is ``SDN BHD``."""
    words = text.split()
    # A name has words before its end.
    for start in range(1, len(words)):
        for length in range(min(_LONGEST, len(words) - start), 0, -1):
            after = start + length
            last = not _WORD.search(" ".join(words[after:]))
            form = legal_form(" ".join(words[start:after]).strip("([{,;:"), last=last)
            if form:
                return " ".join((*words[:start], form))
    end = rules().begun.get(words[-1].upper()) if len(words) > 1 else None
    return " ".join((*words[:-1], end)) if end else text
