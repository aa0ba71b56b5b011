"""A dense head on what a space sees of a lesson."""

from __future__ import annotations

from typing import Final

from models.detector.approaches.approach import Lesson
from models.detector.approaches.looks import MOST, looks_of
from models.detector.features.space import FeatureSpace
from models.detector.heads.dense import EPOCHS, Trained, train_dense

STEPS: Final = MOST + EPOCHS
"""How often `Lesson.after` is called in a lesson, at most."""


def head_on(space: FeatureSpace, lesson: Lesson) -> Trained:
    """Trained on every look of the pictures, and stopped by those that are held."""
    held = None
    if lesson.held is not None:
        rows = space.features(lesson.held.planes, lesson.held.embeddings)
        held = (rows, lesson.held.labels)
    return train_dense(
        looks_of(space, lesson),
        lesson.learn.labels,
        held,
        seed=lesson.seed,
        epochs=lesson.epochs or EPOCHS,
        after=lesson.after,
    )
