"""Texture: what tells print, handwriting, ruling, halftone and photographs apart on a page.

Histograms of what lies around each pixel, of how long runs of ink and of ground are, and of how
ink is spread. A shape at 64 pixels has lost all of that. Nothing here is learned;
`models.siamese.texture_eye` weighs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Histogram = NDArray[np.float64]

SIDE: Final = 512
"""Longest side, in pixels, at which a page is described; smaller ones are enlarged."""

_LEAST: Final = 32  # pixels on the shorter side
_STEP: Final = 12  # grey levels; what differs by less is paper, noise or JPEG
# (number of halvings, step) of each histogram of local binary patterns.
_PATTERNS: Final = ((1, _STEP), (2, _STEP), (0, 0), (1, 0))
_NEIGHBOURS: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
_RUN_EDGES: Final = np.unique(np.round(np.geomspace(1, SIDE, 19)).astype(np.int64))
_PARTS: Final = (24, 8)  # to a side
_DENSITIES: Final = (0, 1, 6, 13, 26, 38, 64, 96, 140, 200)  # of 255, the lowest of each bin


def _uniform_patterns() -> NDArray[np.int64]:
    """Number of each 8-bit pattern: 58 with at most two changes around the circle, 58 the rest."""
    numbers = np.full(256, 58, np.int64)
    codes = np.arange(256)
    turned = (codes >> 1) | ((codes & 1) << 7)
    changes = np.unpackbits((codes ^ turned).astype(np.uint8)[:, np.newaxis], axis=1).sum(axis=1)
    numbers[changes <= 2] = np.arange(58)
    return numbers


_UNIFORM: Final = _uniform_patterns()
_RUN_BIN: Final = np.maximum(np.searchsorted(_RUN_EDGES, np.arange(SIDE + 1), "right") - 1, 0)
_DENSITY_BIN: Final = np.searchsorted(_DENSITIES, np.arange(256), "right") - 1

SIZES: Final = {
    "patterns": len(_PATTERNS) * 59,
    "runs": 4 * len(_RUN_EDGES),
    "spread": len(_PARTS) * len(_DENSITIES),
    "form": 2,
}
"""Length of each block of a description, in their order."""
LENGTH: Final = sum(SIZES.values())
"""Length of a description."""


def describe(even: Pixels, ink: Pixels) -> NDArray[np.float32]:
    """The texture of a page.

    Histograms are scaled to sum 1 and their square root is taken, so that Euclidean distance
    is Hellinger's (Arandjelovic and Zisserman, 2012).

    Args:
        even: uint8 (height, width), the page in grey with its light evened, as
            `models.page.prepare.even_light` gives it; at `SIDE` pixels or less.
        ink: uint8 of the same shape, 255 where there is ink, as `models.page.prepare.otsu`.

    Returns:
        float32 of shape (`LENGTH`,) in [-2, 2]: the blocks of `SIZES`.

    Raises:
        ValueError: the two differ in shape.
    """
    if even.shape != ink.shape:
        raise ValueError(f"grey is {even.shape} and ink {ink.shape}: two pages")
    even = _to_side(even, cv2.INTER_LINEAR if max(even.shape) < SIDE else cv2.INTER_AREA)
    ink = _to_side(ink, cv2.INTER_NEAREST)
    scales = [even]
    for _ in range(max(halvings for halvings, _ in _PATTERNS)):
        scales.append(_halved(scales[-1]))
    blocks = (
        *(_patterns(scales[halvings], step) for halvings, step in _PATTERNS),
        *_runs(ink),
        *_runs(cv2.transpose(ink).astype(np.uint8, copy=False)),
        *_spread(ink),
    )
    return np.concatenate([*_roots(blocks), _form(ink)]).astype(np.float32)


def _patterns(grey: Pixels, step: int) -> Histogram:
    """Histogram (59,) of uniform local binary patterns (Ojala, Pietikäinen, Mäenpää, 2002).

    A bit is set where a neighbour is darker than the pixel by more than ``step``.
    """
    height, width = grey.shape
    centre = grey[1:-1, 1:-1]
    if step:
        centre = np.maximum(centre, np.uint8(step)) - np.uint8(step)
    code = np.zeros(centre.shape, np.uint8)
    darker = np.empty_like(code)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        neighbour = grey[1 + down : height - 1 + down, 1 + right : width - 1 + right]
        cv2.compare(neighbour, centre, cv2.CMP_LT, darker)
        darker &= np.uint8(1 << bit)
        code |= darker
    return _tally(_UNIFORM, 59, _counts(code))


def _runs(ink: Pixels) -> tuple[Histogram, Histogram]:
    """Histograms of the lengths of ink and of gaps between ink along rows (Galloway, 1975).

    Lengths fall into bins that grow by the same factor; both are of the shape of `_RUN_EDGES`.
    """
    height, width = ink.shape
    # A column of ground on either side: no run goes on into the next row.
    framed = np.zeros((height, width + 2), np.uint8)
    framed[:, 1:-1] = ink
    flat = framed.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    starts, ends = changes[0::2], changes[1::2]
    gaps = starts[1:] - ends[:-1]
    # What lies before the first run of a row is no gap.
    firsts = np.searchsorted(starts, np.arange(1, height) * (width + 2))
    within = np.ones(gaps.shape, np.bool_)
    within[firsts[(firsts > 0) & (firsts < len(starts))] - 1] = False
    return _run_histogram(ends - starts), _run_histogram(gaps[within])


def _run_histogram(lengths: NDArray[np.int64]) -> Histogram:
    return _tally(_RUN_BIN, len(_RUN_EDGES), np.bincount(lengths, minlength=len(_RUN_BIN)))


def _spread(ink: Pixels) -> list[Histogram]:
    """Histograms of how much of a part of the page is ink, for fine parts and for coarse ones."""
    fine, coarse = _PARTS
    shares = cv2.resize(ink, (fine, fine), interpolation=cv2.INTER_AREA)
    wider = cv2.resize(shares, (coarse, coarse), interpolation=cv2.INTER_AREA)
    return [_tally(_DENSITY_BIN[one.ravel()], len(_DENSITIES)) for one in (shares, wider)]


def _form(ink: Pixels) -> NDArray[np.float64]:
    """How wide the page is for its height, and how much of it is ink."""
    height, width = ink.shape
    return np.array([np.log2(width / height) / 3, np.sqrt(cv2.countNonZero(ink) / ink.size)])


def _tally(bins: NDArray[np.int64], number: int, weights: NDArray[Any] | None = None) -> Histogram:
    """How much falls into each of ``number`` bins."""
    return np.bincount(bins, weights, number).astype(np.float64)


def _counts(pixels: Pixels) -> Histogram:
    """How often each of the 256 values occurs."""
    return cv2.calcHist([pixels], [0], None, [256], [0, 256]).ravel().astype(np.float64)


def _roots(histograms: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    return [np.sqrt(one / max(one.sum(), 1e-9)) for one in histograms]


def _to_side(pixels: Pixels, method: int) -> Pixels:
    """Longest side `SIDE`; a strip is stretched to a width that has an inside when halved."""
    height, width = pixels.shape
    scale = SIDE / max(height, width)
    size = (max(_LEAST, round(width * scale)), max(_LEAST, round(height * scale)))
    if size == (width, height):
        return np.ascontiguousarray(pixels)
    return cv2.resize(pixels, size, interpolation=method).astype(np.uint8, copy=False)


def _halved(pixels: Pixels) -> Pixels:
    height, width = pixels.shape
    return cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )
