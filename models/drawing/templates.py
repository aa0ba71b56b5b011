"""A page as a template: the same print, filled in differently each time."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing import hand
from models.drawing.lettering import measure, write
from models.drawing.words import chance, digits, phrase

Place = tuple[int, int, int, int]
"""Left, top, width and height, in pixels."""

_TRIES = 400


def blank_places(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, most: int = 16
) -> list[Place]:
    """Find places of a line's height where nothing is printed; none overlap.

    Args:
        pixels: uint8 (height, width), dark on light.
        rng: The only source of chance.
        most: How many at the most; a page full of print has fewer, or none.
    """
    height, width = pixels.shape
    taken = cv2.dilate((pixels < 200).astype(np.uint8), np.ones((5, 5), np.uint8))
    places: list[Place] = []
    for _ in range(_TRIES):
        wide, high = (
            int(width * rng.uniform(0.1, 0.3)),
            max(6, int(width * rng.uniform(0.02, 0.03))),
        )
        if wide >= width or high >= height or len(places) == most:
            break
        left, top = int(rng.integers(width - wide)), int(rng.integers(height - high))
        if not taken[top : top + high, left : left + wide].any():
            taken[top : top + high, left : left + wide] = 1
            places.append((left, top, wide, high))
    return places


def fill(
    pixels: npt.NDArray[np.uint8], places: list[Place], rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Fill most of `places`, all by one pen or all in print; uint8 of the same shape."""
    out = pixels.copy()
    by_hand, ink = chance(rng, 0.5), int(rng.integers(0, 80))
    for left, top, wide, high in places:
        if chance(rng, 0.15):
            continue
        base = top + round(high * 0.75)
        if by_hand:
            reach = wide * rng.uniform(0.4, 1.0)
            hand.cursive(out, (left, base), reach, high * 0.35, rng, ink=ink)
            continue
        text = phrase(rng, 3) if chance(rng, 0.6) else digits(rng, 8)
        size = max(round(high * 0.8), 6)
        while text and measure(text, size) > wide:
            text = text[:-1]
        write(out, text, (left, base), size, ink=ink)
    return out
