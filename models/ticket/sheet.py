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

from models.ticket.ink import (
    ink_of,
    letter_height,
    letters_of,
    lies_sideways,
    measurable,
    resized,
    skew,
    text_box,
)
from models.ticket.reversed import black_on_white
from models.ticket.words import Box

Pixels = NDArray[np.uint8]

TALL: Final = 22.0
"""Height of capitals, in pixels. On 63 receipts of SROIE, looked at once, word F1 was 0.751 at 22; 0.746 at 18, 0.728
at 30, 0.721 at 46. Tesseract's documentation ("Rescaling") says 30."""
_LARGEST: Final = 24_000_000
"""Pixels of a sheet: what is larger costs time and reads no better."""
_LONGEST = 30_000
"""Pixels of a sheet's longer side; Tesseract takes 32,767."""
_SCALES = 0.25, 4.0
_BORDER = 16


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page as it is read.

    Attributes:
        pixels: uint8 of shape (height, width), 0 is black.
        to_page: float64 of shape (2, 3): from its coordinates to those of the page.
        turns: quarter turns counterclockwise that it was turned by.
    """

    pixels: Pixels
    to_page: NDArray[np.float64]
    turns: int = 0

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


def sheet_of(pixels: Pixels, *, turns: int | None = None) -> Sheet:
    """Prepare a page for reading.

    Args:
        pixels: uint8 of shape (height, width), upright as far as its file says so.
        turns: quarter turns counterclockwise that make it upright; None: none, or one where its
            lines run up or down, which may leave it upside down.
    """
    small, reduced = measurable(pixels)
    pixels, small = black_on_white(pixels, small)
    ink = ink_of(small)
    letters = letters_of(ink)
    if turns is None:
        turns = int(lies_sideways(letters))
    if turns % 4:
        ink = np.ascontiguousarray(np.rot90(ink, turns))
        letters = letters_of(ink)
    turned, to_page = np.rot90(pixels, turns), _unturned(pixels.shape, turns)
    left, top, right, bottom = text_box(letters, ink.shape)
    tall = letter_height(letters)
    angle = 0.0 if tall is None else skew(ink[top:bottom, left:right])
    left, top, right, bottom = (int(side / reduced) for side in (left, top, right, bottom))
    turned = turned[top:bottom, left:right]
    scale = 1.0 if tall is None else float(np.clip(TALL * reduced / tall, *_SCALES))
    scale = min(scale, (_LARGEST / max(1, turned.size)) ** 0.5, _LONGEST / max(turned.shape))
    return _drawn(np.ascontiguousarray(turned), angle, scale, to_page @ _shift(left, top), turns)


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


def _drawn(
    pixels: Pixels, angle: float, scale: float, to_page: NDArray[np.float64], turns: int
) -> Sheet:
    """Turned by the angle, scaled, evenly lit, in a white border."""
    height, width = pixels.shape
    if scale < 1:
        pixels = resized(pixels, scale)
        rest = 1.0
    else:
        rest = scale
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), angle, rest)
    # What is turned needs more room: of a receipt two metres long a degree is a third of its width.
    sine = abs(np.sin(np.radians(angle)))
    new_width = int(np.ceil((width + height * sine) * scale)) + 2 * _BORDER
    new_height = int(np.ceil((height + width * sine) * scale)) + 2 * _BORDER
    turn[:, 2] += (new_width / 2 - pixels.shape[1] / 2, new_height / 2 - pixels.shape[0] / 2)
    pixels = even(pixels)
    drawn = cv2.warpAffine(
        pixels, turn, (new_width, new_height), flags=cv2.INTER_CUBIC, borderValue=255
    ).astype(np.uint8, copy=False)
    back = np.linalg.inv(np.vstack([turn, [0, 0, 1]]))
    reduced = np.diag([1 / min(scale, 1.0), 1 / min(scale, 1.0), 1])
    return Sheet(drawn, (to_page @ reduced @ back)[:2], turns)


def even(pixels: Pixels) -> Pixels:
    """Light and shadow evened: divided by the paper's brightness around each pixel."""
    factor = min(1.0, 400 / max(pixels.shape))
    small = resized(pixels, factor)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (15, 15))
    paper = cv2.GaussianBlur(cv2.dilate(small, kernel), (0, 0), 7)
    paper = cv2.resize(paper, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return cv2.divide(pixels, np.maximum(paper, 1), scale=255).astype(np.uint8, copy=False)
