"""The one form in which detectors see a picture: 224 by 224 pixels, grey."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

SIDE: Final = 224
"""Height and width in pixels: what MobileNet was made for (Sandler et al., 2018)."""


def plane_of(pixels: Pixels) -> Pixels:
    """A page as a detector sees it: no Otsu, no crop, every shade of grey.

    Pages come with their colour made grey and what is transparent laid on white
    (`models.page.grey`), so that a class cannot be told by its colour or by a cut-out's edge.

    Args:
        pixels: uint8 of shape (height, width), any size.

    Returns:
        uint8 of shape (`SIDE`, `SIDE`); the aspect is not kept.
    """
    if pixels.shape == (SIDE, SIDE):
        return pixels
    larger = max(pixels.shape) > SIDE
    method = cv2.INTER_AREA if larger else cv2.INTER_LINEAR
    return cv2.resize(pixels, (SIDE, SIDE), interpolation=method).astype(np.uint8, copy=False)


def three_channels(planes: Pixels) -> NDArray[np.float32]:
    """Grey planes as networks for colour take them: the same channel three times.

    Args:
        planes: uint8 of shape (n, height, width).

    Returns:
        float32 of shape (n, height, width, 3) in [0, 255].
    """
    return np.repeat(planes[..., np.newaxis], 3, axis=3).astype(np.float32)
