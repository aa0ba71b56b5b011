"""How sure an area under the ROC curve is, and the difference of two on the same cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.measures import NORMAL_95, Scores, auroc

Values = NDArray[np.float64]

_HALVINGS = 60
"""Of an interval of length 1: to the last digit of a float."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve.

    Attributes:
        value: in [0, 1].
        low, high: the 95 % interval around it, within [0, 1].
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one area is larger than another.

    Attributes:
        value: in [-1, 1].
        low, high: the 95 % interval around it, within [-1, 1].
    """

    value: float
    low: float
    high: float


def area(known: Scores, strangers: Scores) -> Area | None:
    """The area under the ROC curve with its interval.

    The variance is that of DeLong et al. (1988), computed as by Sun and Xu (2014); the interval is
    symmetric in the logit of the area (Pepe, 2003), and so stays within [0, 1]. That variance is
    0 where the scores part perfectly, and needs two of each kind. There the interval is that of
    Newcombe (2006, part 2, method 5): the areas from which this one is not further away than 1.96
    of their own standard deviations, as Wilson has it for a share. Ten of ten above three
    of three are an area of 1, from 0.63 on.

    Args:
        known: see `indexer.evaluation.measures.auroc`.
        strangers: see `indexer.evaluation.measures.auroc`.

    Returns:
        None without any of either.
    """
    value = auroc(known, strangers)
    if value is None:
        return None
    variance = float(_covariance([known], [strangers])[0, 0])
    if variance <= 0 or not 0 < value < 1:
        return Area(value, *_newcombe(value, len(known), len(strangers)))
    logit = math.log(value / (1 - value))
    half = NORMAL_95 * math.sqrt(variance) / (value * (1 - value))
    return Area(value, _logistic(logit - half), _logistic(logit + half))


def area_difference(
    known: tuple[Scores, Scores], strangers: tuple[Scores, Scores]
) -> Difference | None:
    """The first area minus the second, both of the same cases in the same order.

    The interval is that of DeLong et al. (1988), cut to [-1, 1]: it knows that what one finds
    hard, the other often does too. Where it has no variance, because both part perfectly or there
    are too few, the two intervals of `area` are added as if they knew nothing of each other (Zou
    and Donner, 2008): too wide rather than a false 0. Equal scores differ by nothing.

    Args:
        known: the first's scores and the second's, both of shape (n,).
        strangers: the same of the others, both of shape (m,).

    Returns:
        None without any of either.

    Raises:
        ValueError: they are not of the same cases.
    """
    if len(known[0]) != len(known[1]) or len(strangers[0]) != len(strangers[1]):
        raise ValueError("two areas are compared on the same cases")
    first, second = area(known[0], strangers[0]), area(known[1], strangers[1])
    if first is None or second is None:
        return None
    if np.array_equal(known[0], known[1]) and np.array_equal(strangers[0], strangers[1]):
        return Difference(0.0, 0.0, 0.0)
    value = first.value - second.value
    held = _covariance(known, strangers)
    variance = float(held[0, 0] + held[1, 1] - 2 * held[0, 1])
    if variance > 1e-12:  # the rest of subtracting equal numbers is no variance
        below = above = NORMAL_95 * math.sqrt(variance)
    else:
        below = math.hypot(first.value - first.low, second.high - second.value)
        above = math.hypot(first.high - first.value, second.value - second.low)
    return Difference(value, max(-1.0, value - below), min(1.0, value + above))


def _covariance(known: Sequence[Scores], strangers: Sequence[Scores]) -> Values:
    """Covariances of the areas of k scores of the same cases: of shape (k, k).

    The structural components of DeLong et al. (1988) by midranks (Sun and Xu, 2014, equations 8
    and 9): in the time of sorting. Zeros where there are not two of each kind.
    """
    n, m = len(known[0]), len(strangers[0])
    if n < 2 or m < 2:
        return np.zeros((len(known), len(known)))
    by_known, by_stranger = [], []
    for inside, outside in zip(known, strangers, strict=True):
        joined = _midranks(np.concatenate([np.asarray(inside), np.asarray(outside)]))
        by_known.append((joined[:n] - _midranks(np.asarray(inside))) / m)
        by_stranger.append(1 - (joined[n:] - _midranks(np.asarray(outside))) / n)
    found: Values = np.atleast_2d(np.cov(by_known)) / n + np.atleast_2d(np.cov(by_stranger)) / m
    return found


def _midranks(values: Values) -> Values:
    """Ranks from 1; equal values share the middle of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle: Values = np.cumsum(counts) - (counts - 1) / 2
    return middle[place]


def _newcombe(value: float, n: int, m: int) -> tuple[float, float]:
    """See `area`; the variance is that of Hanley and McNeil (1982) at the area that is asked of."""

    def near(asked: float) -> bool:
        size = (n + m) / 2
        pairs = (2 * size - 1) - 3 * (size - 1) / ((2 - asked) * (1 + asked))
        return (value - asked) ** 2 <= NORMAL_95**2 * asked * (1 - asked) * pairs / (n * m)

    def end(far: float) -> float:
        if value == far:
            return far
        inside, outside = value, far
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if near(middle) else (inside, middle)
        return inside

    return end(0.0), end(1.0)


def _logistic(value: float) -> float:
    return 0.5 * (1 + math.tanh(0.5 * value))
