"""Forms and invoices whose layout is fixed by one seed and whose filling by another.

What a printer would print on every sheet (heading, emblem, labels, boxes, rules, small print) is
drawn from ``layout``; what an office or a pen would add, from ``filling``. No draw from ``layout``
depends on the filling, so that sheets of one layout differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Protocol

import cv2
import numpy as np

from models.drawing import hand
from models.drawing.kinds.forms import rule_grid
from models.drawing.kinds.pages import paragraph, sheet
from models.drawing.lettering import FACES, Face, write, write_centred, write_right
from models.drawing.marks import emblem
from models.drawing.words import address, chance, day, digits, goods, invented, pick, title

from .pictures import Pixels

_HEAVY: Final = Face("sans", 700)
_HEADINGS: Final = ("INVOICE", "Invoice", "RECHNUNG", "FACTURE", "TAX INVOICE")
_COLUMNS: Final = ("No.", "Description", "Unit", "Qty", "Price", "VAT", "Amount")
_MOST_GOODS: Final = 10
_REFERENCES: Final = ("No.", "Date", "Due", "Order", "Customer", "Ref", "Page")


class FillTemplate(Protocol):
    """Draws a sheet of a layout, ``width`` pixels wide, uint8 of shape (height, width)."""

    def __call__(
        self, layout: np.random.Generator, filling: np.random.Generator, width: int
    ) -> Pixels:
        """Draw it; ``layout`` must be new from its seed each time."""
        ...


def invoice(layout: np.random.Generator, filling: np.random.Generator, width: int) -> Pixels:
    """An invoice: head, parties, references, a table of goods, totals, small print."""
    pixels = sheet(width)
    size = int(width / layout.uniform(44, 58))
    margin = int(width * layout.uniform(0.05, 0.1))
    face = pick(layout, FACES[:5])
    y = _head(pixels, layout, margin, size)
    y = _parties(pixels, layout, filling, (margin, y), size, face)
    y = _table(pixels, layout, filling, (margin, y), size, face)
    floor = pixels.shape[0] - margin
    top = floor - int(layout.uniform(3, 6)) * size
    columns = int(layout.integers(1, 4))
    for left, right in pairwise(np.linspace(margin, width - margin, columns + 1).astype(int)):
        paragraph(pixels, layout, (left, top, right - size, floor), max(size - 3, 6), lines=3)
    return pixels


def form(layout: np.random.Generator, filling: np.random.Generator, width: int) -> Pixels:
    """A form: rows of labelled boxes, combs, ticks and bars, filled in by hand or by machine."""
    pixels = sheet(width)
    size = int(width / layout.uniform(46, 60))
    margin = int(width * layout.uniform(0.05, 0.09))
    y = _head(pixels, layout, margin, size, title(layout, 3))
    by_hand, ink = chance(filling, 0.7), int(filling.integers(0, 90))
    while y < pixels.shape[0] - margin - 5 * size:
        high = int(size * layout.uniform(2.4, 4))
        label = title(layout, int(layout.integers(1, 3)))
        match int(layout.integers(4)):
            case 0:
                shares = np.cumsum(layout.uniform(0.5, 2, int(layout.integers(1, 5))))
                edges = margin + shares / shares[-1] * (width - 2 * margin)
                for left, right in pairwise([margin, *edges.astype(int).tolist()]):
                    cv2.rectangle(pixels, (left, y), (right, y + high), (0,), 1)
                    write(pixels, title(layout, 1), (left + 3, y + size), size - 2)
                    if chance(filling, 0.8):
                        at = (left + size, y + high - size // 2)
                        _fill(pixels, filling, at, (right - left) * 0.6, size, by_hand, ink)
            case 1:
                write(pixels, f"{label}:", (margin, y + high - 4), size)
                start, cell = margin + int(width * 0.25), int(size * 1.6)
                for k in range(int(layout.integers(6, 20))):
                    left = start + k * cell
                    cv2.rectangle(pixels, (left, y + 4), (left + cell, y + high), (0,), 1)
                    if chance(filling, 0.7):
                        write(pixels, digits(filling, 1), (left + 4, y + high - 4), size + 2)
            case 2:
                for k in range(int(layout.integers(2, 6))):
                    left = margin + k * width // 6
                    cv2.rectangle(pixels, (left, y + 6), (left + size, y + 6 + size), (0,), 1)
                    write(pixels, invented(layout, 1), (left + 2 * size, y + 5 + size), size)
                    if chance(filling, 0.4):
                        corner = (left + size, y + 6 + size)
                        hand.line(pixels, (left, y + 6), corner, filling, thickness=2)
            case _:
                bar = (width - margin, y + int(size * 1.7))
                cv2.rectangle(pixels, (margin, y), bar, (int(layout.integers(30, 210)),), -1)
                write(pixels, label, (margin + 4, y + int(size * 1.3)), size, _HEAVY, ink=255)
        y += high + int(size * 0.6)
    return pixels


TEMPLATES: Final[Mapping[str, FillTemplate]] = MappingProxyType({"invoice": invoice, "form": form})


def _head(
    pixels: Pixels, layout: np.random.Generator, margin: int, size: int, heading: str = ""
) -> int:
    """Emblem or name on one side, heading on another; returns the y below."""
    width = pixels.shape[1]
    heading = heading or pick(layout, _HEADINGS)
    large = int(size * layout.uniform(1.6, 2.6))
    place = int(layout.integers(3))
    mark = emblem(int(width * layout.uniform(0.2, 0.35)), layout)
    named = title(layout, 2)
    left = width - margin - mark.shape[1] if place == 1 else margin
    if chance(layout, 0.6):
        pixels[margin // 2 : margin // 2 + len(mark), left : left + mark.shape[1]] = mark
    else:
        write(pixels, named, (left, margin + size), int(size * 1.5), _HEAVY)
    if place == 0:
        write_right(pixels, heading, (width - margin, margin + large), large, _HEAVY)
    elif place == 1:
        write(pixels, heading, (margin, margin + large), large, _HEAVY)
    else:
        write_centred(pixels, heading, (width // 2, margin // 2 + len(mark) + large), large, _HEAVY)
    y = margin // 2 + len(mark) + int(large * 1.8)
    if chance(layout, 0.4):
        pixels[y : y + int(layout.integers(1, 5)), margin : width - margin] = 0
    return y + int(size * layout.uniform(1, 3))


def _parties(
    pixels: Pixels,
    layout: np.random.Generator,
    filling: np.random.Generator,
    at: tuple[int, int],
    size: int,
    face: Face,
) -> int:
    """One or two addresses, and references as a list or in a strip of boxes; returns the y below."""
    width = pixels.shape[1]
    margin, top = at
    columns = np.linspace(margin, width - margin, int(layout.integers(2, 4)) + 1).astype(int)
    y = top
    for label, left in zip(("Bill to:", "Ship to:"), columns[: len(columns) - 2], strict=False):
        y = top + size
        write(pixels, label, (left, y), size, _HEAVY)
        for line in address(filling):
            y += int(size * 1.4)
            write(pixels, line.title(), (left, y), size, face)
    labels = layout.permutation(_REFERENCES)[: int(layout.integers(3, 6))]
    values = [digits(filling, 6) if chance(filling, 0.5) else str(day(filling)) for _ in labels]
    y = top + 6 * size
    if chance(layout, 0.5):
        edges = np.linspace(margin, width - margin, len(labels) + 1).astype(int).tolist()
        rule_grid(pixels, edges, [y, y + int(size * 1.6), y + int(size * 3.4)])
        for label, value, left in zip(labels, values, edges, strict=False):
            write(pixels, str(label), (left + 4, y + int(size * 1.2)), size - 1, _HEAVY)
            write(pixels, value, (left + 4, y + int(size * 2.9)), size, face)
        return y + int(size * layout.uniform(5, 8))
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        base = top + size + int(size * 1.4) * number
        write(pixels, str(label), (int(columns[-2]) + size, base), size, _HEAVY)
        write_right(pixels, value, (width - margin, base), size, face)
    return y + int(size * layout.uniform(2, 6))


def _table(
    pixels: Pixels,
    layout: np.random.Generator,
    filling: np.random.Generator,
    at: tuple[int, int],
    size: int,
    face: Face,
) -> int:
    """A table of goods and its totals; as many rows as the filling has; returns the y below."""
    width = pixels.shape[1]
    margin, top = at
    kept = sorted(layout.permutation(len(_COLUMNS))[: int(layout.integers(3, 7))].tolist())
    names = [_COLUMNS[key] for key in kept if key != 1]
    names.insert(min(1, len(names)), "Description")
    shares = np.cumsum([3.0 if name == "Description" else 1.0 for name in names])
    edges = [margin, *(margin + shares / shares[-1] * (width - 2 * margin)).astype(int).tolist()]
    row = int(size * layout.uniform(1.6, 2.6))
    shaded, framed, ruled = (chance(layout, 0.5) for _ in range(3))
    room = (int(pixels.shape[0] * 0.8) - top) // row - 4
    count = int(filling.integers(2, min(max(room, 2), _MOST_GOODS) + 1))
    boxed, totals = chance(layout, 0.4), int(layout.integers(1, 4))
    ends = pick(layout, (("Subtotal", "Tax", "TOTAL"), ("Netto", "MwSt.", "Summe")))
    if shaded:
        cv2.rectangle(pixels, (margin, top), (width - margin, top + row), (40,), -1)
    for name, left in zip(names, edges, strict=False):
        ink = 255 if shaded else 0
        write(pixels, name, (left + 4, top + int(row * 0.7)), size, _HEAVY, ink=ink)
    for number in range(1, count + 1):
        base = top + number * row + int(row * 0.7)
        for name, (left, right) in zip(names, pairwise(edges), strict=True):
            if name == "Description":
                write(pixels, goods(filling).title(), (left + 4, base), size, face)
            else:
                value = f"{int(filling.integers(1, 90000)) / 100:,.2f}"
                write_right(pixels, value, (right - 4, base), size, face)
        if ruled:
            cv2.line(
                pixels,
                (margin, top + number * row),
                (width - margin, top + number * row),
                (170,),
                1,
            )
    if framed:
        rule_grid(pixels, edges, [top, top + row, top + (count + 1) * row])
    y = top + (count + 1) * row
    start = edges[-3] if len(edges) > 3 else edges[0]
    for label in ends[-totals:]:
        if boxed:
            cv2.rectangle(pixels, (start, y), (width - margin, y + row), (0,), 1)
        write(pixels, label, (start + 4, y + int(row * 0.7)), size, _HEAVY)
        value = f"{int(filling.integers(100, 900000)) / 100:,.2f}"
        write_right(pixels, value, (width - margin - 4, y + int(row * 0.7)), size, _HEAVY)
        y += row
    return y


def _fill(
    pixels: Pixels,
    filling: np.random.Generator,
    at: tuple[int, int],
    reach: float,
    size: int,
    by_hand: bool,
    ink: int,
) -> None:
    """Write something into a field, in place."""
    if by_hand:
        hand.cursive(pixels, (float(at[0]), float(at[1])), reach, size * 0.6, filling, ink=ink)
    else:
        write(pixels, title(filling, 2)[: max(int(reach / size * 2), 1)], at, size, ink=ink)
