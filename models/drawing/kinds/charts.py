"""Charts: curves, bars, points and shares."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing import hand
from models.drawing.kinds.pages import Pixels, sheet
from models.drawing.lettering import write, write_centred
from models.drawing.words import chance, invented, title


def _axes(rng: np.random.Generator, width: int) -> tuple[Pixels, tuple[int, int, int, int]]:
    """Draw axes with ticks, labels and perhaps a grid; return the frame left, top, right, bottom."""
    pixels = sheet(width, rng.uniform(0.6, 1.0))
    height = pixels.shape[0]
    left, right = int(width * 0.13), int(width * 0.95)
    top, bottom = int(height * 0.12), int(height * 0.85)
    if chance(rng, 0.25):
        pixels[top:bottom, left:right] = 235
    size = max(width // 40, 6)
    ruled = chance(rng, 0.5)
    count = int(rng.integers(4, 8))
    for k in range(count + 1):
        y = bottom - (bottom - top) * k // count
        if ruled:
            cv2.line(pixels, (left, y), (right, y), (205,), 1)
        cv2.line(pixels, (left - 4, y), (left, y), (0,), 1)
        write(pixels, str(k * 10), (left - 3 * size, y + size // 3), size)
    cv2.line(pixels, (left, top), (left, bottom), (0,), 1)
    cv2.line(pixels, (left, bottom), (right, bottom), (0,), 1)
    if chance(rng, 0.4):
        cv2.rectangle(pixels, (left, top), (right, bottom), (0,), 1)
    if chance(rng, 0.7):
        write_centred(pixels, title(rng, 3), (width // 2, int(height * 0.08)), size + 3)
    write_centred(pixels, invented(rng, 2), (width // 2, height - size // 2), size)
    return pixels, (left, top, right, bottom)


def _walk(rng: np.random.Generator, count: int) -> npt.NDArray[np.float64]:
    """Return a smooth random series, (count,) within 0.05..0.95."""
    steps = np.cumsum(rng.normal(0, 1, count))
    steps = np.convolve(np.pad(steps, 2, mode="edge"), np.ones(5) / 5, "valid")
    span = float(np.ptp(steps)) or 1.0
    return np.asarray((steps - steps.min()) / span * 0.9 + 0.05)


def line_chart(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw one to four curves over axes, with or without markers."""
    pixels, (left, top, right, bottom) = _axes(rng, width)
    count = int(rng.integers(8, 60))
    for series in range(rng.integers(1, 5)):
        x = np.linspace(left, right, count)
        y = bottom - _walk(rng, count) * (bottom - top)
        ink = (0, 90, 150, 60)[series]
        hand.stroke(pixels, np.stack([x, y], axis=1), ink=ink, thickness=1 + width // 400)
        if count < 20 and series % 2 == 0:
            for point in zip(x.astype(int), y.astype(int), strict=True):
                cv2.circle(pixels, point, width // 120, (ink,), -1, cv2.LINE_AA)
    return pixels


def bar_chart(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw bars over axes, filled or framed."""
    pixels, (left, top, right, bottom) = _axes(rng, width)
    count = int(rng.integers(3, 16))
    pitch = (right - left) / count
    fill, share = int(rng.choice([0, 90, 160])), rng.uniform(0.5, 0.95)
    for k in range(count):
        high = int(rng.uniform(0.05, 0.95) * (bottom - top))
        start = int(left + pitch * (k + (1 - share) / 2))
        corners = ((start, bottom - high), (int(start + pitch * share), bottom))
        cv2.rectangle(pixels, *corners, (fill,), -1)
        cv2.rectangle(pixels, *corners, (0,), 1)
    return pixels


def scatter_chart(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw clouds of points over axes."""
    pixels, (left, top, right, bottom) = _axes(rng, width)
    radius, hollow = int(rng.integers(1, 4)) * width // 400 + 1, chance(rng, 0.4)
    for _ in range(rng.integers(1, 4)):
        centre, spread = rng.uniform(0.2, 0.8, 2), rng.uniform(0.05, 0.25)
        cloud = rng.normal(centre, spread, (int(rng.integers(20, 150)), 2)).clip(0.01, 0.99)
        points = (cloud * (right - left, top - bottom) + (left, bottom)).astype(int)
        for x, y in points.tolist():
            cv2.circle(pixels, (x, y), radius, (0,), 1 if hollow else -1, cv2.LINE_AA)
    return pixels


def pie_chart(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a circle in shaded parts with a legend."""
    pixels = sheet(width, rng.uniform(0.65, 0.9))
    height = pixels.shape[0]
    centre, radius = (int(width * 0.38), int(height * 0.54)), int(height * 0.36)
    count = int(rng.integers(3, 8))
    cuts = np.cumsum(rng.uniform(0.3, 1.5, count))
    angles = [0.0, *(cuts / cuts[-1] * 360).tolist()]
    write_centred(pixels, title(rng, 2), (width // 2, int(height * 0.1)), width // 26)
    for k, (start, end) in enumerate(pairwise(angles)):
        fill = 40 + 215 * k // count
        cv2.ellipse(pixels, centre, (radius, radius), -90, start, end, (fill,), -1, cv2.LINE_AA)
        edge = np.deg2rad(start - 90)
        rim = (int(centre[0] + radius * np.cos(edge)), int(centre[1] + radius * np.sin(edge)))
        cv2.line(pixels, centre, rim, (0,), 1, cv2.LINE_AA)
        y = int(height * (0.25 + 0.08 * k))
        cv2.rectangle(
            pixels, (int(width * 0.73), y - 8), (int(width * 0.73) + 9, y + 1), (fill,), -1
        )
        write(pixels, invented(rng, 1), (int(width * 0.77), y), width // 36)
    cv2.circle(pixels, centre, radius, (0,), 1, cv2.LINE_AA)
    return pixels
