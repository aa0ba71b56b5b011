"""From distances to probabilities, and to the distance beyond which a scan is a stranger.

Fitted by `indexer.fitting` on classes that the branch has never seen, stored in its manifest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from config.errors import WeightsError

HARDLY_ANY = 0.01
"""Share of the accepted strangers at which a class's own spread stops narrowing its limit."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of this branch's distances.

    Attributes:
        alone: intercept and slope of log-odds of being right over distance, for support sets of
            one class.
        among: intercept, slope over distance, slope over the gap to the runner-up.
        settled: the same, and a slope over the logarithm of the distance relative to the nearest
            class's spread; for classes with examples enough to have one.
        shares: shares of strangers, ascending, in (0, 1).
        distances: that share of strangers lies at most this far from one example of a class.
        crowding: how a class's examples add up: m examples let in as many strangers as
            m ** crowding classes of one example; 1 if they were independent, 0 if they were one.
        tolerance: images of a class lie within so many times its spread of its examples, but
            for one in forty; in whichever held-out group that takes most.
    """

    alone: tuple[float, float]
    among: tuple[float, float, float]
    settled: tuple[float, float, float, float]
    shares: tuple[float, ...]
    distances: tuple[float, ...]
    crowding: float
    tolerance: float

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Calibration:
        """The calibration that stands in a manifest.

        Raises:
            WeightsError: there is none, or it is incomplete.
        """
        try:
            alone, slope = stored["alone"]
            among, over_distance, over_gap = stored["among"]
            settled = _four(stored["settled"])
            shares, distances = _growing(stored["shares"], stored["distances"])
            return cls(
                alone=(float(alone), float(slope)),
                among=(float(among), float(over_distance), float(over_gap)),
                settled=settled,
                shares=shares,
                distances=distances,
                crowding=float(stored["crowding"]),
                tolerance=float(stored["tolerance"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise WeightsError(
                f"the weights' manifest holds no usable calibration: {error!r}",
                "Train again, or install Pigeonhole again",
            ) from None

    def stored(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        return asdict(self)

    def score(self, distance: float, gap: float | None, spread: float | None = None) -> float:
        """Probability, in [0, 1], that the nearest class is the right one.

        Args:
            distance: cosine distance to the nearest example.
            gap: how much farther the nearest example of another class is; None without one.
            spread: of the nearest class, see `limit`; None where it has too few examples.
        """
        if gap is None:
            odds = self.alone[0] + self.alone[1] * distance
        elif spread is None:
            odds = self.among[0] + self.among[1] * distance + self.among[2] * gap
        else:
            start, by_distance, by_gap, by_relative = self.settled
            odds = start + by_distance * distance + by_gap * gap
            odds += by_relative * log_relative(distance, spread)
        return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))

    def threshold(self, examples_by_class: Mapping[str, int], reject: float) -> float:
        """The distance within which a scan is accepted.

        A stranger is let in when any class is near enough. With n independent chances of share q
        each, that happens to 1 - (1 - q)^n of strangers (the false positive identification rate
        of ISO/IEC 19795-1); q is chosen so that this is ``reject``.

        Args:
            examples_by_class: number of support images by class, at least one class.
            reject: the share of strangers that the user accepts letting in.
        """
        chances = sum(count**self.crowding for count in examples_by_class.values())
        share = 1 - (1 - reject) ** (1 / max(chances, 1.0))
        # Between measured shares the logarithm is interpolated: the tail is what matters.
        return float(np.interp(np.log(share), np.log(self.shares), self.distances))

    def limit(
        self, spread: float | None, examples_by_class: Mapping[str, int], reject: float
    ) -> float:
        """The distance within which a scan is taken for one of a certain class.

        Where a class has shown how much its examples differ, a scan that differs much more is
        none of it, though it may be nearer than strangers usually are: a cone among cylinders.

        Args:
            spread: median distance of the class's examples to their nearest fellow; None where
                there are too few to tell.
            examples_by_class: see `threshold`.
            reject: see `threshold`.
        """
        widest = self.threshold(examples_by_class, reject)
        if spread is None:
            return widest
        # Examples that are copies of one another say nothing of how much a class varies.
        narrowest = self.threshold(examples_by_class, reject * HARDLY_ANY)
        return min(widest, max(narrowest, self.tolerance * spread))


def log_relative(distance: float, spread: float) -> float:
    """Logarithm of a distance in units of a spread; bounded, so that copies do no harm."""
    return float(np.log(np.clip(distance / max(spread, 1e-4), 0.1, 100.0)))


def _four(values: Sequence[float]) -> tuple[float, float, float, float]:
    start, by_distance, by_gap, by_relative = values
    return float(start), float(by_distance), float(by_gap), float(by_relative)


def _growing(
    shares: Sequence[float], distances: Sequence[float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Both as they came, if distances grow with positive shares.

    Raises:
        ValueError: they do not, or there are none.
    """
    x, y = tuple(map(float, shares)), tuple(map(float, distances))
    if not x or len(x) != len(y) or x[0] <= 0 or list(x) != sorted(x) or list(y) != sorted(y):
        raise ValueError("its distances do not grow with their shares")
    return x, y
