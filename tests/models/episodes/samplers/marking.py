"""Pictures that say of which class and which image they are, and sources of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.episodes.augment import Augmentation
from models.episodes.classes import ImageClass, Source

STILL = Augmentation(rotation=0, scale=0, shear=0, shift=0, thickness=0, elastic=0)
"""Changes nothing."""
SIDE = 16


def marked(key: int, number: int) -> NDArray[np.uint8]:
    """A picture that says, in its first rows, of which class and which image it is."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[0, 0] = 255
    for bit in range(10):
        image[3, bit] = 255 * (key >> bit & 1)
        image[6, bit] = 255 * (number >> bit & 1)
    return image


def keys(pictures: NDArray[np.float32]) -> list[int]:
    """Of which class the pictures say they are."""
    return _read(pictures, 3)


def numbers(pictures: NDArray[np.float32]) -> list[int]:
    """Which image of their class they say they are."""
    return _read(pictures, 6)


def _read(pictures: NDArray[np.float32], row: int) -> list[int]:
    bits = (pictures[:, row, :10, 0] > 0.5).astype(int)
    return (bits @ (1 << np.arange(10))).tolist()


def source(
    first: int, *, classes: int = 12, images: int = 4, weight: float = 1.0, grouped: int = 4
) -> Source:
    """Classes with keys from `first`, ``grouped`` of them in each group."""
    return Source(
        f"source {first}",
        weight,
        tuple(
            ImageClass(
                f"g{(key - first) // grouped}",
                f"c{key}",
                np.stack([marked(key, number) for number in range(images)]),
            )
            for key in range(first, first + classes)
        ),
        augmentation=STILL,
    )
