"""Grids and codes: puzzles, matrix codes, barcodes, mazes."""

from __future__ import annotations

import cv2
import numpy as np

from models.drawing.kinds.pages import Pixels, paragraph, sheet
from models.drawing.lettering import FACES, Face, write, write_centred
from models.drawing.marks import barcode
from models.drawing.words import chance, pick, title


def number_puzzle(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a grid of 9 x 9 with thick lines around the 3 x 3 boxes and some digits."""
    cell = int(width * rng.uniform(0.8, 0.98)) // 9
    margin = (width - 9 * cell) // 2
    pixels = np.full((width + (width // 5 if chance(rng, 0.4) else 0), width), 255, np.uint8)
    for k in range(10):
        pen = max(width // 150, 2) if k % 3 == 0 else 1
        at = margin + k * cell
        cv2.line(pixels, (margin, at), (margin + 9 * cell, at), (0,), pen)
        cv2.line(pixels, (at, margin), (at, margin + 9 * cell), (0,), pen)
    face = pick(rng, FACES)
    size = int(cell * 0.7)
    shown = rng.random((9, 9)) < rng.uniform(0.25, 0.5)
    shift = rng.permutation(9)
    for row, column in np.argwhere(shown).tolist():
        # A shifted Latin square: no digit twice in a row, a column or a box.
        value = int(shift[(row * 3 + row // 3 + column) % 9]) + 1
        centre = (margin + column * cell + cell // 2, margin + row * cell + int(cell * 0.76))
        write_centred(pixels, str(value), centre, size, face)
    if len(pixels) > width:
        paragraph(pixels, rng, (margin, width, width - margin, len(pixels)), width // 40)
    return pixels


def crossword(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a square grid with black cells and small numbers."""
    count = int(rng.integers(9, 17))
    cell = int(width * 0.94) // count
    margin = (width - count * cell) // 2
    pixels = sheet(width, 1.0)
    black = rng.random((count, count)) < rng.uniform(0.12, 0.25)
    black |= black[::-1, ::-1]
    number = 0
    for row, column in np.ndindex(count, count):
        left, top = margin + column * cell, margin + row * cell
        full = -1 if black[row, column] else 1
        cv2.rectangle(pixels, (left, top), (left + cell, top + cell), (0,), full)
        starts = column == 0 or black[row, column - 1] or row == 0 or black[row - 1, column]
        if starts and not black[row, column]:
            number += 1
            write(pixels, str(number), (left + 2, top + cell // 3), max(cell // 3, 5))
    return pixels


def matrix_code(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a square code with three finder patterns in its corners (ISO/IEC 18004's look)."""
    count = 17 + 4 * int(rng.integers(1, 8))
    modules = (rng.random((count, count)) < 0.5).astype(np.uint8)
    finder = np.zeros((8, 8), np.uint8)
    finder[:7, :7] = 1
    finder[1:6, 1:6] = 0
    finder[2:5, 2:5] = 1
    modules[:8, :8] = finder
    modules[:8, -8:] = finder[:, ::-1]
    modules[-8:, :8] = finder[::-1]
    modules[6, 8:-8] = modules[8:-8, 6] = np.arange(count - 16) % 2 == 0
    quiet = int(rng.integers(1, 5))
    padded = np.pad(modules, quiet)
    return cv2.resize(
        (1 - padded) * np.uint8(255), (width, width), interpolation=cv2.INTER_NEAREST
    ).astype(np.uint8)


def barcode_label(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a product's label: large bars with digits, perhaps a name."""
    bars = barcode(width, rng)
    high = int(width * rng.uniform(0.4, 0.8))
    bars = cv2.resize(bars, (width, high), interpolation=cv2.INTER_AREA).astype(np.uint8)
    named = chance(rng, 0.5)
    pixels = np.full((high + (width // 6 if named else width // 20), width), 255, np.uint8)
    pixels[-high:] = bars
    if named:
        write_centred(
            pixels, title(rng, 2), (width // 2, width // 9), width // 14, Face("sans", 600)
        )
    return pixels


def maze(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a maze of square cells (recursive backtracking)."""
    count = int(rng.integers(8, 20))
    cell = int(width * 0.94) // count
    margin = (width - count * cell) // 2
    pen = max(width // 200, 1)
    pixels = sheet(width, 1.0)
    for k in range(count + 1):
        at, end = margin + k * cell, margin + count * cell
        cv2.line(pixels, (margin, at), (end, at), (0,), pen)
        cv2.line(pixels, (at, margin), (at, end), (0,), pen)
    seen = np.zeros((count, count), bool)
    trail = [(0, 0)]
    seen[0, 0] = True
    while trail:
        row, column = trail[-1]
        ways = [
            (r, c)
            for r, c in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1))
            if 0 <= r < count and 0 <= c < count and not seen[r, c]
        ]
        if not ways:
            trail.pop()
            continue
        there = pick(rng, ways)
        seen[there] = True
        trail.append(there)
        top, left = max(row, there[0]), max(column, there[1])
        x, y = margin + left * cell, margin + top * cell
        if there[0] != row:
            cv2.line(pixels, (x + pen, y), (x + cell - pen, y), (255,), pen)
        else:
            cv2.line(pixels, (x, y + pen), (x, y + cell - pen), (255,), pen)
    return pixels
