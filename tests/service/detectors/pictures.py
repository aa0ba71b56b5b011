"""Small folders of drawn pictures: cones, and scenes that hold none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.drawing.solids import draw_solid
from tests.models.detector.scenes import scene

CLASS = "cone"


def cones(folder: Path, number: int, *, first: int = 0) -> Path:
    """The folder, with so many cones in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + number):
        drawn = draw_solid("cone", np.random.default_rng(seed), size=256)
        cv2.imwrite(str(folder / f"cone-{seed}.png"), drawn)
    return folder


def scenes(folder: Path, number: int, *, first: int = 0) -> Path:
    """The folder, with so many scenes in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + number):
        cv2.imwrite(str(folder / f"scene-{seed}.png"), scene(seed))
    return folder
