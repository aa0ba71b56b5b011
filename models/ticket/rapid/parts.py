"""A sheet in parts that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

MOST = 4_000_000
"""Pixels of a part: finding lines takes about 150 MB a million of them."""


def parts_of(pixels: Pixels, most: int = MOST) -> Iterator[tuple[Pixels, int]]:
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
