"""The field's measures over scores and counts, each with its source. Nothing here knows a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMAL_95 = 1.959963984540054
"""97.5 % quantile of the normal distribution: two-sided 95 %."""
BINS = 15
"""Bins of the calibration error, as in Guo et al. (2017)."""
_DRAWS = 400

Scores = Sequence[float] | NDArray[np.float64]


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95 % interval of Wilson (1927), within [0, 1]; right at 0 errors and few trials too.

    Args:
        share: what was found, in [0, 1].
        n: of how many; at least 1.
    """
    z2 = NORMAL_95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Exactly 0 and 1 at the ends, where rounding would leave a trace.
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return low, high


@dataclass(frozen=True, slots=True)
class Proportion:
    """So many of so many.

    Attributes:
        count: at least 0.
        total: at least ``count``; may be 0, and then nothing is known.
    """

    count: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is no proportion")

    @property
    def share(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval, see `wilson`; of nothing, all there is."""
        if not self.total:
            return 0.0, 1.0
        return wilson(self.count / self.total, self.total)


@dataclass(frozen=True, slots=True)
class Bin:
    """Queries whose scores lie in (low, high]; in the first bin 0 too.

    Attributes:
        low, high: its borders.
        right: how many of its queries are right.
        mean_score: of its queries; 0 where there are none.
    """

    low: float
    high: float
    right: Proportion
    mean_score: float


def auroc(known: Scores, strangers: Scores) -> float | None:
    """Area under the ROC curve: the chance that a known one scores above a stranger.

    Computed as the Mann-Whitney statistic, in which a tie counts half (Hanley and McNeil, 1982).

    Args:
        known: scores, of shape (n,); higher means more surely known.
        strangers: scores, of shape (m,).

    Returns:
        In [0, 1]; None without any of either.
    """
    if not len(known) or not len(strangers):
        return None
    ordered, asked = np.sort(np.asarray(strangers)), np.asarray(known)
    below = np.searchsorted(ordered, asked, "left")
    not_above = np.searchsorted(ordered, asked, "right")
    return float((below + not_above).sum() / (2 * len(ordered) * len(asked)))


def kept_at(known: Scores, strangers: Scores, share: float) -> Proportion | None:
    """How many of the known are accepted when at most ``share`` of the strangers are.

    The true positive rate at a false positive rate, on the ROC curve (Fawcett, 2006): whatever
    scores above the first stranger who must stay out is accepted; ties stay out with him.

    Args:
        known: see `auroc`.
        strangers: see `auroc`.
        share: of the strangers, in [0, 1].

    Returns:
        None without any of either.
    """
    if not len(known) or not len(strangers):
        return None
    let_in = math.floor(share * len(strangers) + 1e-9)  # 0.15 * 20 is less than 3 in floats
    if let_in >= len(strangers):
        return Proportion(len(known), len(known))
    first_out = np.sort(np.asarray(strangers))[::-1][let_in]
    return Proportion(int(np.count_nonzero(np.asarray(known) > first_out)), len(known))


def roc(known: Scores, strangers: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ROC curve: shares of the strangers and of the known accepted, as the threshold falls.

    Args:
        known: see `auroc`; at least one.
        strangers: see `auroc`; at least one.

    Returns:
        Two arrays of shape (n_distinct_scores + 1,), both from 0 to 1.
    """
    inside, outside = np.sort(np.asarray(known)), np.sort(np.asarray(strangers))
    thresholds = np.unique(np.concatenate([inside, outside]))[::-1]
    accepted = [
        np.concatenate([[0.0], 1 - np.searchsorted(scores, thresholds, "left") / len(scores)])
        for scores in (outside, inside)
    ]
    return accepted[0], accepted[1]


def reliability(scores: Scores, right: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """How often each level of score is right, in bins of equal width (Guo et al., 2017).

    Args:
        scores: probabilities in [0, 1], of shape (n,).
        right: whether each came true.
        bins: how many.
    """
    held, true = np.asarray(scores, np.float64), np.asarray(right, bool)
    place = np.clip(np.ceil(held * bins).astype(int) - 1, 0, bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        total = int(inside.sum())
        found.append(
            Bin(
                low=number / bins,
                high=(number + 1) / bins,
                right=Proportion(int(true[inside].sum()), total),
                mean_score=float(held[inside].mean()) if total else 0.0,
            )
        )
    return tuple(found)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error (Naeini et al., 2015; Guo et al., 2017).

    The mean, over queries, of how far a bin's share of right answers lies from its mean score.

    Args:
        bins: see `reliability`.

    Returns:
        In [0, 1]; None where all bins are empty.
    """
    total = sum(one.right.total for one in bins)
    if not total:
        return None
    return sum(abs(one.right.count - one.mean_score * one.right.total) for one in bins) / total


def calibration_by_chance(scores: Scores, bins: int = BINS) -> float:
    """The calibration error that perfect probabilities stay below in 95 of 100 such samples.

    Few cases in many bins miss by chance alone. Labels are drawn as the scores say, and measured:
    the consistency resampling of Bröcker and Smith (2007), with the same draws each time.

    Args:
        scores: probabilities in [0, 1], of shape (n,); at least one.
        bins: see `reliability`.
    """
    held = np.asarray(scores, np.float64)
    place = np.clip(np.ceil(held * bins).astype(int) - 1, 0, bins - 1)
    drawn = np.random.default_rng(0).random((_DRAWS, len(held))) < held
    sums = (drawn - held) @ np.eye(bins)[place]
    return float(np.quantile(np.abs(sums).sum(axis=1) / len(held), 0.95))
