"""Receipts as words: what a reading engine would give, without the engine."""

from __future__ import annotations

from models.ticket.rows import Row, rows_of
from models.ticket.words import Word

_LETTER, _HEIGHT, _LINE = 12, 20, 32


def words(*lines: str, confidence: float = 0.9) -> list[Word]:
    """The words of lines in a fixed pitch; each blank is as wide as a letter."""
    found = []
    for number, line in enumerate(lines):
        at = 0
        for word in line.split():
            at = line.index(word, at)
            box = (40 + at * _LETTER, 30 + number * _LINE, len(word) * _LETTER, _HEIGHT)
            found.append(Word(word, confidence, 1, (1, 1, number + 1), box))
            at += len(word)
    return found


def rows(*lines: str) -> list[Row]:
    """The same in rows."""
    return rows_of(words(*lines))
