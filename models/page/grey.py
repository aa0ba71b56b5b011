"""From whatever a format stores to one grey byte a pixel, upright, on white paper."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]

# Depths that cameras and scanners have; a deeper container is usually not filled.
_DEPTHS = (8, 10, 12, 14, 16)


def grey(image: Image.Image, *, white_is_zero: bool = False) -> Grey:
    """The grey pixels of one decoded image.

    Colour becomes ITU-R 601-2 luma, as in JPEG; what is transparent shows white paper. Values
    of more than 8 bits are scaled by ``narrow``.

    Args:
        image: of any of Pillow's modes; decoded here if it is not yet.
        white_is_zero: the values of more than 8 bits count from white; Pillow turns only
            the others.

    Returns:
        uint8 of shape (height, width), 0 is black.

    Raises:
        Exception: whatever Pillow raises for a file that is damaged.
    """
    image.load()
    if image.mode.startswith("I") or image.mode == "F":
        narrowed = narrow(np.asarray(image))
        return ~narrowed if white_is_zero else narrowed
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode == "LAB":
        image = image.getchannel("L")
    elif image.mode != "L":
        image = image.convert("L")
    return np.asarray(image)


def narrow(values: NDArray[Any]) -> Grey:
    """Scale values of more than 8 bits to 8.

    Whole numbers: by the smallest of 8, 10, 12, 14 and 16 bits that holds the largest one, so
    16-bit data that use their range are divided by 257 and 12-bit data in 16 do not come out
    black. Floats up to 1: times 255; up to 65535: as whole numbers. Anything else, negative or
    larger: stretched from its smallest to its largest value. What is not finite is white.

    Args:
        values: of any real dtype, shape (height, width).

    Returns:
        uint8 of the same shape.
    """
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        if not finite.all():
            values = np.where(finite, values, values[finite].max() if finite.any() else 1.0)
    low, high = values.min(), values.max()
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        return cast("Grey", np.rint(values * 255).astype(np.uint8))
    if low < 0 or high > 0xFFFF:
        span = max(float(high) - float(low), 1e-30)
        return cast("Grey", np.rint((values - float(low)) * (255 / span)).astype(np.uint8))
    whole = values if values.dtype.kind == "u" else np.rint(values).astype(np.uint16)
    bits = next(depth for depth in _DEPTHS if int(whole.max()) < 1 << depth)
    top = (1 << bits) - 1
    table = ((np.arange(top + 1) * 255 + top // 2) // top).astype(np.uint8)
    return cast("Grey", table[whole])


def upright(pixels: Grey, orientation: int) -> Grey:
    """Undo an EXIF orientation (1 to 8; EXIF 2.3, tag 0x0112): a contiguous array."""
    turned: Any
    match orientation:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(pixels), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            turned = pixels
    return cast("Grey", turned)


def _on_white(image: Image.Image) -> Grey:
    if image.mode in ("La", "LA"):
        image = image.convert("LA")
    else:
        image = image.convert("RGBA").convert("LA")
    ink = ~np.asarray(image.getchannel("L"))
    alpha = np.asarray(image.getchannel("A"))
    return ~cast("Grey", cv2.multiply(ink, alpha, scale=1 / 255))
