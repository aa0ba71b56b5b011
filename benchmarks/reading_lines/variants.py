"""Ways to read a ticket that are compared. A new row of the table is a new entry of `VARIANTS`.

Each is a function of a scan and the settings, at the top of a module: it crosses processes. What
it reads goes through the same rules for fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final
from unittest.mock import patch

import numpy as np

from models.fields.ticket import Ticket
from models.page.read import pages_of
from models.page.scan import Fault, Scan
from models.ticket.ink import Pixels, ink_of
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
                    [page.pixels], language=spec.ocr_language, mode=mode, timeout=spec.job_timeout
                )
            )
            if isinstance(found, Fault):
                return found
            words += found[0]
            break
    return Ticket(text_of(words), tuple(words), fields_of(words, spec))


def altered(scan: Scan, spec: EngineSpec, *, variant: str) -> Ticket | Fault:
    """As shipped, but for what stands in the place of some names meanwhile.

    One step of the preparation is taken out like that; the rest is the very code that ships.
    """
    with ExitStack() as stack:
        for name, other in _ALTERED[variant]:
            stack.enter_context(patch(name, other))
        return read_ticket(scan, spec)


def rapid(scan: Scan, spec: EngineSpec) -> Ticket | Fault:
    """As shipped, with the other reading engine."""
    return read_ticket(scan, replace(spec, ocr_engine="rapidocr"))


def _whole(_: object, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    return 0, 0, shape[1], shape[0]


def _straight(_: object) -> float:
    return 0.0


def _same(pixels: Any) -> Any:
    return pixels


def _black_and_white(pixels: Pixels) -> Pixels:
    return np.bitwise_not(ink_of(pixels))


def _upright(_: object) -> bool:
    return False


def _nothing(_: object) -> None:
    return None


def _second(_: object, second: Sequence[Word]) -> Sequence[Word]:
    return second


_SHEET, _ENGINE = "models.ticket.sheet.", "models.ticket.tesseract.engine."
_READER = _ENGINE + "PreparedTesseract."
_ALTERED: Final[Mapping[str, tuple[tuple[str, object], ...]]] = {
    "without looking for sideways pages": ((_SHEET + "lies_sideways", _upright),),
    "without cutting out": ((_SHEET + "text_box", _whole),),
    "without straightening": ((_SHEET + "skew", _straight),),
    "without evening the light": ((_SHEET + "even", _same),),
    "black and white": ((_SHEET + "even", _black_and_white),),
    "without scaling": ((_SHEET + "_SCALES", (1.0, 1.0)),),
    "capitals of 18 px": ((_SHEET + "TALL", 18.0),),
    "capitals of 30 px": ((_SHEET + "TALL", 30.0),),
    "with the words left out as doubtful": ((_READER + "least", 0.1),),
    "amounts not joined": (("models.ticket.reading.numbers_joined", _same),),
    "the sheet alone": ((_ENGINE + "_redrawn", _nothing),),
    "the redrawn lines alone": ((_ENGINE + "merged", _second),),
    "without voting": (
        ("models.ticket.tesseract.merging._ALIKE", 0.0),
        ("models.ticket.tesseract.merging._UNLIKE", 0.0),
    ),
    "fields without faint words": ((_READER + "faintest", 0.5),),
}

VARIANTS: Final[Mapping[str, Callable[[Scan, EngineSpec], Ticket | Fault]]] = MappingProxyType(
    {
        SHIPPED: read_ticket,
        "as shipped, RapidOCR": rapid,
        **{name: partial(altered, variant=name) for name in _ALTERED},
        "raw Tesseract, mode 6": partial(raw, mode=6),
        "raw Tesseract, mode 4": partial(raw, mode=4),
    }
)
"""What is compared, by the name of its row; the first is the one that has goals."""
