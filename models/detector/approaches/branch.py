"""The product's own embedding: what a detector of its own must beat to be worth training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.detector.approaches.approach import Learned, Lesson, Material
from models.detector.features.space import Approach, BranchSpace
from models.detector.heads.dense import balanced
from models.detector.heads.heads import Head, HeadKind, NearestHead
from models.detector.heads.logistic import fit_logistic

_PENALTIES: Final = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)


@dataclass(frozen=True, slots=True)
class NearestWay:
    """The nearest example decides, as in `support/`; a `models.detector.approaches.approach.Way`."""

    title: str = "branch, nearest"
    approach: Approach = "branch"
    head: HeadKind = "nearest"
    steps: int = 1

    def learn(self, lesson: Lesson) -> Learned:
        """Remember the examples."""
        rows, labels = lesson.learn.embeddings, lesson.learn.labels
        return Learned(BranchSpace(), NearestHead(rows[labels], rows[~labels]))


@dataclass(frozen=True, slots=True)
class LogisticWay:
    """A logistic regression on embeddings; a `models.detector.approaches.approach.Way`."""

    title: str = "branch, logistic"
    approach: Approach = "branch"
    head: HeadKind = "dense"
    steps: int = 1

    def learn(self, lesson: Lesson) -> Learned:
        """The weights under the penalty that fits best what is held."""
        rows, labels = lesson.learn.embeddings, lesson.learn.labels
        held = lesson.held
        if held is None:
            chosen = lesson.variant or _named(_PENALTIES[0])
            penalty = next(one for one in _PENALTIES if _named(one) == chosen)
            return Learned(BranchSpace(), fit_logistic(rows, labels, penalty), variant=chosen)
        heads = {penalty: fit_logistic(rows, labels, penalty) for penalty in _PENALTIES}
        best = min(heads, key=lambda penalty: _misfit(heads[penalty], held))
        return Learned(BranchSpace(), heads[best], variant=_named(best))


def _named(penalty: float) -> str:
    return f"penalty {penalty:g}"


def _misfit(head: Head, held: Material) -> float:
    """Class-balanced cross entropy."""
    logits = head.scores(held.embeddings)
    loss = np.logaddexp(0.0, logits) - held.labels * logits
    return float((balanced(held.labels) * loss).mean())
