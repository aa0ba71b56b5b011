"""Marks as by hand: wavering strokes, boxes and lines of cursive."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing.words import chance

# Heights of the strokes that follow one another in a cursive line, in units of the small letters.
_TALL: Final = 2.1
_DEEP: Final = -0.9


def waver(
    points: npt.NDArray[np.float64], rng: np.random.Generator, amount: float
) -> npt.NDArray[np.float64]:
    """Shake a path (n, 2) smoothly by about `amount` pixels, with n / 6 + 2 independent pushes."""
    count = len(points)
    knots = rng.normal(0, amount, (count // 6 + 2, 2))
    places = np.linspace(0, len(knots) - 1, count)
    pushes = [np.interp(places, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)]
    return points + np.stack(pushes, axis=1)


def stroke(
    pixels: npt.NDArray[np.uint8],
    points: npt.NDArray[np.float64],
    *,
    ink: int = 0,
    thickness: int = 1,
) -> None:
    """Draw a path (n, 2) of (x, y) in place."""
    fixed = np.rint(points * 16).astype(np.int32)
    cv2.polylines(pixels, [fixed], False, (ink,), thickness, cv2.LINE_AA, shift=4)


def line(
    pixels: npt.NDArray[np.uint8],
    start: tuple[float, float],
    end: tuple[float, float],
    rng: np.random.Generator,
    *,
    ink: int = 0,
    thickness: int = 1,
) -> None:
    """Draw a line by hand."""
    path = np.linspace(start, end, 24)
    length = float(np.hypot(*(path[-1] - path[0])))
    stroke(pixels, waver(path, rng, 0.01 * length), ink=ink, thickness=thickness)


def box(
    pixels: npt.NDArray[np.uint8],
    corners: tuple[float, float, float, float],
    rng: np.random.Generator,
    *,
    ink: int = 0,
    thickness: int = 1,
) -> None:
    """Draw a rectangle (left, top, right, bottom) by hand, its ends missing each other a little."""
    left, top, right, bottom = corners
    ring = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    path = np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(ring)])
    size = min(right - left, bottom - top)
    stroke(pixels, waver(path, rng, 0.025 * size), ink=ink, thickness=thickness)


def loop(
    pixels: npt.NDArray[np.uint8],
    centre: tuple[float, float],
    radii: tuple[float, float],
    rng: np.random.Generator,
    *,
    ink: int = 0,
    thickness: int = 1,
) -> None:
    """Draw an ellipse by hand."""
    turns = np.linspace(0, 2 * np.pi * rng.uniform(0.97, 1.08), 40) + rng.uniform(0, 6)
    path = np.stack([np.cos(turns) * radii[0], np.sin(turns) * radii[1]], axis=1) + centre
    stroke(pixels, waver(path, rng, 0.04 * min(radii)), ink=ink, thickness=thickness)


def cursive(
    pixels: npt.NDArray[np.uint8],
    at: tuple[float, float],
    width: float,
    height: float,
    rng: np.random.Generator,
    *,
    slant: float = 0.3,
    ink: int = 0,
    thickness: int = 1,
) -> None:
    """Write words that nobody can read, from (x, base line) over `width` pixels.

    Each letter is one to three arches; `height` is that of a small letter in pixels.
    """
    x, right = at[0], at[0] + width
    while x < right - 2 * height:
        letters = int(rng.integers(2, 9))
        count = letters * 2
        steps = np.cumsum(rng.uniform(0.3, 0.75, count)) * height
        steps = steps[x + steps < right]
        if len(steps) < 3:
            return
        tops = rng.choice([1.0, 1.0, 1.0, _TALL], len(steps)) * rng.uniform(0.8, 1.1, len(steps))
        feet = rng.choice([0.0, 0.0, 0.0, 0.0, _DEEP], len(steps))
        levels = np.where(np.arange(len(steps)) % 2 == 0, tops, feet) * height
        fine = np.linspace(0, len(steps) - 1, len(steps) * 5)
        part = fine - np.floor(fine)
        low = np.floor(fine).astype(int)
        high = np.minimum(low + 1, len(steps) - 1)
        ease = (1 - np.cos(np.pi * part)) / 2
        rise = levels[low] * (1 - ease) + levels[high] * ease
        # A backward swing at each turn makes loops of the zigzag.
        across = np.interp(fine, np.arange(len(steps)), steps) + np.sin(2 * np.pi * part) * (
            0.22 * height
        )
        path = np.stack([x + across + slant * rise, at[1] - rise], axis=1)
        stroke(pixels, path, ink=ink, thickness=thickness)
        if chance(rng, 0.3):
            spot = path[int(rng.integers(len(path)))]
            cv2.circle(pixels, (int(spot[0]), int(at[1] - 1.8 * height)), thickness, (ink,), -1)
        x += float(steps[-1]) + height * rng.uniform(0.9, 1.8)
