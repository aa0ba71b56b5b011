"""Maps and music."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing import hand
from models.drawing.kinds.pages import Pixels, sheet
from models.drawing.lettering import Face, write
from models.drawing.words import chance, invented


def line_map(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw coasts and borders: closed wandering lines in a frame, perhaps with a net."""
    pixels = sheet(width, rng.uniform(0.6, 1.0))
    height = pixels.shape[0]
    if chance(rng, 0.5):
        for k in range(1, 8):
            bend = np.linspace(0, 1, 20)
            x = width * k / 8 + np.sin(bend * np.pi) * width * 0.03 * (k - 4)
            hand.stroke(pixels, np.stack([x, bend * height], axis=1), ink=190)
            y = height * k / 8 + np.sin(bend * np.pi) * height * 0.03
            hand.stroke(pixels, np.stack([bend * width, y], axis=1), ink=190)
    for _ in range(rng.integers(3, 12)):
        radius = float(np.exp(rng.normal(np.log(width * 0.1), 0.6)))
        hand.stroke(pixels, _coast(rng, radius) + rng.uniform(0.05, 0.95, 2) * (width, height))
    if chance(rng, 0.5):
        for _ in range(rng.integers(3, 12)):
            at = (int(rng.uniform(0.05, 0.8) * width), int(rng.uniform(0.1, 0.95) * height))
            write(pixels, invented(rng, 2).title(), at, width // 40, Face("italic", 400))
    cv2.rectangle(pixels, (1, 1), (width - 2, height - 2), (0,), 1)
    return pixels


def _coast(rng: np.random.Generator, radius: float) -> npt.NDArray[np.float64]:
    """Return a closed coast around the origin, (181, 2): octaves of waves on a circle."""
    turns = np.linspace(0, 2 * np.pi, 181)
    reach = np.ones_like(turns)
    for octave in range(1, 40):
        swing = rng.normal(0, 0.5 / octave**1.1)
        reach += swing * np.cos(octave * turns + rng.uniform(0, 6.3))
    reach = np.abs(reach) * radius
    return np.stack([np.cos(turns) * reach, np.sin(turns) * reach * 0.8], axis=1)


def contour_map(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw lines of equal height of a smooth random ground."""
    pixels = sheet(width, rng.uniform(0.7, 1.2))
    height = pixels.shape[0]
    coarse = rng.normal(0, 1, (int(rng.integers(4, 8)), int(rng.integers(4, 8)))).astype(np.float32)
    ground = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for level in np.linspace(ground.min(), ground.max(), int(rng.integers(8, 18)))[1:-1]:
        above = (ground > level).astype(np.uint8)
        lines, _ = cv2.findContours(above, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.polylines(pixels, lines, True, (60,), 1, cv2.LINE_AA)
    cv2.rectangle(pixels, (0, 0), (width - 1, height - 1), (0,), 2)
    return pixels


_CLEF_TURNS: Final = np.linspace(0, 2.6 * np.pi, 30)
# A treble clef, (n, 2) in gaps from the top line: a spiral on the second line from below, an
# upper loop and the stem through both.
_CLEF: Final = np.concatenate(
    [
        np.stack([np.cos(_CLEF_TURNS), np.sin(_CLEF_TURNS)], axis=1)
        * (0.3 + 0.95 * _CLEF_TURNS / _CLEF_TURNS[-1])[:, None]
        + (0.0, 3.0),
        np.array([[-0.9, 1.2], [0.1, 0.2], [0.6, -0.8], [0.3, -1.5], [-0.1, -0.7]]),
        np.array([[0.1, 2.0], [0.4, 5.0], [0.0, 5.5], [-0.5, 5.2]]),
    ]
)


def staves(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw music: staves of five lines, bars, heads, stems and beams."""
    pixels = sheet(width, rng.uniform(0.7, 1.4))
    gap = max(int(width / rng.uniform(70, 100)), 4)
    margin = int(width * 0.05)
    top = int(gap * rng.uniform(5, 9))
    while top + 8 * gap < pixels.shape[0]:
        for k in range(5):
            cv2.line(pixels, (margin, top + k * gap), (width - margin, top + k * gap), (0,), 1)
        clef = _CLEF * gap + (margin + 2 * gap, top)
        hand.stroke(pixels, clef, thickness=max(gap // 4, 1))
        x = margin + 5 * gap
        while x < width - margin - 3 * gap:
            if chance(rng, 0.15):
                cv2.line(pixels, (x, top), (x, top + 4 * gap), (0,), 1)
            else:
                _note(pixels, rng, x, top, gap)
            x += int(gap * rng.uniform(2.2, 4))
        top += int(gap * rng.uniform(9, 12))
    return pixels


def _note(pixels: Pixels, rng: np.random.Generator, x: int, top: int, gap: int) -> None:
    step = int(rng.integers(-1, 10))
    y = top + step * gap // 2
    full = -1 if chance(rng, 0.75) else max(gap // 5, 1)
    cv2.ellipse(
        pixels, (x, y), (int(gap * 0.62), int(gap * 0.42)), -20, 0, 360, (0,), full, cv2.LINE_AA
    )
    up = step > 4
    side = x + int(gap * 0.55) * (1 if up else -1)
    end = y - 3 * gap if up else y + 3 * gap
    cv2.line(pixels, (side, y), (side, end), (0,), max(gap // 7, 1))
    if chance(rng, 0.3):
        cv2.line(
            pixels, (side, end), (side + gap, end + (gap if up else -gap)), (0,), max(gap // 4, 1)
        )
