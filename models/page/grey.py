"""From whatever a format stores to one grey byte a pixel, upright, on white paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]

# Depths that cameras and scanners have; a deeper container is usually not filled.
_DEPTHS = (8, 10, 12, 14, 16)
# Pixels of a strip: few enough to stay in the processor's cache.
_STRIP = 1 << 18


def grey(image: Image.Image, *, white_is_zero: bool = False) -> Grey:
    """The grey pixels of one decoded image.

    Colour becomes ITU-R 601-2 luma, as in JPEG; what is transparent shows white paper. Values
    of more than 8 bits are scaled by ``levels_of``. Beside the image, which takes up to 4 bytes
    a pixel, only the result is in memory: the conversion goes strip by strip.

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
    deep = image.mode.startswith("I") or image.mode == "F"
    convert = _deep(image, white_is_zero=white_is_zero) if deep else _shallow
    pixels = np.empty((image.height, image.width), np.uint8)
    for top, strip in _strips(image):
        pixels[top : top + strip.height] = convert(strip)
    return pixels


def levels_of(low: float, high: float, *, fractions: bool) -> Callable[[NDArray[Any]], Grey]:
    """What scales values of more than 8 bits to 8.

    Whole numbers: by the smallest of 8, 10, 12, 14 and 16 bits that holds the largest one, so
    16-bit data that use their range are divided by 257 and 12-bit data in 16 do not come out
    black. Floats up to 1: times 255; up to 65535: as whole numbers. Anything else, negative or
    larger: stretched from its smallest to its largest value.

    Args:
        low: the smallest value of the page.
        high: the largest one.
        fractions: they are floats.

    Returns:
        From finite values of any real dtype to uint8 of the same shape.
    """
    if fractions and low >= 0 and high <= 1:
        return lambda values: np.rint(values * 255).astype(np.uint8)
    if low < 0 or high > 0xFFFF:
        span = max(high - low, 1e-30)
        return lambda values: np.rint((values - low) * (255 / span)).astype(np.uint8)
    bits = next(depth for depth in _DEPTHS if round(high) < 1 << depth)
    top = (1 << bits) - 1
    table = ((np.arange(top + 1) * 255 + top // 2) // top).astype(np.uint8)
    return lambda values: table[
        values if values.dtype.kind == "u" else np.rint(values).astype(np.uint16)
    ]


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


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The image in strips of whole rows, each with its first row."""
    rows = max(1, _STRIP // max(1, image.width))
    if rows >= image.height:
        yield 0, image
        return
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _shallow(image: Image.Image) -> Grey:
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode == "LAB":
        image = image.getchannel("L")
    elif image.mode != "L":
        image = image.convert("L")
    return np.asarray(image)


def _deep(image: Image.Image, *, white_is_zero: bool) -> Callable[[Image.Image], Grey]:
    """What converts strips of an image of more than 8 bits; what is not finite is white."""
    least: list[float] = []
    most: list[float] = []
    for _, strip in _strips(image):
        values = np.asarray(strip)
        if (finite := values[np.isfinite(values)]).size:
            least.append(float(finite.min()))
            most.append(float(finite.max()))
    high = max(most, default=1.0)
    levels = levels_of(min(least, default=1.0), high, fractions=image.mode == "F")

    def convert(strip: Image.Image) -> Grey:
        values = np.asarray(strip)
        if image.mode == "F":
            values = np.where(np.isfinite(values), values, np.float32(high))
        return ~levels(values) if white_is_zero else levels(values)

    return convert


def _on_white(image: Image.Image) -> Grey:
    if image.mode in ("La", "LA"):
        image = image.convert("LA")
    else:
        image = image.convert("RGBA").convert("LA")
    ink = ~np.asarray(image.getchannel("L"))
    alpha = np.asarray(image.getchannel("A"))
    return ~cast("Grey", cv2.multiply(ink, alpha, scale=1 / 255))
