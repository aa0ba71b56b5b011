"""Honest one-class learning: others are never seen, only the distance to what is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from models.detector.approaches.approach import Learned, Lesson
from models.detector.approaches.looks import looks_of
from models.detector.features.cnn import CnnSpace
from models.detector.features.space import Approach, BranchSpace
from models.detector.heads.heads import DistanceHead, HeadKind
from models.detector.saved.manifest import NETWORK_FILE


@dataclass(frozen=True, slots=True)
class DistanceWay:
    """Distance to the positives in a space; a `models.detector.approaches.approach.Way`.

    Attributes:
        approach: ``branch``, or ``cnn``: a codebook that is found in the positives alone.
    """

    approach: Approach
    head: HeadKind = "distance"
    epochs: int = 0

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.approach}, distance"

    def learn(self, lesson: Lesson) -> Learned:
        """Remember the positives; whatever else is there is left alone."""
        own = lesson.learn.part(np.flatnonzero(lesson.learn.labels))
        if self.approach == "branch":
            return Learned(BranchSpace(), DistanceHead(own.embeddings))
        space = CnnSpace()
        space.learn(own.planes, seed=lesson.seed)
        rows = looks_of(space, own, (), lesson.seed)
        return Learned(
            space,
            DistanceHead(rows.reshape(-1, rows.shape[2])),
            settings=asdict(space.shape),
            networks={NETWORK_FILE: space.save},
        )
