"""Words into rows: what a person reads from left to right at one height, label and amount alike.

A reading engine's own lines are no help here: a column of amounts is often a block of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from models.ticket.words import Box, Word

_OVERLAP = 0.5
"""Share of the lower of two words that must lie beside the other one."""


@dataclass(frozen=True, slots=True)
class Row:
    """Words at one height, from left to right.

    Attributes:
        words: at least one.
        text: the words with single blanks between them.
        starts: where each word begins in ``text``.
    """

    words: tuple[Word, ...]
    text: str
    starts: tuple[int, ...]

    @property
    def page(self) -> int:
        """The page that it stands on, from 1."""
        return self.words[0].page

    @property
    def top(self) -> float:
        """Middle of its words, in pixels from the top of the page."""
        return median(word.box[1] + word.box[3] / 2 for word in self.words)

    @property
    def height(self) -> float:
        """Of its words, in pixels."""
        return median(word.box[3] for word in self.words)

    def within(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that a part of ``text`` came from."""
        ends = (*self.starts[1:], len(self.text) + 1)
        return tuple(
            word
            for word, first, after in zip(self.words, self.starts, ends, strict=True)
            if first < end and after - 1 > start
        )


def rows_of(words: Iterable[Word]) -> list[Row]:
    """The rows of a scan, page by page, from the top."""
    found: list[Row] = []
    for _, page in groupby(words, key=lambda word: word.page):
        found += sorted(_rows_of_page(list(page)), key=lambda row: row.top)
    return found


def in_rows(words: Iterable[Word]) -> list[Word]:
    """The words from the top, each row a line."""
    return [
        replace(word, line=(1, 1, number))
        for number, row in enumerate(rows_of(words), 1)
        for word in row.words
    ]


def row_of(words: Sequence[Word]) -> Row:
    """These words as a row."""
    starts, at = [], 0
    for word in words:
        starts.append(at)
        at += len(word.text) + 1
    return Row(tuple(words), " ".join(word.text for word in words), tuple(starts))


def _rows_of_page(words: Sequence[Word]) -> Iterator[Row]:
    # Each word joins the row whose last word lies best beside it: rows may slope.
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box[0]):
        beside = max(rows, key=lambda row: _overlap(row[-1].box, word.box), default=None)
        if beside is not None and _overlap(beside[-1].box, word.box) >= _OVERLAP:
            beside.append(word)
        else:
            rows.append([word])
    return map(row_of, rows)


def _overlap(one: Box, other: Box) -> float:
    """Share of the lower one's height at which both stand."""
    shared = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return shared / max(1, min(one[3], other[3]))
