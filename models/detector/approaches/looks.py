"""The variants in which training pictures are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.detector.approaches.approach import Material
from models.detector.features.space import Features, FeatureSpace
from models.detector.pictures.augment import augmented

MOST_LOOKS: Final = 6
"""Changed variants of each picture; of many pictures fewer, for they are variants enough."""
_ENOUGH: Final = 2_400  # pictures, variants counted


def looks_of(
    space: FeatureSpace, learn: Material, grounds: Sequence[Material], seed: int
) -> Features:
    """Features of pictures as they are, changed at random, and on other grounds.

    Args:
        space: that sees them.
        learn: n pictures.
        grounds: the same pictures on other grounds.
        seed: of the changes.

    Returns:
        float32 of shape (variants, n, d).
    """
    rng = np.random.default_rng(seed)
    number = int(np.clip(_ENOUGH // len(learn.planes), 1, MOST_LOOKS))
    shown = [learn.planes, *(one.planes for one in grounds)]
    shown += [np.stack([augmented(p, rng) for p in learn.planes]) for _ in range(number)]
    return np.stack([space.features(planes, learn.embeddings) for planes in shown])
