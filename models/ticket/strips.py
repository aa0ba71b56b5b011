"""A sheet in parts that fit into memory, and lines that were found in them as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Quad = NDArray[np.float32]

MOST = 4_000_000
"""Pixels of a strip: finding lines takes about 150 MB a million of them."""
_OVERLAP = 0.5
"""Share of the lower of two lines that must lie beside the other one."""


def strips_of(pixels: Pixels, most: int = MOST) -> Iterator[tuple[Pixels, int]]:
    """Parts of a sheet, from the top, each with the row at which it begins.

    It is cut where the paper is emptiest, in the last quarter of what may be taken.

    Args:
        pixels: uint8 of shape (height, width), 0 is black.
        most: pixels of one part.
    """
    height, width = pixels.shape
    tall = max(128, most // width)
    top = 0
    while height - top > tall:
        last = pixels[top + tall - tall // 4 : top + tall]
        emptiest = int(np.argmax(last.mean(axis=1)))
        cut = top + tall - tall // 4 + emptiest
        yield pixels[top:cut], top
        top = cut
    yield pixels[top:], top


def rows_of_quads(quads: Sequence[Quad]) -> list[list[Quad]]:
    """Lines that stand beside one another, from left to right, in rows from the top.

    Args:
        quads: corners of each line, from the upper left one clockwise, of shape (4, 2).
    """
    rows: list[list[Quad]] = []
    for quad in sorted(quads, key=lambda quad: float(quad[:, 0].min())):
        # The left edge of one against the right edge of the other: rows may slope.
        beside = max(rows, key=lambda row: _overlap(row[-1], quad), default=None)
        if beside is not None and _overlap(beside[-1], quad) >= _OVERLAP:
            beside.append(quad)
        else:
            rows.append([quad])
    return sorted(rows, key=lambda row: float(np.median([quad[:, 1].mean() for quad in row])))


def _overlap(one: Quad, other: Quad) -> float:
    """Share of the lower one's height at which both stand, where they come closest."""
    (top, bottom), (other_top, other_bottom) = one[1:3, 1], other[[0, 3], 1]
    shared = min(bottom, other_bottom) - max(top, other_top)
    return float(shared / max(1, min(bottom - top, other_bottom - other_top)))
