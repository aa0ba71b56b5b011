"""Scenes that are drawn: no two alike, and full of corners that can be found again."""

from __future__ import annotations

import cv2
import numpy as np

from models.detector.pictures.plane import Pixels


def scene(seed: int, side: int = 256) -> Pixels:
    """Many things of all shades on a grey ground: uint8 of shape (side, side)."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side), int(rng.integers(60, 200)), np.uint8)
    for _ in range(70):
        x, y, width, height = (int(number) for number in rng.integers(4, side, 4))
        shade = int(rng.integers(0, 256))
        if rng.random() < 0.5:
            cv2.rectangle(pixels, (x, y), (x + width // 6, y + height // 6), shade, -1)
        else:
            turn = float(rng.uniform(0, 180))
            axes = (4 + width // 10, 4 + height // 10)
            cv2.ellipse(pixels, (x, y), axes, turn, 0, 360, shade, -1)
    return cv2.GaussianBlur(pixels, (0, 0), 0.8).astype(np.uint8)
