"""What was read of a scan: its words, where they stand, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the page."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word that was read.

    Attributes:
        text: without blanks and control characters.
        confidence: the reading engine's own, from 0 to 1; where it read twice, more where both
            readings agree, and less where they do not.
        page: number of the page, from 1.
        line: block, paragraph and line on the page, each from 1.
        box: left, top, width and height in pixels of the page.
    """

    text: str
    confidence: float
    page: int
    line: tuple[int, int, int]
    box: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a scan.

    Attributes:
        text: a line a line, a blank line between paragraphs and between pages.
        words: in reading order.
        guessed: the words, and among them those that are more often wrong than right: none to be
            shown, but fields are found among them.
        turns: quarter turns counterclockwise that bring a page upright, by its number; a page
            that is not named lies upright.
    """

    text: str
    words: tuple[Word, ...]
    guessed: tuple[Word, ...] = ()
    turns: Mapping[int, int] = field(default_factory=dict)


def text_of(words: Sequence[Word]) -> str:
    """The words as text: a line a line, a blank line between paragraphs and between pages."""
    paragraphs = []
    for _, paragraph in groupby(words, key=lambda word: (word.page, word.line[:2])):
        lines = groupby(paragraph, key=lambda word: word.line)
        paragraphs.append("\n".join(" ".join(word.text for word in line) for _, line in lines))
    return "\n\n".join(paragraphs)


def around(words: Iterable[Word]) -> Box:
    """The box that holds all of them; they stand on one page."""
    boxes = [word.box for word in words]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    return left, top, right - left, bottom - top


def turned(box: Box, turns: int) -> Box:
    """A box on the page turned by quarters, counterclockwise about the page's first corner.

    What stands where to one another is right; corners may be negative.
    """
    left, top, width, height = box
    match turns % 4:
        case 1:
            return top, -left - width, height, width
        case 2:
            return -left - width, -top - height, width, height
        case 3:
            return -top - height, left, height, width
    return box


def sureness(words: Sequence[Word]) -> float:
    """Mean confidence of their letters, from 0 to 1; at least one word."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / letters
