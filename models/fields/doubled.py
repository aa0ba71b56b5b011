"""Words that were read twice, once in each of two readings, count once."""

from __future__ import annotations

from collections.abc import Iterable

from models.ticket.rows import Row, row_of
from models.ticket.words import Word

_SHARED = 0.7
"""Share of the width of both together, from which two words of a row stand at one place."""


def without_doubles(rows: Iterable[Row]) -> list[Row]:
    """The rows with one word at a place: of two, that which was read more surely."""
    return [row_of(_single(row.words)) for row in rows]


def _single(words: Iterable[Word]) -> list[Word]:
    kept: list[Word] = []
    for word in words:
        if not kept or not _at_one_place(kept[-1], word):
            kept.append(word)
        elif word.confidence > kept[-1].confidence:
            kept[-1] = word
    return kept


def _at_one_place(one: Word, other: Word) -> bool:
    """Whether both stand there from left to right; that they do in height, their row says."""
    (left, _, width, _), (start, _, wide, _) = one.box, other.box
    shared = min(left + width, start + wide) - max(left, start)
    return shared >= _SHARED * (max(left + width, start + wide) - min(left, start))
