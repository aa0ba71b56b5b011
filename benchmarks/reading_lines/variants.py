"""Ways to read a ticket that are compared. A new row of the table is a new entry of `VARIANTS`.

Each is a function of a scan and the settings, at the top of a module: it crosses processes. What
it reads goes through the same rules for fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from types import MappingProxyType
from typing import Final

from models.fields.ticket import Ticket
from models.page.read import pages_of
from models.page.scan import Fault, Scan
from models.ticket.tesseract.command import words_of
from models.ticket.words import Word, text_of
from service.workers.engine import EngineSpec
from service.workers.tickets import fields_of, read_ticket

SHIPPED: Final = "as shipped"


def raw(scan: Scan, spec: EngineSpec, *, mode: int) -> Ticket | Fault:
    """Tesseract on the first page as it was scanned, with this page segmentation mode."""
    words: list[Word] = []
    with closing(pages_of(scan, spec.limits)) as pages:
        for page in pages:
            found = (
                page
                if isinstance(page, Fault)
                else words_of(
                    page.pixels, language=spec.ocr_language, mode=mode, timeout=spec.job_timeout
                )
            )
            if isinstance(found, Fault):
                return found
            words += found
            break
    return Ticket(text_of(words), tuple(words), fields_of(words, spec))


VARIANTS: Final[Mapping[str, Callable[[Scan, EngineSpec], Ticket | Fault]]] = MappingProxyType(
    {
        SHIPPED: read_ticket,
        "raw Tesseract, mode 6": partial(raw, mode=6),
        "raw Tesseract, mode 4": partial(raw, mode=4),
    }
)
"""What is compared, by the name of its row; the first is the one that has goals."""
