"""From distances to probabilities, and to what is taken for a stranger.

Fitted by `indexer.fitting` on classes that the branch has never seen, stored in its manifest.
Two questions are asked one after the other, as in open-set identification (ISO/IEC 19795-1): is
the scan of one of the classes at all, and if so, of the nearest? ``docs/rejection.md`` has the
evidence.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from config.errors import WeightsError
from indexer.cohort import NOBODY, Cohort

NEAREST_CLASSES: Final = 5
"""Classes that an image is compared with in the end: the nearest ones."""
_MOST_ODDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of this branch's distances.

    Attributes:
        sharpness: of `indexer.kernel.class_distances`.
        known: log-odds that a scan is of one of the classes: a number that stands alone, and what
            the distance to the nearest class is multiplied with; where there are several
            classes, another number that stands alone; and what that is multiplied with by which
            the cohort is nearer than the nearest class.
        choice: how fast a class farther off gets less likely; the inverse temperature of a
            softmax over distances, above 0.
        shares: shares of strangers, ascending, in (0, 1).
        crowds: numbers of classes, ascending, at least 1.
        limits: by crowd: that share of strangers has at least these log-odds; descending.
        kin: distances of two images of one class, at equal steps of their share, ascending.
        cohort: kinds of pages that a stranger may be of.
    """

    sharpness: float
    known: tuple[float, float, float, float]
    choice: float
    shares: tuple[float, ...]
    crowds: tuple[int, ...]
    limits: tuple[tuple[float, ...], ...]
    kin: tuple[float, ...]
    cohort: Cohort = NOBODY

    @classmethod
    def of(cls, stored: Mapping[str, Any], dim: int) -> Calibration:
        """The calibration that stands in a manifest.

        Args:
            stored: as `stored` gave it.
            dim: length of the branch's embeddings.

        Raises:
            WeightsError: there is none, it is incomplete, or of another branch.
        """
        try:
            found = cls(
                sharpness=float(stored["sharpness"]),
                known=_four(stored["known"]),
                choice=float(stored["choice"]),
                shares=_numbers(stored["shares"]),
                crowds=tuple(map(int, stored["crowds"])),
                limits=tuple(map(_numbers, stored["limits"])),
                kin=_numbers(stored["kin"]),
                cohort=Cohort.read(stored["cohort"]),
            )
            found._check(dim)
        except KeyError as error:
            raise WeightsError(
                f"the weights' manifest holds no usable calibration: {error.args[0]} is missing",
                "Train again, or install Pigeonhole again",
            ) from None
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise WeightsError(
                f"the weights' manifest holds no usable calibration: {error}",
                "Train again, or install Pigeonhole again",
            ) from None
        return found

    def stored(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        return {**asdict(self), "cohort": self.cohort.stored()}

    def odds(self, distances: Sequence[float], cohort_distance: float) -> float:
        """Log-odds that a scan is of one of the classes, and no stranger.

        Args:
            distances: to the nearest classes, nearest first, at least one; see `indexer.kernel`.
            cohort_distance: see `indexer.cohort.cohort_distances`.
        """
        start, slope, several, behind = self.known
        odds = start + slope * distances[0] + behind * max(0.0, distances[0] - cohort_distance)
        return odds + several if len(distances) > 1 else odds

    def score(self, distances: Sequence[float], odds: float) -> float:
        """Probability, in [0, 1], that the nearest class is the right one.

        Args:
            distances: to the nearest classes, nearest first, at least one.
            odds: see `odds`.
        """
        known = 1 / (1 + np.exp(-np.clip(odds, -_MOST_ODDS, _MOST_ODDS)))
        return float(known / self._rivals(distances))

    def odds_of(self, score: float, distances: Sequence[float]) -> float:
        """The odds that a score was made of.

        Args:
            score: see `score`.
            distances: that it was made of, too.
        """
        known = score * self._rivals(distances)
        if known >= 1:
            return _MOST_ODDS
        return float(np.log(known / (1 - known))) if known > 0 else -_MOST_ODDS

    def limit(self, reject: float, n_classes: int) -> float:
        """The log-odds from which a scan is accepted.

        Args:
            reject: the share of strangers that the user accepts letting in (the false positive
                identification rate of ISO/IEC 19795-1).
            n_classes: number of classes, at least 1.
        """
        # Between measured shares the logarithm is interpolated: the tail is what matters.
        each = [np.interp(np.log(reject), np.log(self.shares), row) for row in self.limits]
        return float(np.interp(np.log(n_classes), np.log(self.crowds), each))

    def confusion(self, own: float | None, others: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probability, in [0, 1], that an image is taken for another class than its own.

        Args:
            own: its distance to its own class; None where that is not known, so that what is
                usual of classes is put in its place.
            others: of any shape, its distances to other classes, each asked about alone.
        """
        mine = np.array(self.kin if own is None else (own,))
        nearer = np.clip(self.choice * (others[..., None] - mine), -30, 30)
        return np.asarray((1 / (1 + np.exp(nearer))).mean(axis=-1))

    def _rivals(self, distances: Sequence[float]) -> float:
        """How many classes are as near as the nearest, those farther off counting for less."""
        behind = np.subtract(distances, distances[0])
        return float(np.exp(-self.choice * behind).sum())

    def _check(self, dim: int) -> None:
        """Refuse what no fit can have made for embeddings of this length.

        Raises:
            ValueError: a number is not finite or has the wrong sign, or a table the wrong order.
        """
        centres = self.cohort.rows()
        if len(centres) and centres.shape[1] != dim:
            raise ValueError(
                f"its cohort has {centres.shape[1]} numbers a page, the branch makes {dim}"
            )
        numbers = (*self.known, *self.shares, *self.kin, *itertools.chain(*self.limits))
        if not np.isfinite([self.sharpness, self.choice, *numbers]).all():
            raise ValueError("a number is not finite")
        if min(self.sharpness, self.choice) <= 0:
            raise ValueError("sharpness and choice are not above 0")
        if self.known[1] >= 0:
            raise ValueError("the farther the likelier")
        if self.known[3] > 0:
            raise ValueError("the nearer to a stranger the likelier")
        for name in ("shares", "crowds", "kin"):
            values = getattr(self, name)
            if not values or list(values) != sorted(values):
                raise ValueError(f"{name} do not ascend")
        if not 0 < self.shares[0] <= self.shares[-1] < 1 or self.crowds[0] < 1:
            raise ValueError("shares are not between 0 and 1, or crowds below 1")
        if len(self.limits) != len(self.crowds) or not all(map(self._is_row, self.limits)):
            raise ValueError("limits are not one row a crowd, descending with the shares")

    def _is_row(self, row: Sequence[float]) -> bool:
        return len(row) == len(self.shares) and list(row) == sorted(row, reverse=True)


def _numbers(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(map(float, values))


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    start, slope, several, behind = map(float, values)
    return start, slope, several, behind
