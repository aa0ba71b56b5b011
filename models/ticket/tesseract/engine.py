"""Reading a sheet with Tesseract: as it is, and with its lines redrawn.

Two readings of one page err in different places: on 63 receipts of SROIE word F1 is 0.774 and 0.795
for either, 0.815 for the surer word of each place, and 0.822 where they vote. Reading only those
lines again that were read badly (a word under 0.9) takes a second process, longer than reading all
at once, and word F1 is 0.820 then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from models.page.scan import Fault
from models.ticket.sheet import Sheet
from models.ticket.tesseract.command import words_of
from models.ticket.tesseract.lines import lines_of
from models.ticket.tesseract.merging import merged
from models.ticket.tesseract.strips import Strips, strips_of
from models.ticket.words import Word

_MODE = 6
"""One uniform block of text: Tesseract's best page segmentation for receipts."""
_INVERSE = 0.3
"""Confidence under which a line may be white on black: taken for black on white it is nonsense.
To try no more than those saves a twentieth of the time."""
_MOST = 700
"""Lines that are redrawn: more would make a sheet that Tesseract finds too long."""


@dataclass(frozen=True, slots=True)
class PreparedTesseract:
    """Tesseract as a `Reader`. It is a process a sheet, killed at the time limit.

    Attributes:
        language: Tesseract's names joined by ``+``.
    """

    language: str

    least: ClassVar = 0.5
    """On 63 receipts of SROIE word F1 is 0.822 to 0.823 from 0.5 to 0.6, 0.820 at 0.45."""
    faintest: ClassVar = 0.1
    """There 58 vendors are like the true one, and 51 where fields are found without faint words."""
    doubtful: ClassVar = 0.54
    """Of 78 receipts it is 0.59 and more where they are upright, 0.48 at most where they are not."""

    def read(
        self, sheet: Sheet, *, timeout: float, hurried: bool = False
    ) -> Sequence[Word] | Fault:
        """See `Reader.read`."""
        strips = None if hurried else _redrawn(sheet)
        sheets = [sheet.pixels] if strips is None else [sheet.pixels, strips.pixels]
        found = words_of(
            sheets, language=self.language, mode=_MODE, timeout=timeout, inverse=_INVERSE
        )
        if isinstance(found, Fault) or strips is None:
            return found if isinstance(found, Fault) else found[0]
        again = [replace(word, box=strips.place(word.box)) for word in found[1]]
        return merged(found[0], again)


def _redrawn(sheet: Sheet) -> Strips | None:
    """The lines of a sheet, drawn alike; None where none are found."""
    lines = lines_of(sheet.pixels)[:_MOST]
    return strips_of(lines) if lines else None
