"""Other looks at one page: cropped, nearer or farther, worn, photographed, saved once more."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing import wear
from models.drawing.words import chance


def look_again(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, longest: int = 1300
) -> npt.NDArray[np.uint8]:
    """The page as another scan or photograph of it might come.

    Size, sharpness and compression are drawn anew, so that what is learned from several looks
    is not where their file came from.

    Args:
        pixels: uint8 (height, width), 16 pixels or more on either side.
        rng: The only source of chance.
        longest: Longest side, in pixels, that it is seen at.

    Returns:
        uint8 (height', width').
    """
    out = pixels
    if chance(rng, 0.6):
        height, width = out.shape
        top, bottom = (int(height * share) for share in rng.uniform(0, 0.08, 2))
        left, right = (int(width * share) for share in rng.uniform(0, 0.08, 2))
        out = np.ascontiguousarray(out[top : height - bottom, left : width - right])
    scale = rng.uniform(0.35, 1.0) * longest / max(out.shape)
    if scale < 1:
        out = cv2.resize(out, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(
            np.uint8
        )
    out = wear.age(out, rng, strength=rng.uniform(0.3, 1.5))
    if chance(rng, 0.2):
        out = wear.on_ground(out, rng)
    return wear.compress(out, rng) if chance(rng, 0.3) else out


def enlarge(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, longest: int = 1100
) -> npt.NDArray[np.uint8]:
    """A small drawing as a large one, on some ground: mostly with sharp edges again.

    What is enlarged is soft, and a soft edge would tell a small drawing from a page.

    Args:
        pixels: uint8 (height, width).
        rng: The only source of chance.
        longest: Longest side, in pixels, of the drawing without its ground.

    Returns:
        uint8 (height', width').
    """
    scale = rng.uniform(0.25, 1.0) * longest / max(pixels.shape)
    out = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if scale > 1 and chance(rng, 0.7):
        out = cv2.GaussianBlur(out, (0, 0), scale / 2)
        out = cv2.threshold(out, 127, 255, cv2.THRESH_BINARY)[1]
    if chance(rng, 0.4):
        ground = int(longest * rng.uniform(0.02, 0.3))
        colour = wear.edge_grey(out.astype(np.uint8))
        out = cv2.copyMakeBorder(
            out, ground, ground, ground, ground, cv2.BORDER_CONSTANT, value=(colour,)
        )
    return out.astype(np.uint8)
