"""Reading a scan: its pages one after the other, within one time limit."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from models.page.scan import Fault, Page
from models.ticket.joined import numbers_joined
from models.ticket.reader import Reader, too_slow
from models.ticket.rows import in_rows
from models.ticket.sheet import sheet_of
from models.ticket.words import Reading, Word, sureness, text_of

_UNHURRIED = 0.7
"""Share of the time that must be left for a page to be read with all care."""


def read_text(pages: Iterable[Page | Fault], reader: Reader, *, timeout: float) -> Reading | Fault:
    """Read the text of pages, one after the other.

    Args:
        pages: upright and grey; they may be decoded as they are asked for, and a fault ends them.
        reader: reads each.
        timeout: seconds for all pages together.

    Returns:
        The reading, empty where there is nothing to read, or a fault of stage ``ocr``, or the
        one among the pages.

    Raises:
        MemoryError: this process, or the engine's, has too little. Nothing else is raised.
    """
    end = time.monotonic() + timeout
    guessed: list[Word] = []
    turns: dict[int, int] = {}
    for page in pages:
        if isinstance(page, Fault):
            return page
        left = end - time.monotonic()
        hurried = left < _UNHURRIED * timeout
        found = too_slow(timeout) if left <= 0 else _read(page, reader, left, hurried)
        if isinstance(found, Fault):
            # Of all the seconds, not of those that were left for this page.
            return too_slow(timeout) if time.monotonic() >= end else found
        guessed += found[0]
        if found[1]:
            turns[page.number] = found[1]
    words = tuple(word for word in guessed if word.confidence >= reader.least)
    return Reading(text_of(words), words, tuple(guessed), turns)


def _read(
    page: Page, reader: Reader, timeout: float, hurried: bool
) -> tuple[list[Word], int] | Fault:
    """The words of a page, faint ones too, and the quarter turns that bring it upright."""
    end = time.monotonic() + timeout
    sheet = sheet_of(page.pixels)
    found = reader.read(sheet, timeout=timeout, hurried=hurried)
    if isinstance(found, Fault):
        return found
    if found and sureness(found) < reader.doubtful and (left := end - time.monotonic()) > 0:
        other = sheet_of(page.pixels, turns=sheet.turns + 2)
        again = reader.read(other, timeout=left, hurried=hurried)
        if not isinstance(again, Fault) and again and sureness(again) > sureness(found):
            sheet, found = other, again
    readable = [word for word in found if word.confidence >= reader.faintest]
    words = [
        replace(word, page=page.number, box=sheet.box_on_page(word.box))
        for word in numbers_joined(in_rows(readable))
    ]
    return words, sheet.turns % 4
