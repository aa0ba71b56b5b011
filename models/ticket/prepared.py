"""Reading a page with Tesseract: prepared for it, read, and its words put back on the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.page.scan import Fault, Page
from models.ticket.joined import amounts_joined
from models.ticket.sheet import sheet_of
from models.ticket.tesseract import words_of
from models.ticket.words import Word

_MODE = 6
"""One uniform block of text: Tesseract's best page segmentation for receipts."""


@dataclass(frozen=True, slots=True)
class PreparedTesseract:
    """Tesseract as a `Reader`. It is a process a page, which is killed at the time limit.

    Attributes:
        language: Tesseract's names joined by ``+``.
    """

    language: str

    def read(self, page: Page, *, timeout: float) -> list[Word] | Fault:
        """See `Reader.read`."""
        sheet = sheet_of(page.pixels)
        found = words_of(sheet.pixels, language=self.language, mode=_MODE, timeout=timeout)
        if isinstance(found, Fault):
            return found
        return [
            replace(word, page=page.number, box=sheet.box_on_page(word.box))
            for word in amounts_joined(found)
        ]
