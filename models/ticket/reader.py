"""What a reading engine does: the words of one sheet, within a time limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.page.scan import Fault
from models.ticket.sheet import Sheet
from models.ticket.words import Word


class Reader(Protocol):
    """Reads sheets, one at a time; made once a process and kept."""

    @property
    def least(self) -> float:
        """Confidence under which its words are more often wrong than right."""

    @property
    def faintest(self) -> float:
        """Confidence under which its words do not even help to find fields; `least` at most.

        Of a firm's name a word that is half right is better than a gap.
        """

    @property
    def doubtful(self) -> float:
        """Mean confidence of letters under which a page may lie upside down."""

    def read(
        self, sheet: Sheet, *, timeout: float, hurried: bool = False
    ) -> Sequence[Word] | Fault:
        """Read one sheet.

        Args:
            sheet: a page as it is read.
            timeout: seconds, after which reading ends with a fault.
            hurried: whether there is more to be read in that time than this sheet, so that once
                over it must do.

        Returns:
            The words, none where there is nothing to read, all on page 1 and their boxes in
            pixels of the sheet; or a fault of stage ``ocr``.

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
