"""What is ink on a page, and what the ink tells: letters, their height, and how lines lie."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Letters = NDArray[np.int32]
"""Left, top, width, height and area of each, as OpenCV gives them; shape (n, 5)."""

_WORKING = 1000
"""Longest side at which skew is measured, in pixels."""
_MEASURED = 3_000_000
"""Pixels that are enough to measure letters by."""
_BAND = 4
"""Columns that are sheared as one: at 5 degrees they are a third of a pixel apart."""
_PARTS = 5
_SIDEWAYS = 1.1
_NEAREST = 500
"""Letters in a column of the page that are looked at for a neighbour, at most."""
_AT_ONCE = 64
"""Letters whose neighbours are looked for at once: of more the arrays would be large."""
_LETTERS = 30
"""Letters without which a page has no text height."""


def ink_of(pixels: Pixels) -> Pixels:
    """255 where a stroke is darker than its surroundings, else 0; in any light.

    A pixel is ink that is darker than the mean of a window around it by more than noise
    (adaptive threshold); the window follows the size of the page.
    """
    small = cv2.GaussianBlur(pixels, (3, 3), 0)
    window = max(15, min(pixels.shape) // 20) | 1
    ink = cv2.adaptiveThreshold(
        small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, 15
    )
    return ink.astype(np.uint8, copy=False)


def measurable(pixels: Pixels) -> tuple[Pixels, float]:
    """A page as large as is enough to measure letters by, and the factor by which it is smaller."""
    factor = min(1.0, (_MEASURED / max(1, pixels.size)) ** 0.5)
    return resized(pixels, factor) if factor < 1 else pixels, factor


def components(ink: Pixels) -> tuple[NDArray[np.int32], Letters]:
    """Connected components: the number of each pixel's, 0 is the ground, and what they are like."""
    _, labels, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return labels.astype(np.int32, copy=False), found.astype(np.int32, copy=False)


def letters_of(ink: Pixels) -> Letters:
    """What may be letters: left, top, width, height, area; shape (n, 5)."""
    _, found = components(ink)
    return found[are_letters(found, max(ink.shape))]


def are_letters(stats: Letters, side: int) -> NDArray[np.bool_]:
    """Which connected components may be letters; the first one, the ground, is none.

    Args:
        stats: of OpenCV: left, top, width, height, area; shape (n, 5).
        side: the longer one of the page, in pixels.
    """
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fits = (height >= 6) & (height <= side // 8) & (width <= 3 * height) & (width >= 2)
    fits &= area >= 0.1 * width * height
    fits[0] = False
    answer: NDArray[np.bool_] = fits
    return answer


def letter_height(letters: Letters) -> float | None:
    """Height of capitals and digits in pixels; None where there is hardly any text.

    Letters come in two heights, and capitals and digits are most of a receipt: the upper part
    of the heights that most letters have. Bars of a barcode are none.
    """
    if len(letters) < _LETTERS:
        return None
    width, height = letters[:, 2], letters[:, 3]
    bars = (width < 0.25 * height) & (height > 2.5 * np.median(height))
    heights = np.sort(height[~bars].astype(float))
    # By height, so that specks count little.
    weight = np.cumsum(heights)
    return float(heights[np.searchsorted(weight, 0.6 * weight[-1])])


def lies_sideways(letters: Letters) -> bool:
    """Whether lines run up or down the page: more letters have a neighbour there than beside them.

    Measured on 118 receipts and invoices that lie upright: 1.2 to 31 times as many letters have
    one beside them.
    """
    turned = letters[:, [1, 0, 3, 2, 4]]
    return bool(_neighbours(turned) > _SIDEWAYS * _neighbours(letters))


def _neighbours(letters: Letters) -> int:
    """How many letters have one close to the right of them."""
    left, top, width, height, _ = letters[np.argsort(letters[:, 0])].T.astype(float)
    size = np.maximum(width, height)
    found = 0
    for one, near, there in followers(np.searchsorted(left, left + width + 0.7 * size), _NEAREST):
        bottom = np.minimum(top[one] + height[one], top[near] + height[near])
        beside = bottom - np.maximum(top[one], top[near])
        fits = there & (beside > 0.5 * np.minimum(height[one], height[near]))
        fits &= left[near] - left[one] - width[one] > -0.2 * size[one]
        fits &= (size[near] < 2 * size[one]) & (size[one] < 2 * size[near])
        found += int(fits.any(axis=1).sum())
    return found


def followers(
    ends: NDArray[np.intp], most: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]]:
    """Each number from 0 beside those after it and before its end, some numbers at a time.

    Args:
        ends: of each number; shape (n,).
        most: that are looked at after each.

    Yields:
        Numbers, shape (m, 1); those after them, shape (m, k); and which of these are before the
        end, of that shape.
    """
    for start in range(0, len(ends), _AT_ONCE):
        one = np.arange(start, min(start + _AT_ONCE, len(ends)))[:, None]
        end = ends[one]
        after = one + 1 + np.arange(min(most, max(0, int((end - one).max()) - 1)))
        yield one, np.minimum(after, len(ends) - 1), after < end


