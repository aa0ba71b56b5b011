"""The variants in which training pictures are shown."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.detector.approaches.approach import Lesson
from models.detector.features.space import Features, FeatureSpace
from models.detector.pictures.augment import augmented
from models.detector.pictures.plane import Pixels

CHANGED: Final = 4
"""Variants of each picture on its own ground, changed at random."""
MOST: Final = 17
"""Variants of each picture: itself, `CHANGED`, and two on each of six grounds."""
_ENOUGH: Final = 4_000  # pictures, variants counted: many pictures are variants enough
_LEAST: Final = 3


def seen_looks(lesson: Lesson, see: Callable[[Pixels], NDArray[np.float32]]) -> Features:
    """What is seen of pictures as they are, changed at random, and on other grounds.

    On bananas, without other grounds a tenth of the AUROC was lost on white; with them a hundredth.

    At most `_ENOUGH` rows are kept, or `_LEAST` times the pictures if those are many: of 2,000
    pictures and 8,192 numbers, 200 MB. One variant of the pictures is held at a time.

    Args:
        lesson: n pictures, and their grounds.
        see: from uint8 of shape (n, 224, 224) to float32 of shape (n, ...).

    Returns:
        float32 of shape (variants, n, ...).
    """
    most = max(_LEAST, _ENOUGH // len(lesson.learn.planes))
    looks = min(most, 1 + CHANGED + 2 * len(lesson.grounds))
    found: Features | None = None
    for place, planes in enumerate(islice(_looks(lesson), looks)):
        seen = see(planes)
        if found is None:
            found = np.empty((looks, *seen.shape), np.float32)
        found[place] = seen
        lesson.after()
    assert found is not None
    return found


def looks_of(space: FeatureSpace, lesson: Lesson) -> Features:
    """What a space sees: see `seen_looks`; float32 of shape (variants, n, d)."""
    embeddings = lesson.learn.embeddings
    return seen_looks(lesson, lambda planes: space.features(planes, embeddings))


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
