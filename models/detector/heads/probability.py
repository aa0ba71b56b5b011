"""From a head's number to a probability, and the probability from which it is the class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]

_STEPS = 100
_ENOUGH = 1e-9
_SAME = 1e-9  # differences beside which a score's own size is all there is


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Platt's sigmoid: ``1 / (1 + exp(-(slope * score + offset)))``.

    Attributes:
        slope: at least 0: a higher score never means a lower probability.
        offset: any finite number.
    """

    slope: float
    offset: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.offset)) or self.slope < 0:
            raise ValueError(f"{self.slope} and {self.offset} are no rising sigmoid")

    def __call__(self, scores: Scores) -> Scores:
        """Probabilities in [0, 1], of the shape of ``scores``."""
        return 0.5 * (1.0 + np.tanh(0.5 * (self.slope * scores + self.offset)))


def fit_sigmoid(scores: Scores, labels: Labels) -> Sigmoid:
    """The sigmoid that best tells how often a score is right.

    Platt (1999) with the Newton steps of Lin, Lin and Weng (2007): the truth is taken for a
    little less than sure, so that even scores that part perfectly get a finite slope.

    Args:
        scores: of shape (n,), finite, of pictures that the head was not trained on.
        labels: bool of shape (n,), whether each is the class; some of both.

    Raises:
        ValueError: there are none of one kind.
    """
    n_positive = int(np.count_nonzero(labels))
    n_other = len(labels) - n_positive
    if not n_positive or not n_other:
        raise ValueError("a probability needs pictures of the class and others")
    # Steps are taken on a standard scale, whatever scale the head has.
    middle, spread = float(scores.mean()), float(scores.std())
    if spread <= _SAME * float(np.abs(scores).max()):  # the same for all, but for rounding
        return Sigmoid(0.0, math.log((n_positive + 1) / (n_other + 1)))
    inputs = np.stack([(scores - middle) / spread, np.ones(len(scores))], axis=1)
    targets = np.where(labels, (n_positive + 1) / (n_positive + 2), 1 / (n_other + 2))
    found = np.array([0.0, math.log((n_positive + 1) / (n_other + 1))])
    loss = _loss(inputs @ found, targets)
    for _ in range(_STEPS):
        chances = 0.5 * (1 + np.tanh(0.5 * (inputs @ found)))
        gradient = inputs.T @ (chances - targets)
        curvature = (inputs * (chances * (1 - chances))[:, np.newaxis]).T @ inputs
        step = np.linalg.solve(curvature + 1e-12 * np.eye(2), gradient)
        size = 1.0
        while size > _ENOUGH and _loss(inputs @ (found - size * step), targets) > loss:
            size /= 2
        found = found - size * step
        before, loss = loss, _loss(inputs @ found, targets)
        if before - loss < _ENOUGH:
            break
    if found[0] <= 0:  # scores that say nothing, or the contrary: how many there are, and no more
        return Sigmoid(0.0, math.log((n_positive + 1) / (n_other + 1)))
    slope = float(found[0]) / spread
    return Sigmoid(slope, float(found[1]) - slope * middle)


def _loss(logits: Scores, targets: Scores) -> float:
    """Cross entropy."""
    return float((np.logaddexp(0.0, logits) - targets * logits).sum())


def threshold_of(probabilities: Scores, labels: Labels, let_in: float) -> float:
    """The probability from which a picture is taken for the class.

    More likely than not, and so high that at most ``let_in`` of the others pass.

    Args:
        probabilities: of shape (n,), of pictures that were not trained on.
        labels: bool of shape (n,), whether each is the class.
        let_in: share of the others, in [0, 1].

    Returns:
        In [0.5, 1]; the number after 1 where others that may not pass are as sure as can be.
    """
    others = np.sort(probabilities[~labels])[::-1]
    pass_by = math.floor(let_in * len(others) + 1e-9)  # 0.15 * 20 is less than 3 in floats
    if pass_by >= len(others):
        return 0.5
    return max(0.5, float(np.nextafter(others[pass_by], 2.0)))


def conformal_threshold(probabilities: Scores, miss: float) -> float:
    """The probability that all but ``miss`` of the class reach, with no other seen.

    Split conformal prediction (Vovk et al., 2005; Angelopoulos and Bates, 2023): of pictures of
    the class that come from where these come from, at most ``miss`` fall below, on average over
    calibration sets. Few pictures cannot promise much: below ``1 / miss - 1`` all are let through.

    Args:
        probabilities: of shape (n,), of pictures of the class that were not trained on.
        miss: share of the class that may be missed, in (0, 1).
    """
    rank = math.floor(miss * (len(probabilities) + 1))
    if rank < 1:
        return float(probabilities.min())
    return float(np.sort(probabilities)[rank - 1])
