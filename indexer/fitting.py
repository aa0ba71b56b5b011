"""Fitting the calibration to embeddings of classes that the branch was not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.background import Background, Query
from indexer.calibration import NEAREST_CLASSES, Calibration
from indexer.cohort import NOBODY, Cohort

_SHARES = (3e-3, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
_CROWDS = (1, 2, 4, 8, 16, 40, 100, 300)
_SHARPEST = 200.0  # distances 0.01 apart are then as certain as can be told
_KIN = np.arange(0.05, 1.0, 0.1)


def fit_calibration(
    backgrounds: Sequence[Background],
    *,
    cohort: Cohort = NOBODY,
    episodes: int = 1200,
    strangers: float = 1 / 3,
) -> Calibration:
    """Fit on the embeddings of classes that no branch was trained on.

    Args:
        backgrounds: at least one. Of several, each is of a branch that left out some classes, as
            in cross-validation (Platt, 2000), and all count alike; the calibration is then for a
            branch that left out none.
        cohort: kinds that the branch was trained on which the calibration is for.
        episodes: number of support sets drawn of each size, with one query each; see
            `indexer.background`.
        strangers: share of the queries that are of no class.
    """
    share = -(-episodes // len(backgrounds))
    pairs = [background.pairs(10 * share) for background in backgrounds]
    distances = np.concatenate([one.distances for one in pairs])
    same = np.concatenate([one.same for one in pairs])
    _, slope = fit_logistic(distances[:, None], same)
    # The kernel is as sharp as distances of single images are telling.
    sharpness = float(np.clip(-slope, 1.0, _SHARPEST))
    crowds = [crowd for crowd in _CROWDS if crowd < min(map(len, backgrounds))]
    queries = [
        Query.of(background.episode(crowd, strangers), sharpness, background.centres)
        for crowd in crowds
        for background in backgrounds
        for _ in range(share)
    ]
    features = np.array([_features(query) for query in queries])
    known = np.array([query.own is not None for query in queries])
    start, slope, several, behind = fit_logistic(features, known)
    # However few the data, farther is never likelier, nor nearer to a stranger.
    slopes = (min(slope, -1e-3), several, min(behind, 0.0))
    odds = np.where(known, np.nan, start + features @ np.array(slopes))
    tail = [np.nanquantile(one, 1 - np.array(_SHARES)) for one in np.split(odds, len(crowds))]
    # The more classes, the more there is to lie near to; that one row asks for less is chance.
    limits = np.stack([_ascending(of_share) for of_share in np.transpose(tail)], axis=1)
    return Calibration(
        sharpness=sharpness,
        known=(start, *slopes),
        choice=_choice([query for query in queries if query.own is not None]),
        shares=_SHARES,
        crowds=tuple(crowds),
        limits=tuple(map(_floats, limits)),
        kin=_floats(np.quantile(distances[same], _KIN)),
        cohort=cohort,
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


def _features(query: Query) -> tuple[float, float, float]:
    """What `Calibration.odds` weighs."""
    distance = float(query.distances.min())
    return distance, float(len(query.distances) > 1), max(0.0, distance - query.cohort_distance)


def _choice(known: Sequence[Query]) -> float:
    """The inverse temperature under which the queries' own classes are likeliest.

    At the maximum of the likelihood of a softmax, the distance to the own class is on average
    what the softmax expects; it expects the less the sharper it is. It sees the nearest classes
    alone, as `Calibration.score` does.
    """
    low, high = 1e-3, _SHARPEST
    nearest = [np.sort(query.distances)[:NEAREST_CLASSES] for query in known]
    own = sum(float(query.distances[query.own]) for query in known if query.own is not None)
    for _ in range(40):
        middle = np.sqrt(low * high)
        expected = 0.0
        for distances in nearest:
            weights = np.exp(-middle * (distances - distances[0]))
            expected += float(distances @ weights / weights.sum())
        low, high = (low, middle) if own > expected else (middle, high)
    return float(low)


def _ascending(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest sequence that never descends (pool adjacent violators: Ayer et al., 1955)."""
    pools: list[tuple[float, int]] = []
    for value in values.tolist():
        mean, size = value, 1
        while pools and pools[-1][0] > mean:
            before, count = pools.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        pools.append((mean, size))
    return np.repeat([mean for mean, _ in pools], [size for _, size in pools])


def _floats(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
