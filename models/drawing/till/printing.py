"""From rows to ink: the two ways a till prints, in cells and in a proportional face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing.lettering import (
    CELL_STYLES,
    FACES,
    CellStyle,
    Face,
    measure,
    set_in_cells,
    write,
    write_right,
)
from models.drawing.till.text import Row
from models.drawing.words import chance, pick

_HEAVIER: Final[dict[CellStyle, CellStyle]] = {"light": "plain", "plain": "bold", "narrow": "bold"}


def print_rows(
    rows: Sequence[Row], rng: np.random.Generator, width: int
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Print rows on a strip `width` pixels wide.

    Returns:
        uint8 (height, width), black on white, and the printed lines.
    """
    if chance(rng, 0.7):
        return _in_cells(rows, rng, width)
    return _in_proportion(rows, rng, width)


def _in_cells(
    rows: Sequence[Row], rng: np.random.Generator, width: int
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    columns = int(rng.integers(26, 46))
    cell_width = max(width // columns, 3)
    cell_height = round(cell_width * rng.uniform(1.65, 2.5))
    style = pick(rng, CELL_STYLES)
    bold = _HEAVIER.get(style, style)
    upper = chance(rng, 0.25)
    strips, lines = [], []
    for row in rows:
        for text in _fill(row, columns // row.scale):
            shown = text.upper() if upper else text
            lines.append(shown.strip())
            strip = set_in_cells(
                [shown.ljust(columns // row.scale)],
                bold if row.bold else style,
                cell_height * row.scale,
                cell_width * row.scale,
            )
            strip = 255 - strip if row.kind == "banner" else strip
            strips.append(_fit(strip, width))
    return np.vstack(strips), tuple(line for line in lines if line)


def _fit(strip: npt.NDArray[np.uint8], width: int) -> npt.NDArray[np.uint8]:
    """Pad or cut a strip to a width."""
    missing = width - strip.shape[1]
    if missing <= 0:
        return strip[:, :width]
    return np.pad(strip, ((0, 0), (0, missing)), constant_values=255)


def _fill(row: Row, columns: int) -> list[str]:
    """Lay a row out in columns; what is too long runs on."""
    match row.kind:
        case "blank":
            return [""]
        case "rule":
            return [(row.left * columns)[:columns]]
        case "centred" | "banner":
            return [part.center(columns) for part in _wrap(row.left, columns)]
        case "sides":
            if not row.right:
                return [row.left[:columns]]
            if len(row.left) + len(row.right) < columns:
                return [row.left.ljust(columns - len(row.right)) + row.right]
            return [row.left[:columns], row.right.rjust(columns)]


def _wrap(text: str, columns: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()[:columns]
    return lines


def _in_proportion(
    rows: Sequence[Row], rng: np.random.Generator, width: int
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    size = max(round(width / rng.uniform(18, 28)), 7)
    leading = round(size * rng.uniform(1.1, 1.5))
    plain = pick(rng, FACES)
    bold = Face("sans", 700)
    height = sum(leading * row.scale for row in rows) + leading
    pixels = np.full((height, width), 255, np.uint8)
    baseline, lines = 0, []
    for row in rows:
        baseline += leading * row.scale
        face = bold if row.bold else plain
        largest = min(size * row.scale, round(size * 1.6))
        _write_row(pixels, row, baseline, largest, face)
        if row.kind not in ("rule", "blank"):
            lines.append(" ".join(f"{row.left} {row.right}".split()))
    return pixels, tuple(lines)


def _write_row(
    pixels: npt.NDArray[np.uint8], row: Row, baseline: int, size: int, face: Face
) -> None:
    """Write one row in a proportional face; too wide a row is set smaller."""
    width = pixels.shape[1]
    needed = measure(f"{row.left}  {row.right}", size, face)
    if row.kind in ("centred", "banner", "sides") and needed > width:
        size = max(int(size * width / needed), 5)
    match row.kind:
        case "blank":
            pass
        case "rule":
            middle = baseline - size // 2
            if row.left in "-_=":
                cv2.line(pixels, (0, middle), (width, middle), (0,), max(size // 14, 1))
                if row.left == "=":
                    cv2.line(pixels, (0, middle + 4), (width, middle + 4), (0,), 1)
            else:
                mark = row.left.strip()
                count = width // max(measure(mark * 20, size, face) // 20, 2)
                write(pixels, mark * count, (0, baseline), size, face)
        case "centred" | "banner":
            left = (width - measure(row.left, size, face)) // 2
            ink = 0
            if row.kind == "banner":
                corners = (
                    (max(left - size, 0), baseline - size),
                    (width - left + size, baseline + size // 3),
                )
                cv2.rectangle(pixels, *corners, (0,), -1)
                ink = 255
            write(pixels, row.left, (max(left, 0), baseline), size, face, ink=ink)
        case "sides":
            write(pixels, row.left, (0, baseline), size, face)
            write_right(pixels, row.right, (width - 1, baseline), size, face)
