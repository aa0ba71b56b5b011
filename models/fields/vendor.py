"""Who gave the ticket: the line near its top that reads like the name of a firm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from rapidfuzz.distance import Levenshtein

from models.fields.amounts import amounts_in
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
    scored = [
        (_score(row, number, usual) - _BELOW * (number > below), -number, row)
        for number, row in enumerate(top)
    ]
    score, place, row = max(scored, key=lambda one: one[:2])
    row = _whole(top, -place)
    name = _name(row.text)
    if score <= 0 or not name:
        return None
    read = median(word.confidence for word in row.words)
    return Field(name, round(read * min(1.0, score / 6), 3), row.page, around(row.words))


def _chain(rows: Sequence[Row]) -> Field | None:
    """A chain that is known by something that it prints."""
    for row in rows:
        spelled = row.text.casefold()
        for sign, name in rules().known.items():
            if re.search(rf"(?<!\w){re.escape(sign.casefold())}(?!\w)", spelled):
                return Field(name, 0.9, row.page, around(row.words))
    return None


def _score(row: Row, number: int, usual: float) -> float:
    text, found = row.text, rules().vendor
    name = _name(text)
    letters = sum(map(str.isalpha, name))
    score = _FIRST - _DOWN * number
    score += min(2.0, _TALL * (row.height / usual - 1))
    if found["firms"].find(name):
        score += _FIRM
    elif found["address"].find(name):
        score -= _ADDRESS
    if found["trades"].find(name):
        score += _TRADE
    if found["not_vendor"].find(name):
        score -= _OTHER
    score -= _DIGITS * sum(map(str.isdigit, name)) / max(1, len(name))
    read = median(word.confidence for word in row.words)
    score -= _BLURRED * max(0.0, 0.7 - read)
    score -= _SHORT * (letters < 3) + _OTHER * any(True for _ in amounts_in(row))
    return score


def _whole(top: Sequence[Row], number: int) -> Row:
    """The row with the rest of its name, where that stands in a row of its own."""
    row = top[number]
    if number and _is_rest(row) and (_is_legal_form(row) or _may_begin(top[number - 1], row)):
        return row_of((*top[number - 1].words, *row.words))
    if number + 1 < len(top) and _is_legal_form(top[number + 1]):
        return row_of((*row.words, *top[number + 1].words))
    return row


def _is_legal_form(row: Row) -> bool:
    """Whether nothing but the end of a firm's name stands there: ``SDN BHD``."""
    found = rules().vendor["firms"].find(row.text)
    if found is None or plain(_name(row.text)) != found.phrase:
        return False
    return len(plain(row.text)) <= len(found.phrase) + 2  # the letter of a register


def _is_rest(row: Row) -> bool:
    """Whether little but the end of a firm's name stands there: ``CO. (M) SDN BHD``."""
    found = rules().vendor["firms"].find(row.text)
    if found is None:
        return False
    firm = found.phrase
    others = [word for word in plain(_name(row.text)).removesuffix(firm).split() if len(word) > 2]
    return len(others) <= 1


def _may_begin(above: Row, row: Row) -> bool:
    """Whether a name may begin in the row above: set alike, and nothing else."""
    found = rules().vendor
    alike = 0.6 < above.height / row.height < 1.7 and row.top - above.top < 3 * row.height
    other = any(found[kind].find(above.text) for kind in ("address", "not_vendor", "firms"))
    return alike and not other and not any(map(str.isdigit, above.text))


def _name(text: str) -> str:
    """Without the number of a register behind it, and without ornaments."""
    bare = _REGISTER.sub("", text.strip(_EDGES + ".")) if _REGISTER.search(text) else text
    return _cut(bare).lstrip(_EDGES + ".").rstrip(_EDGES)


def _cut(text: str) -> str:
    """Up to the end of the firm's name, that mended: ``SON BHD (519S37-X)`` is ``SDN BHD``."""
    words = text.split()
    for form in rules().forms:
        length = len(form.split())
        # A name has words before its end.
        for start in range(1, len(words) - length + 1):
            window = " ".join(words[start : start + length])
            bare = window.strip("([{,;:")
            errors = Levenshtein.distance(bare.upper(), form.upper(), score_cutoff=1)
            if errors == 0 or (errors == 1 and len(form) >= 7 and bare.upper().isupper()):
                end = bare if errors == 0 else form
                return " ".join((*words[:start], end))
    return text
