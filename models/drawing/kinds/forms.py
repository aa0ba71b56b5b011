"""Papers ruled into fields: invoices, forms, registers, answer sheets, calendars, cards."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from models.drawing import hand
from models.drawing.kinds.pages import Pixels, paragraph, sheet
from models.drawing.lettering import (
    FACES,
    CellStyle,
    Face,
    set_in_cells,
    write,
    write_centred,
    write_right,
)
from models.drawing.marks import emblem
from models.drawing.words import address, chance, day, digits, goods, invented, phrase, pick, title

_HEAVY: Final = Face("sans", 700)


def invoice(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw an A4 invoice: parties, a bordered table, totals, terms."""
    pixels = sheet(width)
    size = max(width // 44, 6)
    margin = int(width * rng.uniform(0.06, 0.1))
    face = pick(rng, FACES[:5])
    if chance(rng, 0.4):
        mark = emblem(width // 3, rng)
        pixels[margin // 2 : margin // 2 + len(mark), margin : margin + mark.shape[1]] = mark
    else:
        write(pixels, title(rng, 2), (margin, int(width * 0.1)), size * 2, _HEAVY)
    heading = pick(rng, ("INVOICE", "Invoice", "RECHNUNG", "FACTURE", "TAX INVOICE"))
    write_right(pixels, heading, (width - margin, int(width * 0.1)), int(size * 2.4), _HEAVY)
    y = int(width * 0.22)
    for left_text, right_text in zip(
        ("Bill to:", *address(rng)),
        (f"No. {digits(rng, 6)}", f"Date {day(rng)}", f"Due {day(rng)}", f"Ref {digits(rng, 4)}"),
        strict=False,
    ):
        y += int(size * 1.5)
        write(pixels, left_text.title(), (margin, y), size, face)
        write_right(pixels, right_text, (width - margin, y), size, face)
    y = int(width * rng.uniform(0.42, 0.5))
    edges = [margin, int(width * 0.52), int(width * 0.63), int(width * 0.77), width - margin]
    row = int(size * rng.uniform(1.8, 2.6))
    count = int(rng.integers(2, 12))
    shaded, framed = chance(rng, 0.5), chance(rng, 0.6)
    if shaded:
        cv2.rectangle(pixels, (margin, y), (width - margin, y + row), (40,), -1)
    for text, edge in zip(("Description", "Qty", "Price", "Amount"), edges, strict=False):
        write(pixels, text, (edge + 4, y + int(row * 0.7)), size, _HEAVY, ink=255 if shaded else 0)
    total = Decimal(0)
    for number in range(1, count + 1):
        top = y + number * row
        quantity, price = int(rng.integers(1, 20)), Decimal(int(rng.integers(100, 90000))) / 100
        total += quantity * price
        base = top + int(row * 0.7)
        write(pixels, goods(rng).title(), (margin + 4, base), size, face)
        for text, edge in zip(
            (str(quantity), f"{price}", f"{quantity * price:,}"), edges[2:], strict=True
        ):
            write_right(pixels, text, (edge - 4, base), size, face)
        if not framed:
            cv2.line(pixels, (margin, top), (width - margin, top), (170,), 1)
    bottom = y + (count + 1) * row
    if framed:
        rule_grid(pixels, edges, [y + k * row for k in range(count + 2)])
    for label, value in (("Subtotal", total), ("Tax", total / 5), ("TOTAL", total * 6 / 5)):
        bottom += row
        style = _HEAVY if label == "TOTAL" else face
        write_right(pixels, label, (edges[3], bottom), size, style)
        write_right(pixels, f"{value:,.2f}", (edges[4] - 4, bottom), size, style)
    floor = pixels.shape[0] - margin
    paragraph(pixels, rng, (margin, floor - 4 * size, width - margin, floor), size - 1, lines=3)
    return pixels


def rule_grid(pixels: Pixels, columns: list[int], rows: list[int], ink: int = 0) -> None:
    """Rule lines at these x and y, in place."""
    for x in columns:
        cv2.line(pixels, (x, rows[0]), (x, rows[-1]), (ink,), 1)
    for y in rows:
        cv2.line(pixels, (columns[0], y), (columns[-1], y), (ink,), 1)


def form(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a form to be filled in: labelled boxes, ticks, some of them filled by hand."""
    pixels = sheet(width)
    size = max(width // 50, 6)
    margin = int(width * 0.07)
    write_centred(pixels, title(rng, 3), (width // 2, margin), int(size * 1.8), _HEAVY)
    y = int(margin * 1.4)
    filled = rng.uniform(0, 0.8)
    while y < pixels.shape[0] - margin - 5 * size:
        high = int(size * rng.uniform(2.6, 4))
        match int(rng.integers(4)):
            case 0:
                cells = int(rng.integers(1, 4))
                edges = np.linspace(margin, width - margin, cells + 1).astype(int)
                for left, right in pairwise(edges):
                    cv2.rectangle(pixels, (left, y), (right, y + high), (0,), 1)
                    write(pixels, invented(rng, 2).title(), (left + 3, y + size), size - 1)
                    if chance(rng, filled):
                        at = (left + size, y + high - size * 0.4)
                        hand.cursive(pixels, at, (right - left) * 0.6, size * 0.6, rng)
            case 1:
                write(pixels, f"{title(rng, 1)}:", (margin, y + high - 4), size)
                start = margin + int(width * 0.2)
                cells = int(rng.integers(6, 16))
                for k in range(cells):
                    left = start + k * int(size * 1.6)
                    cv2.rectangle(
                        pixels, (left, y + 4), (left + int(size * 1.6), y + high), (0,), 1
                    )
            case 2:
                for k in range(rng.integers(2, 5)):
                    left = margin + k * width // 5
                    cv2.rectangle(pixels, (left, y + 6), (left + size, y + 6 + size), (0,), 1)
                    if chance(rng, filled * 0.6):
                        hand.line(
                            pixels, (left, y + 6), (left + size, y + 6 + size), rng, thickness=2
                        )
                    write(pixels, invented(rng, 1), (left + 2 * size, y + 5 + size), size)
            case _:
                y += size
                cv2.rectangle(pixels, (margin, y), (width - margin, y + int(size * 1.7)), (60,), -1)
                write(
                    pixels, title(rng, 2), (margin + 4, y + int(size * 1.3)), size, _HEAVY, ink=255
                )
        y += high + int(size * 0.6)
    return pixels


def register(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a register: a ruled table with a printed head, filled by hand."""
    pixels = sheet(width, rng.uniform(1.2, 1.6))
    margin = int(width * 0.04)
    shares = np.cumsum(rng.uniform(0.4, 2.5, int(rng.integers(4, 8))))
    edges = [margin, *(margin + shares / shares[-1] * (width - 2 * margin)).astype(int).tolist()]
    head = int(width * 0.16)
    bottom = pixels.shape[0] - margin
    size = max(width // 60, 5)
    rule_grid(pixels, edges, [margin, head, bottom])
    small, y = width * 0.009, float(head)
    ink = int(rng.integers(0, 80))
    for left, right in pairwise(edges):
        text = invented(rng, 2).upper()[: max((right - left) // size, 1)]
        write_centred(pixels, text, ((left + right) // 2, (margin + head) // 2), size, _HEAVY)
    while y < bottom - 6 * small:
        y += small * 5
        for left, right in pairwise(edges):
            if chance(rng, 0.75):
                hand.cursive(pixels, (left + 3, y), (right - left) * 0.9, small, rng, ink=ink)
    return pixels


def catalogue(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a printed table without rules: columns of cells, a head, many short rows."""
    style: CellStyle = pick(rng, ("courier", "plain", "narrow"))
    widths = rng.integers(6, 20, int(rng.integers(3, 6)))
    lines = [" ".join(invented(rng, 2).upper()[:w].ljust(w) for w in widths), ""]
    for _ in range(rng.integers(18, 45)):
        row = [
            (phrase(rng, 3) if k == 1 else pick(rng, (digits(rng, 4), invented(rng), '"')))[:w]
            for k, w in enumerate(widths)
        ]
        lines.append(" ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)))
    columns = max(len(text) for text in lines)
    cell = max(width // (columns + 6), 3)
    block = set_in_cells(lines, style, round(cell * rng.uniform(2, 3.2)), cell)
    border = ((6 * cell, 6 * cell), (3 * cell, max(width - block.shape[1] - 3 * cell, 0)))
    return np.pad(block, border, constant_values=255)[:, :width]


def answer_sheet(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a sheet of bubbles to be blackened, in blocks."""
    pixels = sheet(width)
    radius = max(int(width / rng.uniform(70, 100)), 3)
    pitch = int(radius * 2.9)
    size = radius * 2
    write_centred(pixels, title(rng, 2), (width // 2, int(width * 0.08)), size * 2, _HEAVY)
    options = int(rng.integers(4, 6))
    block = (options + 2) * pitch
    columns = max((width - pitch) // block, 1)
    rows = int(rng.integers(10, 26))
    for column in range(columns):
        for row in range(rows):
            y = int(width * 0.2) + row * pitch
            left = pitch + column * block
            write(pixels, str(column * rows + row + 1), (left - radius, y + radius), size)
            marked = int(rng.integers(options + 1))
            for k in range(options):
                centre = (left + (k + 1) * pitch, y)
                full = -1 if k == marked else 1
                cv2.circle(pixels, centre, radius, (0,), full, cv2.LINE_AA)
    for corner in ((12, 12), (width - 24, 12), (12, pixels.shape[0] - 24)):
        cv2.rectangle(pixels, corner, (corner[0] + 12, corner[1] + 12), (0,), -1)
    return pixels