def skew(ink: Pixels) -> float:
    """Degrees by which lines of text fall to the right, between -5 and 5.

    Of all angles the one under which the rows of ink differ most (W. Postl, 1986). A page that is
    much longer than wide, or wider than high, is measured in parts, and the angle of half of them
    is the answer: made small as a whole it would have no lines left.
    """
    angles = [_skew(part) for part in _parts(ink) if part.any()]
    return float(np.median(angles)) if angles else 0.0


def _parts(ink: Pixels) -> Iterator[Pixels]:
    """Parts evenly spread over the page, each twice as long as it is wide; the whole where that is short."""
    axis = int(np.argmax(ink.shape))
    short, long = min(ink.shape), max(ink.shape)
    if long <= 3 * short:
        yield ink
        return
    for start in np.linspace(0, long - 2 * short, _PARTS).astype(int):
        yield np.take(ink, np.arange(start, start + 2 * short), axis=axis)


def _skew(ink: Pixels) -> float:
    factor = min(1.0, _WORKING / max(ink.shape))
    small = resized(ink, factor)
    height, width = small.shape
    bands = cv2.resize(
        small, (max(1, width // _BAND), height), interpolation=cv2.INTER_AREA
    ).astype(np.uint8, copy=False)
    best = 0.0
    for step, reach in ((0.5, 5.0), (0.1, 0.5)):
        # From none on, so that of equals the least wins.
        angles = sorted(best + np.arange(-reach, reach + step / 2, step), key=abs)
        best = float(angles[np.argmax([_sharpness(bands, angle) for angle in angles])])
    return round(best, 1)


def _sharpness(bands: Pixels, angle: float) -> float:
    """How much its rows differ under an angle; a column is a band of the page."""
    height, width = bands.shape
    slope = np.tan(np.radians(angle)) * _BAND
    shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float64)
    sheared = cv2.warpAffine(bands, shear, (width, height), flags=cv2.INTER_NEAREST)
    rows = sheared.sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())


def text_box(letters: Letters, shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what has letters, with a margin; of all where none are.

    Args:
        letters: on the page.
        shape: its height and width.
    """
    height, width = shape
    if len(letters) < _LETTERS:
        return 0, 0, width, height
    tall = float(np.median(letters[:, 3]))
    usual = letters[(letters[:, 3] > 0.4 * tall) & (letters[:, 3] < 4 * tall)]
    margin = int(2 * tall)
    # A few specks at the edge of a scanner's bed are no text.
    left, top = (np.quantile(usual[:, axis], 0.003) for axis in (0, 1))
    right, bottom = (np.quantile(usual[:, axis] + usual[:, axis + 2], 0.997) for axis in (0, 1))
    return (
        max(0, int(left) - margin), max(0, int(top) - margin),
        min(width, int(right) + margin), min(height, int(bottom) + margin),
    )  # fmt: skip


def resized(pixels: Pixels, factor: float) -> Pixels:
    """Smaller by a factor of at most 1."""
    height, width = (max(1, round(factor * side)) for side in pixels.shape)
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
