"""Till receipts: tall, narrow, printed in cells or in a proportional face, and what befalls them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing import wear
from models.drawing.kinds.codes import matrix_code
from models.drawing.marks import barcode, emblem, scribble, stamp, tear
from models.drawing.till.printing import print_rows
from models.drawing.till.text import compose
from models.drawing.words import chance

MINIMUM_ASPECT: Final = 1.15


@dataclass(frozen=True, slots=True)
class Ticket:
    """A drawn receipt and the truth about it.

    `pixels` uint8 (height, width); `lines` the printed rows from top to bottom; `items` (name,
    amount); `subtotal` + `tax` = `total`, in `currency` (ISO 4217).
    """

    pixels: npt.NDArray[np.uint8]
    vendor: str
    date: dt.date
    total: Decimal
    subtotal: Decimal
    tax: Decimal
    currency: str
    items: tuple[tuple[str, Decimal], ...]
    lines: tuple[str, ...]


def draw_ticket(
    rng: np.random.Generator,
    *,
    width: int = 440,
    items: int | None = None,
    extras: bool = True,
    on_page: bool | None = None,
    photo: bool | None = None,
    strength: float = 1.0,
) -> Ticket:
    """Draw one receipt; what is not given is drawn from `rng`.

    Args:
        rng: The only source of chance.
        width: Width of the paper in pixels, 120 or more; letters grow with it. The finished
            picture is wider where surroundings are added.
        items: How many things were bought.
        extras: Whether emblem, barcode, stamp and handwriting may occur.
        on_page: Whether the receipt lies on a larger white page, as from a flatbed.
        photo: Whether it lies on a darker ground, as from a phone.
        strength: Wear, 0 none, 1 as real scans.
    """
    text = compose(rng, items=items)
    body, lines = print_rows(text.rows, rng, width)
    paper = _paper(body, rng, extras=extras)
    if extras and chance(rng, 0.1):
        stamp(paper, rng)
    if extras and chance(rng, 0.15):
        scribble(paper, rng)
    if extras and chance(rng, 0.15):
        paper = tear(paper, rng)

    on_page = chance(rng, 0.2) if on_page is None else on_page
    photo = (not on_page and chance(rng, 0.25 * strength)) if photo is None else photo
    pixels = paper
    if on_page:
        pixels = _lay_on_page(paper, rng)
    if strength > 0:
        pixels = wear.age(pixels, rng, strength=strength)
    if photo:
        pixels = wear.on_ground(pixels, rng)
        pixels = wear.shade(wear.grain(pixels, rng, 4 * strength), rng)
    return Ticket(
        pixels,
        text.vendor,
        text.date,
        text.total,
        text.subtotal,
        text.tax,
        text.currency,
        text.items,
        lines,
    )


def _paper(
    body: npt.NDArray[np.uint8], rng: np.random.Generator, *, extras: bool
) -> npt.NDArray[np.uint8]:
    """Put margins, and now and then an emblem and a barcode, around the printed body."""
    width = body.shape[1]
    side = int(width * rng.uniform(0.02, 0.1))
    full = width + 2 * side
    parts = [np.full((int(full * rng.uniform(0.02, 0.25)), full), 255, np.uint8)]
    if extras and chance(rng, 0.2):
        parts.append(emblem(full, rng))
    parts.append(cv2.copyMakeBorder(body, 0, 0, side, side, cv2.BORDER_CONSTANT, value=(255,)))
    if extras and chance(rng, 0.25):
        parts.append(barcode(full, rng))
    if extras and chance(rng, 0.08):
        parts.append(_matrix_strip(full, rng))
    parts.append(np.full((int(full * rng.uniform(0.03, 0.3)), full), 255, np.uint8))
    missing = int(full * MINIMUM_ASPECT) - sum(len(part) for part in parts)
    if missing > 0:
        parts.append(np.full((missing, full), 255, np.uint8))
    return np.vstack(parts).astype(np.uint8)


def _matrix_strip(width: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    code = matrix_code(rng, int(width * rng.uniform(0.25, 0.5)))
    left = (width - len(code)) // 2
    return np.pad(code, ((0, 0), (left, width - len(code) - left)), constant_values=255)


def _lay_on_page(paper: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Scan the receipt on a flatbed: a page around it, mostly white, the paper's edge may show."""
    height, width = paper.shape
    page_width = int(max(width * rng.uniform(1.3, 2.6), height / 1.4142 * rng.uniform(1.02, 1.3)))
    page_height = max(int(page_width * 1.4142), height + 8)
    lid = int(rng.choice([255, 255, 255, 255, 235, 40]))
    page = np.full((page_height, page_width), lid, np.uint8)
    left = int((page_width - width) * rng.uniform(0.1, 0.9))
    top = int((page_height - height) * rng.beta(1, 2))
    page[top : top + height, left : left + width] = paper
    if chance(rng, 0.3):
        corners = ((left, top), (left + width, top + height))
        cv2.rectangle(page, *corners, (int(rng.integers(180, 240)),), 1)
    return page
