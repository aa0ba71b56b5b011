"""What a reading engine does: the words of one page, within a time limit."""

from __future__ import annotations

from typing import Protocol

from models.page.scan import Fault, Page
from models.ticket.words import Word


class Reader(Protocol):
    """Reads pages, one at a time; made once a process and kept."""

    def read(self, page: Page, *, timeout: float) -> list[Word] | Fault:
        """Read one page.

        Args:
            page: upright as far as its file says so, and grey.
            timeout: seconds, after which reading ends with a fault.

        Returns:
            The words in reading order, none where there is nothing to read, their boxes in pixels
            of the page; or a fault of stage ``ocr``.

        Raises:
            MemoryError: this process, or the engine's, has too little. Nothing else is raised.
        """


def too_slow(timeout: float) -> Fault:
    """The fault of a scan whose pages could not be read in so many seconds."""
    return Fault(
        "ocr",
        f"reading took longer than {timeout:g} s",
        "Raise job_timeout, or scan at a lower resolution.",
    )
