"""A picture that a detector learns from, or is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detector.pictures.plane import Pixels, plane_of

MOST_SIDE = 512
"""Longest side, in pixels, at which a picture is kept: what the product's branch looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture, read.

    Attributes:
        path: where it lies.
        sha256: of its bytes.
        positive: it is of the class.
        group: pictures of one group are never parted between training and judging.
        grey: uint8 of shape (height, width), the longest side at most `MOST_SIDE`.
    """

    path: Path
    sha256: str
    positive: bool
    group: str
    grey: Pixels

    @property
    def plane(self) -> Pixels:
        """As a detector sees it: uint8 of shape (224, 224)."""
        return plane_of(self.grey)


def labels_of(pictures: Sequence[Picture]) -> NDArray[np.bool_]:
    """Whether each is of the class: bool of shape (n,)."""
    return np.array([one.positive for one in pictures], np.bool_)


def planes_of(pictures: Sequence[Picture]) -> Pixels:
    """As detectors see them: uint8 of shape (n, 224, 224)."""
    return np.stack([one.plane for one in pictures])
