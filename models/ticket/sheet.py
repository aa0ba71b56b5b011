"""Preparation for reading: from a page to the sheet that a reading engine reads best.

Not the preparation for the branch. An engine's recogniser sees grey pixels, so nothing is made
black and white here; the engine does that itself for finding lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ticket.words import Box

Pixels = NDArray[np.uint8]

TALL: Final = 22.0
"""Height of capitals, in pixels. On 63 receipts of SROIE word F1 was 0.751 at 22; 0.746 at 18, 0.728
at 30, 0.721 at 46. Tesseract's documentation ("Rescaling") says 30."""
_LARGEST: Final = 24_000_000
"""Pixels of a sheet: what is larger costs time and reads no better."""
_LEAST_SCALE, _MOST_SCALE = 0.25, 4.0
_BORDER = 16
_WORKING = 1600
_LETTERS = 30
"""Letters without which a page has no text height."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page as it is read.

    Attributes:
        pixels: uint8 of shape (height, width), 0 is black.
        to_page: float64 of shape (2, 3): from its coordinates to those of the page.
    """

    pixels: Pixels
    to_page: NDArray[np.float64]

    def box_on_page(self, box: Box) -> Box:
        """The upright box on the page that holds ``box`` of the sheet."""
        left, top, width, height = box
        corners = np.array(
            [
                [left, top, 1],
                [left + width, top, 1],
                [left, top + height, 1],
                [left + width, top + height, 1],
            ],
            np.float64,
        )
        x, y = self.to_page @ corners.T
        first = round(x.min()), round(y.min())
        return (*first, round(x.max()) - first[0], round(y.max()) - first[1])


def sheet_of(pixels: Pixels, *, turns: int = 0) -> Sheet:
    """Prepare a page for reading.

    Args:
        pixels: uint8 of shape (height, width), upright as far as its file says so.
        turns: quarter turns counterclockwise that make it upright.
    """
    turned = np.rot90(pixels, turns)
    to_page = _unturned(pixels.shape, turns)
    ink = ink_of(turned)
    left, top, right, bottom = text_box(ink)
    turned, ink = turned[top:bottom, left:right], ink[top:bottom, left:right]
    to_page = to_page @ _shift(left, top)
    tall = letter_height(ink)
    angle = 0.0 if tall is None else skew(ink)
    scale = 1.0 if tall is None else float(np.clip(TALL / tall, _LEAST_SCALE, _MOST_SCALE))
    scale = min(scale, (_LARGEST / max(1, turned.size)) ** 0.5)
    return _drawn(np.ascontiguousarray(turned), angle, scale, to_page)


def _unturned(shape: tuple[int, ...], turns: int) -> NDArray[np.float64]:
    """From a page turned by `numpy.rot90` back to the page."""
    height, width = shape
    match turns % 4:
        case 1:
            return np.array([[0, -1, width], [1, 0, 0], [0, 0, 1]], np.float64)
        case 2:
            return np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]], np.float64)
        case 3:
            return np.array([[0, 1, 0], [-1, 0, height], [0, 0, 1]], np.float64)
    return np.eye(3)


def _shift(x: float, y: float) -> NDArray[np.float64]:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


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


def letters_of(ink: Pixels) -> NDArray[np.int32]:
    """Boxes of what may be letters: left, top, width, height, area; shape (n, 5)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:]
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    fits = (height >= 6) & (height <= max(ink.shape) // 8) & (width <= 3 * height) & (width >= 2)
    fits &= area >= 0.1 * width * height
    found: NDArray[np.int32] = stats[fits]
    return found


def letter_height(ink: Pixels) -> float | None:
    """Height of capitals and digits in pixels; None where there is hardly any text.

    Letters come in two heights, and capitals and digits are most of a receipt: the upper part
    of the heights that most letters have.
    """
    letters = letters_of(ink)
    if len(letters) < _LETTERS:
        return None
    heights = letters[:, 3].astype(float)
    # By area, so that specks count little.
    order = np.argsort(heights)
    weight = np.cumsum(heights[order] ** 1.0)
    return float(heights[order][np.searchsorted(weight, 0.6 * weight[-1])])


def skew(ink: Pixels) -> float:
    """Degrees by which lines of text fall to the right, between -5 and 5.

    Of all angles the one under which the rows of ink differ most (W. Postl, 1986).
    """
    factor = min(1.0, _WORKING / max(ink.shape))
    small = _resized(ink, factor)
    best = 0.0
    for step, reach in ((0.5, 5.0), (0.1, 0.5)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        best = float(angles[np.argmax([_sharpness(small, angle) for angle in angles])])
    return best


def _sharpness(ink: Pixels, angle: float) -> float:
    height, width = ink.shape
    shear = np.array([[1, 0, 0], [-np.tan(np.radians(angle)), 1, 0]], np.float64)
    shear[1, 2] = np.tan(np.radians(angle)) * width / 2
    sheared = cv2.warpAffine(ink, shear, (width, height), flags=cv2.INTER_NEAREST)
    rows = sheared.sum(axis=1, dtype=np.float64)
    return float(np.square(np.diff(rows)).sum())


def text_box(ink: Pixels) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what has letters, with a margin; of all where none are."""
    height, width = ink.shape
    letters = letters_of(ink)
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


def _drawn(pixels: Pixels, angle: float, scale: float, to_page: NDArray[np.float64]) -> Sheet:
    """Turned by the angle, scaled, evenly lit, in a white border."""
    height, width = pixels.shape
    if scale < 1:
        pixels = _resized(pixels, scale)
        rest = 1.0
    else:
        rest = scale
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), angle, rest)
    new_width = int(np.ceil(width * scale)) + 2 * _BORDER
    new_height = int(np.ceil(height * scale)) + 2 * _BORDER
    turn[:, 2] += (new_width / 2 - pixels.shape[1] / 2, new_height / 2 - pixels.shape[0] / 2)
    pixels = even(pixels)
    drawn = cv2.warpAffine(
        pixels, turn, (new_width, new_height), flags=cv2.INTER_CUBIC, borderValue=255
    ).astype(np.uint8, copy=False)
    back = np.linalg.inv(np.vstack([turn, [0, 0, 1]]))
    reduced = np.diag([1 / min(scale, 1.0), 1 / min(scale, 1.0), 1])
    return Sheet(drawn, (to_page @ reduced @ back)[:2])


def even(pixels: Pixels) -> Pixels:
    """Light and shadow evened: divided by the paper's brightness around each pixel."""
    factor = min(1.0, 400 / max(pixels.shape))
    small = _resized(pixels, factor)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    paper = cv2.GaussianBlur(cv2.dilate(small, kernel), (0, 0), 7)
    paper = cv2.resize(paper, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.divide(pixels, np.maximum(paper, 1), scale=255).astype(np.uint8, copy=False)


def _resized(pixels: Pixels, factor: float) -> Pixels:
    height, width = (max(1, round(factor * side)) for side in pixels.shape)
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
