"""Fitting the calibration to embeddings of classes that the branch was not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from indexer.calibration import Calibration, log_relative
from indexer.spread import spread_of

_SHARES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 0.9)


def fit_calibration(
    embeddings: Sequence[NDArray[np.float32]],
    groups: Sequence[str],
    *,
    episodes: int = 4000,
    strangers: float = 1 / 3,
    seed: int = 0,
) -> Calibration:
    """Fit on the embeddings of classes that the branch has not been trained on.

    Episodes are drawn as users' support sets are: 2 to 20 classes (1 for ``alone``), half of the
    time from one group, 1 to 5 examples each (3 to 12 for ``settled``); the query is of one of them, or a stranger.

    Args:
        embeddings: one array a class, float32 of shape (n_images, dim), at least 2 images each;
            at least 3 classes, more than 20 for the episodes of 20, and
            one of at least 4 images.
        groups: the group of each class; strangers come from the same group half of the time.
        episodes: number of support sets drawn, for each of the two fits.
        strangers: share of the queries that are of no class.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    draw = _Draw(embeddings, groups, rng)
    alone = [draw.episode(1, strangers) for _ in range(episodes)]
    most = min(20, len(embeddings) - 1)  # and a stranger
    among = [draw.episode(int(rng.integers(2, most + 1)), strangers) for _ in range(episodes)]
    settled = [
        draw.episode(int(rng.integers(2, most + 1)), strangers, shots=(3, 12))
        for _ in range(episodes)
    ]
    single = np.sort([draw.stranger_distance(1) for _ in range(10 * episodes)])
    five = np.sort([draw.stranger_distance(5) for _ in range(4 * episodes)])
    distances = np.quantile(single, _SHARES)
    # Five examples let in this share within the distance at which one lets in a twentieth.
    grown = np.searchsorted(five, np.quantile(single, 0.05)) / len(five)
    chances = np.log1p(-min(grown, 0.9)) / np.log1p(-0.05)
    return Calibration(
        alone=_pair(
            fit_logistic(np.array([[e[0]] for e in alone]), np.array([e[2] for e in alone]))
        ),
        among=_triple(
            fit_logistic(np.array([e[:2] for e in among]), np.array([e[2] for e in among]))
        ),
        settled=_quadruple(
            fit_logistic(
                np.array([(d, gap, log_relative(d, spread)) for d, gap, _, spread in settled]),
                np.array([e[2] for e in settled]),
            )
        ),
        shares=_SHARES,
        distances=tuple(float(d) for d in np.maximum.accumulate(distances)),
        crowding=float(np.clip(np.log(max(chances, 1.0)) / np.log(5), 0.0, 1.0)),
        tolerance=max(
            float(np.quantile([draw.relative_distance(keys) for _ in range(5 * episodes)], 0.975))
            for keys in draw.large
        ),
    )


def fit_logistic(features: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, ...]:
    """Logistic regression by Newton's method, with a ridge that keeps separable data finite.

    Args:
        features: of shape (n, k).
        right: of shape (n,).

    Returns:
        The intercept and k slopes.
    """
    x = np.column_stack([np.ones(len(features)), features])
    ridge = np.diag([0.0] + [1e-3] * features.shape[1])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (right - p) - ridge @ weights
        bend = (x * (p * (1 - p))[:, None]).T @ x + ridge + 1e-9 * np.eye(x.shape[1])
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return tuple(float(w) for w in weights)


class _Draw:
    """Support sets and queries at random."""

    def __init__(
        self,
        embeddings: Sequence[NDArray[np.float32]],
        groups: Sequence[str],
        rng: np.random.Generator,
    ) -> None:
        self._embeddings, self._rng = embeddings, rng
        members: dict[str, list[int]] = {}
        for key, group in enumerate(groups):
            members.setdefault(group, []).append(key)
        self._members = list(members.values())
        large = ([key for key in keys if len(embeddings[key]) > 3] for keys in self._members)
        self.large = [keys for keys in large if keys]
        if not self.large:
            raise DataError(
                "no held-out class has 4 images, to tell how much a class varies",
                "Hold out a class with more images",
            )

    def classes(self, number: int) -> list[int]:
        """Keys of ``number`` classes, half of the time of one group, each group as often."""
        pool: Sequence[int] = range(len(self._embeddings))
        if self._rng.random() < 0.5:
            members = self._members[self._rng.integers(len(self._members))]
            if len(members) >= number:
                pool = members
        return [int(key) for key in self._rng.choice(pool, number, replace=False)]

    def episode(
        self, ways: int, strangers: float, shots: tuple[int, int] = (1, 5)
    ) -> tuple[float, float, bool, float]:
        """Distance to the nearest, gap to the runner-up, is it right, and its class's spread.

        The spread is 0 where fewer than two examples were shown.
        """
        *shown, stranger = self.classes(ways + 1)
        known = self._rng.random() >= strangers
        asked = shown[0] if known else stranger
        number = int(self._rng.integers(shots[0], shots[1] + 1))
        images = self._rng.permutation(len(self._embeddings[asked]))
        query = self._embeddings[asked][images[0]]
        nearest, supports = [], []
        for key in shown:
            rows = images[1 : 1 + number] if key == asked else self._some(key, number)
            supports.append(self._embeddings[key][rows])
            nearest.append(float(1 - (supports[-1] @ query).max()))
        order = np.argsort(nearest)
        gap = nearest[order[1]] - nearest[order[0]] if ways > 1 else 0.0
        closest = supports[order[0]]
        spread = spread_of(closest) if len(closest) > 1 else 0.0
        return nearest[order[0]], gap, bool(known and order[0] == 0), spread

    def stranger_distance(self, shots: int) -> float:
        """Distance of a stranger to the nearest of ``shots`` examples of one class."""
        shown, stranger = self.classes(2)
        query = self._embeddings[stranger][self._some(stranger, 1)[0]]
        return float(1 - (self._embeddings[shown][self._some(shown, shots)] @ query).max())

    def relative_distance(self, keys: Sequence[int]) -> float:
        """Distance of an image to 3 to 12 examples of its class, over their spread.

        Args:
            keys: classes to choose from, of at least four images each.
        """
        key = keys[int(self._rng.integers(len(keys)))]
        query, *rows = self._some(key, int(self._rng.integers(4, 14)))
        shown = self._embeddings[key][rows]
        distance = 1 - (shown @ self._embeddings[key][query]).max()
        return float(distance / max(spread_of(shown), 1e-6))

    def _some(self, key: int, number: int) -> NDArray[np.int64]:
        held = len(self._embeddings[key])
        return self._rng.choice(held, min(number, held), replace=False)


def _pair(values: tuple[float, ...]) -> tuple[float, float]:
    return values[0], values[1]


def _quadruple(values: tuple[float, ...]) -> tuple[float, float, float, float]:
    return values[0], values[1], values[2], values[3]


def _triple(values: tuple[float, ...]) -> tuple[float, float, float]:
    return values[0], values[1], values[2]
