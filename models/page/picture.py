"""Pages as pictures for people: small, and encoded for a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture.

    Attributes:
        kind: the second half of its media type.
        data: the file.
        width: in pixels, as ``height``.
    """

    kind: Literal["png", "jpeg"]
    data: bytes
    width: int
    height: int


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """A grey picture whose longest side is ``side`` pixels at most.

    Args:
        pixels: uint8 of shape (height, width).
        side: at least 1.
    """
    height, width = pixels.shape
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def encoded(pixels: Pixels, *, quality: int = 80) -> Picture:
    """A grey picture as PNG or JPEG, whichever is smaller.

    Line drawings and photographs differ tenfold.

    Args:
        pixels: uint8 of shape (height, width).
        quality: of the JPEG, to 100.
    """
    height, width = pixels.shape
    _, png = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if len(png) <= len(jpeg):
        return Picture("png", png.tobytes(), width, height)
    return Picture("jpeg", jpeg.tobytes(), width, height)
