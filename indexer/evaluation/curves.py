"""Precision and recall, and bands around curves: what other samples could have shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.measures import Scores, wilson

Values = NDArray[np.float64]

_SAMPLES: Final = 400
_STEPS: Final = 101
"""Places at which a band is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Where a curve may lie, point by point, in 95 of 100 samples.

    Attributes:
        x: float64 of shape (k,), rising in [0, 1].
        low, high: float64 of shape (k,), in [0, 1].
    """

    x: Values
    low: Values
    high: Values


def precision_recall(known: Scores, strangers: Scores) -> tuple[Values, Values]:
    """The precision-recall curve, as the threshold falls from score to score.

    Args:
        known: see `indexer.evaluation.measures.auroc`; at least one.
        strangers: see `indexer.evaluation.measures.auroc`.

    Returns:
        Recall, rising to 1, and precision: two arrays of shape (n_distinct_scores,).
    """
    inside, outside = np.sort(np.asarray(known)), np.sort(np.asarray(strangers))
    thresholds = np.unique(np.concatenate([inside, outside]))[::-1]
    right = len(inside) - np.searchsorted(inside, thresholds, "left")
    wrong = len(outside) - np.searchsorted(outside, thresholds, "left")
    return right / len(inside), right / (right + wrong)


def average_precision(known: Scores, strangers: Scores) -> float | None:
    """The mean precision over the recall that each threshold adds (Boyd et al., 2013).

    No straight lines between the points: on this curve they promise too much (Davis and Goadrich,
    2006).

    Returns:
        In [0, 1]; None without any of either, where it says nothing.
    """
    if not len(known) or not len(strangers):
        return None
    recall, precision = precision_recall(known, strangers)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def average_precision_interval(value: float, n_known: int) -> tuple[float, float]:
    """A 95 % interval of an average precision, within [0, 1].

    The binomial interval of Boyd et al. (2013), as a share of so many known, in the form of
    Wilson, which holds at 1 too.

    Args:
        value: in [0, 1].
        n_known: at least 1.
    """
    return wilson(value, n_known)


def roc_band(known: Scores, strangers: Scores, *, seed: int = 0) -> Band:
    """A band around the ROC curve, by the share of strangers let in.

    Pointwise: the percentiles of curves of samples that are drawn anew from both kinds (the
    stratified bootstrap; Fawcett, 2006, averages curves so), and never narrower than the interval
    of Wilson at that point: samples of scores that part perfectly all part perfectly.

    Args:
        known: see `indexer.evaluation.measures.roc`.
        strangers: see `indexer.evaluation.measures.roc`.
        seed: of the draws: the same band each time.
    """
    grid = np.linspace(0.0, 1.0, _STEPS)

    def curve(inside: Values, outside: Values) -> Values:
        allowed = np.floor(grid * len(outside) + 1e-9).astype(int)
        # Whoever scores above the first stranger who must stay out is let in.
        first_out = np.append(outside[::-1], -np.inf)[allowed]
        found: Values = 1 - np.searchsorted(inside, first_out, "right") / len(inside)
        return found

    own = curve(*_sorted(known, strangers))
    sizes = np.full(_STEPS, len(known))
    return _band(grid, own, sizes, [curve(*one) for one in _samples(known, strangers, seed)])


def precision_band(known: Scores, strangers: Scores, *, seed: int = 0) -> Band:
    """A band around the precision-recall curve, by recall; made as `roc_band` is.

    Args:
        known: see `precision_recall`; at least one.
        strangers: see `precision_recall`; at least one.
        seed: of the draws.
    """
    grid = np.linspace(0.0, 1.0, _STEPS)[1:]
    wanted = np.ceil(grid * len(known) - 1e-9).astype(int)

    def counts(inside: Values, outside: Values) -> tuple[Values, Values]:
        least = inside[::-1][wanted - 1]
        right = len(inside) - np.searchsorted(inside, least, "left")
        accepted = right + len(outside) - np.searchsorted(outside, least, "left")
        return right / accepted, accepted

    own, sizes = counts(*_sorted(known, strangers))
    return _band(grid, own, sizes, [counts(*one)[0] for one in _samples(known, strangers, seed)])


def _sorted(known: Scores, strangers: Scores) -> tuple[Values, Values]:
    return np.sort(np.asarray(known)), np.sort(np.asarray(strangers))


def _samples(known: Scores, strangers: Scores, seed: int) -> Iterator[tuple[Values, Values]]:
    """Samples of the same sizes, drawn with replacement, each sorted."""
    rng = np.random.default_rng(seed)
    inside, outside = np.asarray(known), np.asarray(strangers)
    for _ in range(_SAMPLES):
        yield (
            np.sort(inside[rng.integers(0, len(inside), len(inside))]),
            np.sort(outside[rng.integers(0, len(outside), len(outside))]),
        )


def _band(x: Values, own: Values, sizes: Values, samples: list[Values]) -> Band:
    low, high = np.quantile(np.array(samples), (0.025, 0.975), axis=0)
    least, most = np.array([wilson(*one) for one in zip(own, sizes, strict=True)]).T
    return Band(x, np.minimum(low, least), np.maximum(high, most))
