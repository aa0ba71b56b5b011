"""Honest one-class learning: others are never seen, only the distance to what is known."""

from __future__ import annotations

from dataclasses import dataclass

from models.detector.approaches.approach import Learned, Lesson
from models.detector.features.space import Approach, BranchSpace
from models.detector.heads.heads import DistanceHead, HeadKind


@dataclass(frozen=True, slots=True)
class DistanceWay:
    """Distance to the positives' embeddings; a `models.detector.approaches.approach.Way`.

    A codebook that is found in the positives alone was tried as well, and tells next to nothing:
    it has no idea what else there is.
    """

    title: str = "branch, distance"
    approach: Approach = "branch"
    head: HeadKind = "distance"
    steps: int = 1

    def learn(self, lesson: Lesson) -> Learned:
        """Remember the positives; whatever else is there is left alone."""
        learn = lesson.learn
        return Learned(BranchSpace(), DistanceHead(learn.embeddings[learn.labels]))
