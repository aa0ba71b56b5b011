"""Other looks of a picture that leave its class as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from models.detector.pictures.plane import Pixels


@dataclass(frozen=True, slots=True)
class Changes:
    """How far pictures are changed: each by an amount drawn evenly up to these.

    Attributes:
        flip: chance of a mirror image.
        upside_down: chance of one from top to bottom.
        rotation: degrees, either way.
        translation: share of the side, either way, down and across.
        zoom: factor, and its inverse; 1 leaves the size.
        shear: degrees, either way.
        contrast: factor, and its inverse, around the picture's mean grey; 1 leaves it.
        brightness: grey levels, either way.
    """

    flip: float = 0.5
    upside_down: float = 0.0
    rotation: float = 20.0
    translation: float = 0.1
    zoom: float = 1.25
    shear: float = 8.0
    contrast: float = 1.4
    brightness: float = 25.0


USUAL: Final = Changes()


def augmented(plane: Pixels, rng: np.random.Generator, changes: Changes = USUAL) -> Pixels:
    """A picture changed at random: one warp with mirrored borders, and one table of greys.

    Mirrored borders leave no frame that would tell how a picture was turned.

    Args:
        plane: uint8 of shape (side, side).
        rng: what the amounts are drawn from; always so many numbers.
        changes: how far.

    Returns:
        uint8 of the same shape.
    """
    height, width = plane.shape
    chance = rng.random(2)
    draw = rng.uniform(-1.0, 1.0, 7)
    angle, shear = np.radians((changes.rotation * draw[0], changes.shear * draw[1]))
    scale = changes.zoom ** draw[2]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    move = scale * turn @ np.array([[1.0, np.tan(shear)], [0.0, 1.0]])
    mirror = [
        -1.0 if chance[0] < changes.flip else 1.0,
        -1.0 if chance[1] < changes.upside_down else 1.0,
    ]
    move = move @ np.diag(mirror)
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = changes.translation * draw[3:5] * (width, height)
    matrix = np.column_stack([move, middle + shift - move @ middle])
    warped = cv2.warpAffine(
        plane, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    mean = float(plane.mean())
    greys = (np.arange(256) - mean) * changes.contrast ** draw[5] + mean
    greys += changes.brightness * draw[6]
    table = np.clip(np.rint(greys), 0, 255).astype(np.uint8)
    return cv2.LUT(warped, table).astype(np.uint8, copy=False)
