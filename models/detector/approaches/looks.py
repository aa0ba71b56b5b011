"""The variants in which training pictures are shown."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np

from models.detector.approaches.approach import Lesson
from models.detector.features.space import Features, FeatureSpace
from models.detector.pictures.augment import augmented
from models.detector.pictures.plane import Pixels

MOST_LOOKS: Final = 6
"""Changed variants of each picture; of many pictures fewer, for they are variants enough."""
_ENOUGH: Final = 2_400  # pictures, variants counted


def shown_looks(lesson: Lesson) -> list[Pixels]:
    """Pictures as they are, on other grounds, and changed at random.

    A picture is changed in the same way in every round: what sees it need not look twice.

    Returns:
        Arrays of uint8 (n, 224, 224), one a variant.
    """
    planes = lesson.learn.planes
    number = int(np.clip(_ENOUGH // len(planes), 1, MOST_LOOKS))
    changed = np.empty((number, *planes.shape), np.uint8)
    for place, plane in enumerate(planes):
        rng = np.random.default_rng(zlib.crc32(plane.tobytes()))
        for look in range(number):
            changed[look, place] = augmented(plane, rng)
    return [planes, *(one.planes for one in lesson.grounds), *changed]


def looks_of(space: FeatureSpace, lesson: Lesson) -> Features:
    """What a space sees of `shown_looks`: float32 of shape (variants, n, d)."""
    embeddings = lesson.learn.embeddings
    return np.stack([space.features(planes, embeddings) for planes in shown_looks(lesson)])
