"""The variants in which training pictures are shown."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np

from models.detector.approaches.approach import Lesson
from models.detector.features.space import Features, FeatureSpace
from models.detector.pictures.augment import augmented
from models.detector.pictures.plane import Pixels

CHANGED: Final = 4
"""Variants of each picture on its own ground, changed at random."""
_ENOUGH: Final = 4_000  # pictures, variants counted: many pictures are variants enough
_LEAST: Final = 3


def shown_looks(lesson: Lesson) -> list[Pixels]:
    """Pictures as they are, changed at random, and on other grounds.

    On bananas, learning on other grounds brought as much as all other changes together; with all
    of them, half of what was lost on other grounds was lost no more.

    Returns:
        Arrays of uint8 (n, 224, 224), one a variant.
    """
    most = max(_LEAST, _ENOUGH // len(lesson.learn.planes))
    return list(islice(_looks(lesson), most))


def looks_of(space: FeatureSpace, lesson: Lesson) -> Features:
    """What a space sees of `shown_looks`: float32 of shape (variants, n, d)."""
    embeddings = lesson.learn.embeddings
    return np.stack([space.features(planes, embeddings) for planes in shown_looks(lesson)])


def _looks(lesson: Lesson) -> Iterator[Pixels]:
    """All there are, those first that say most."""
    planes, grounds = lesson.learn.planes, [one.planes for one in lesson.grounds]
    yield planes
    for number in range(max(CHANGED, len(grounds))):
        if number < len(grounds):
            yield _changed(grounds[number], number)
        if number < CHANGED:
            yield _changed(planes, number)
    yield from grounds


def _changed(planes: Pixels, number: int) -> Pixels:
    """A picture is changed in the same way in every round: what sees it need not look twice."""
    return np.stack(
        [
            augmented(plane, np.random.default_rng([number, zlib.crc32(plane.tobytes())]))
            for plane in planes
        ]
    )
