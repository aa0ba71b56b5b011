from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.episodes.samplers.classes import ClassSampler
from tests.models.episodes.samplers.marking import SIDE, keys, source


def test_classes_are_drawn_alike_however_many_images_they_have() -> None:
    """A class of many images would be learned at the cost of the others."""
    few, many = source(0, classes=2, images=1), source(2, classes=2, images=40)
    both = replace(few, classes=few.classes + many.classes)
    made = ClassSampler([both], side=SIDE, batch=100, batches=40, seed=1)
    counts = np.bincount(np.concatenate([keys(made[batch][0]) for batch in range(40)]))
    assert np.abs(counts - 1000).max() < 120
