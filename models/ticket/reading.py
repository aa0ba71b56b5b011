"""Reading a scan: each page prepared, read, and its words put back to where they stand on it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from models.page.scan import Fault, Page
from models.ticket.sheet import sheet_of
from models.ticket.tesseract import too_slow, words_of
from models.ticket.words import Reading, Word, around, text_of

_MODE = 6
"""One uniform block of text: Tesseract's best page segmentation for receipts."""
_WHOLE = re.compile(r"\d+")
_CENTS = re.compile(r"[.,]\d{2}\D?")
_POINTED = re.compile(r"\d+[.,]")
_GAP = 0.6
"""Gap between the parts of an amount, in heights of its digits, up to which they are one word."""


def read_text(pages: Iterable[Page | Fault], *, language: str, timeout: float) -> Reading | Fault:
    """Read the text of pages, one after the other.

    Args:
        pages: upright and grey; they may be decoded as they are asked for, and a fault ends them.
        language: Tesseract's names joined by ``+``.
        timeout: seconds for all pages together; the process that exceeds them is killed.

    Returns:
        The reading, empty where there is nothing to read, or a fault of stage ``ocr``, or the
        one among the pages.

    Raises:
        MemoryError: this process, or Tesseract, has too little. Nothing else is raised.
    """
    end = time.monotonic() + timeout
    words: list[Word] = []
    for page in pages:
        if isinstance(page, Fault):
            return page
        left = end - time.monotonic()
        found = too_slow(timeout) if left <= 0 else _read(page, language, left)
        if isinstance(found, Fault):
            # Of all the seconds, not of those that were left for this page.
            return too_slow(timeout) if time.monotonic() >= end else found
        words += found
    return Reading(text_of(words), tuple(words), language)


def _read(page: Page, language: str, timeout: float) -> list[Word] | Fault:
    sheet = sheet_of(page.pixels)
    found = words_of(sheet.pixels, language=language, mode=_MODE, timeout=timeout)
    if isinstance(found, Fault):
        return found
    return [
        replace(word, page=page.number, box=sheet.box_on_page(word.box))
        for word in amounts_joined(found)
    ]


def amounts_joined(words: Sequence[Word]) -> Iterator[Word]:
    """Words, with amounts in one piece that were read in two: ``12 .50``, ``12. 50``."""
    last: Word | None = None
    for word in words:
        if last is not None and _belongs(last, word):
            last = Word(
                last.text + word.text, min(last.confidence, word.confidence), last.page,
                last.line, around((last, word)),
            )  # fmt: skip
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _belongs(last: Word, word: Word) -> bool:
    gap = word.box[0] - last.box[0] - last.box[2]
    if last.line != word.line or gap > _GAP * max(last.box[3], word.box[3]):
        return False
    if _WHOLE.fullmatch(last.text):
        return _CENTS.fullmatch(word.text) is not None
    return bool(_POINTED.fullmatch(last.text)) and re.fullmatch(r"\d{2}\D?", word.text) is not None
