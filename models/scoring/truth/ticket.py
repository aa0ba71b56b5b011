"""A ticket whose text or fields are known."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from config.errors import DataError
from models.scoring.fields import TrueFields
from models.ticket.words import Box, Word

_CENT = Decimal("0.01")
_LETTER, _HEIGHT, _LINE = 12, 20, 32
"""Of a text that stands nowhere: pixels of a letter and of a line, as a till prints."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What stands on a ticket.

    Attributes:
        words: in reading order.
        placed: whether their boxes are where they stand on the page; else they are made up, of
            letters and lines of one size.
    """

    words: tuple[Word, ...]
    placed: bool

    @property
    def text(self) -> str:
        """The words, with blanks between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class TrueTicket:
    """A ticket, and what is known of it: its text, its fields, or both.

    Attributes:
        name: its path relative to the folder of truth, with forward slashes.
        path: of its scan.
        transcript: None where the text is not known.
        fields: None where no field is.
    """

    name: str
    path: Path
    transcript: Transcript | None
    fields: TrueFields | None


def words_in(line: str, number: int, box: Box) -> Iterator[Word]:
    """The words of a line, each with its share of the line's box, by its number of letters.

    Args:
        line: its text.
        number: of the line, from 1.
        box: in pixels of the page.
    """
    left, top, width, height = box
    shown = line.rstrip()
    for found in re.finditer(r"\S+", shown):
        start = left + width * found.start() // len(shown)
        end = left + width * found.end() // len(shown)
        place = (start, top, max(1, end - start), height)
        yield Word(found.group(), 1.0, 1, (number, 1, 1), place)


def transcript_of(text: str) -> Transcript:
    """A transcript of a text without boxes: blanks are as wide as letters."""
    words: list[Word] = []
    for number, line in enumerate(text.expandtabs().splitlines(), start=1):
        shown = line.rstrip()
        words += words_in(shown, number, (0, number * _LINE, len(shown) * _LETTER, _HEIGHT))
    return Transcript(tuple(words), placed=False)


def amount(text: str, where: str) -> str | None:
    """An amount with two decimals and a point before them; None of an empty text.

    Args:
        text: digits, with a point before the decimals.
        where: file and line, for the error.

    Raises:
        DataError: it is none.
    """
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
        if value.is_finite():
            return str(value.quantize(_CENT))
    except InvalidOperation:
        pass
    raise DataError(f"{where}: {text!r} is no amount", "Write it as 12.50")


def read_lines(path: Path) -> str:
    """A text file of the truth: UTF-8, or UTF-16 as spreadsheets write it when it says so.

    What is neither is shown as a replacement character.

    Raises:
        DataError: it cannot be opened.
    """
    try:
        raw = path.read_bytes()
        marked = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return raw.decode("utf-16" if marked else "utf-8-sig", "replace")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"{path} cannot be opened: {reason}", "Look at the path") from None
