"""Reading a sheet with Tesseract: what was read badly is redrawn and read again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from models.page.scan import Fault
from models.ticket.sheet import Sheet
from models.ticket.tesseract.command import words_of
from models.ticket.tesseract.lines import Line, lines_of
from models.ticket.tesseract.merging import merged
from models.ticket.tesseract.strips import strips_of
from models.ticket.words import Word

_MODE = 6
"""One uniform block of text: Tesseract's best page segmentation for receipts."""
_MOST = 700
"""Lines that are redrawn: more would make a sheet that Tesseract finds too long."""
_SPARE = 0.3
"""Share of the time limit that must be left: finding lines is not broken off."""
_GOOD = 0.6
"""Confidence of each of its words from which on a line is not read again."""


@dataclass(frozen=True, slots=True)
class PreparedTesseract:
    """Tesseract as a `Reader`. It is a process a sheet, or two, each killed at the time limit.

    Attributes:
        language: Tesseract's names joined by ``+``.
    """

    language: str

    least: ClassVar = 0.45
    """On 63 receipts of SROIE word F1 is 0.790 at 0.45 (0.790 at 0.5, 0.785 at 0.3, 0.780 at 0.2)."""
    doubtful: ClassVar = 0.45
    """Of 47 receipts it is 0.55 to 0.9 where they are upright, 0.35 at most where they are not."""

    def read(self, sheet: Sheet, *, timeout: float) -> Sequence[Word] | Fault:
        """See `Reader.read`."""
        end = time.monotonic() + timeout
        found = words_of(sheet.pixels, language=self.language, mode=_MODE, timeout=timeout)
        if isinstance(found, Fault):
            return found
        return self._with_second_look(sheet, found, timeout, end)

    def _with_second_look(
        self, sheet: Sheet, found: Sequence[Word], timeout: float, end: float
    ) -> Sequence[Word]:
        """The words, those of lines that were read badly or not at all read again."""
        if end - time.monotonic() < _SPARE * timeout:
            return found
        lines = lines_of(sheet.pixels)
        on: dict[int | None, list[Word]] = {}
        for word in found:
            on.setdefault(_line_of(word, lines), []).append(word)
        poor = [number for number in range(len(lines)) if not _is_good(on.get(number, ()))][:_MOST]
        left = end - time.monotonic()
        if not poor or left <= 0:
            return found
        strips = strips_of([lines[number] for number in poor])
        again = words_of(
            strips.pixels, language=self.language, mode=_MODE, timeout=left, inverse=False
        )
        if isinstance(again, Fault):
            return found
        doubted = [word for number in poor for word in on.pop(number, ())]
        sure = [word for words in on.values() for word in words]
        redrawn = [replace(word, box=strips.place(word.box)[1]) for word in again]
        return sure + merged(doubted, redrawn)


def _line_of(word: Word, lines: Sequence[Line]) -> int | None:
    return next((number for number, line in enumerate(lines) if line.holds(word.box)), None)


def _is_good(words: Sequence[Word]) -> bool:
    return bool(words) and min(word.confidence for word in words) >= _GOOD
