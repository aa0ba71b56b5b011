"""White print on black, as headings, totals and dark screens have it, made black on white."""

from __future__ import annotations

import cv2
import numpy as np

from models.ticket.ink import Pixels

_DARK = 0.45
"""Share of the paper's brightness under which a pixel is black."""
_PAPER = 90
"""Percentile of brightness that is paper's."""
_LOW, _HIGH = 18, 1 / 8
"""Height of a bar: in pixels at least, and in shares of the page's longer side at most."""
_LONG = 2.5
"""Heights that a bar is long, at least."""
_FULL = 0.86
"""Share of the rectangle around it that a bar fills: letters and pictures fill less."""
_BLACK = 0.6
"""Share of a bar that is black, at least."""
_BRIGHT, _PAPER_LEFT = 0.3, 0.01
"""Shares of a page that is white on black: at most so much is bright, and so much of that is wider
than print. A receipt on a dark table is."""
_PRINT = 1 / 30
"""Of the page's longer side, what print is thinner than."""
_CONTRAST = 60
"""Levels of grey between black and white of a page that has print."""
_SIGNS = 3
"""White signs on a bar, at least: a bar of a barcode has none."""


def black_on_white(pixels: Pixels, small: Pixels) -> tuple[Pixels, Pixels]:
    """A page on which black bars with white print, or all, are white with black print.

    Args:
        pixels: uint8 of shape (height, width), 0 is black.
        small: the same page, as small or smaller.

    Returns:
        Both, changed where there are bars; what came in is left as it was.
    """
    if _is_negative(small):
        pixels, small = 255 - pixels, 255 - small
    bars = _bars(small)
    if not bars:
        return pixels, small
    mask = np.zeros_like(small)
    cv2.drawContours(mask, bars, -1, 255, cv2.FILLED)
    large = cv2.resize(mask, pixels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return pixels ^ large.astype(np.uint8), small ^ mask


def _is_negative(pixels: Pixels) -> bool:
    some = pixels[::4, ::4]
    dark, bright = (float(level) for level in np.percentile(some, (0.2, 99.8)))
    if bright - dark < _CONTRAST:
        return False
    light = (some > (dark + bright) / 2).astype(np.uint8)
    side = max(2, round(_PRINT * max(some.shape)))
    wide = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    return bool(light.mean() < _BRIGHT and wide.mean() < _PAPER_LEFT)


def _bars(pixels: Pixels) -> list[np.ndarray]:
    black = (pixels < _DARK * np.percentile(pixels[::4, ::4], _PAPER)).astype(np.uint8)
    contours, _ = cv2.findContours(black, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [one for one in contours if _is_bar(one, black)]


def _is_bar(contour: np.ndarray, black: Pixels) -> bool:
    left, top, width, height = cv2.boundingRect(contour)
    if min(width, height) < _LOW:
        return False
    sides = cv2.minAreaRect(contour)[1]
    low, long = min(sides), max(sides)
    if low < _LOW or low > _HIGH * max(black.shape) or long < _LONG * low:
        return False
    area = cv2.contourArea(contour)
    if area < _FULL * low * long:
        return False
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [contour - (left, top)], -1, 1, cv2.FILLED)
    white = inside & (1 - black[top : top + height, left : left + width])
    if white.sum() > (1 - _BLACK) * inside.sum():
        return False
    _, _, signs, _ = cv2.connectedComponentsWithStats(white, connectivity=8)
    return int((signs[1:, 3] > low / 4).sum()) >= _SIGNS
