"""One domain, judged by what was fitted on the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.background import Background, Query
from indexer.calibration import NEAREST_CLASSES, Calibration
from indexer.cohort import Cohort
from indexer.fitting import fit_calibration, fit_logistic

from .signals import SIGNALS, tell

if TYPE_CHECKING:
    from .domains import Domain

STRANGERS = 1 / 3
FITS = ("distance", "distance and gap", "as shipped")


@dataclass(frozen=True, slots=True)
class Setting:
    """A support set.

    Attributes:
        name: for the tables.
        n_classes: shown, or as many as the domain has but one.
        shots: fewest and most examples of a class.
        two_manners: each class is of two that have nothing in common.
    """

    name: str
    n_classes: int
    shots: tuple[int, int]
    two_manners: bool = False


SETTINGS = (
    Setting("1 class, 1 example", 1, (1, 1)),
    Setting("1 class, 5 examples", 1, (5, 5)),
    Setting("9 classes, 1 example", 9, (1, 1)),
    Setting("9 classes, 5 examples", 9, (5, 5)),
    Setting("9 classes, 1 to 5 examples", 9, (1, 5)),
    Setting("9 classes of two manners, 6 examples", 9, (6, 6), two_manners=True),
    Setting("100 classes, 1 example", 100, (1, 1)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What was asked of one domain in one setting, and what was answered.

    Attributes:
        n_classes: shown in fact.
        classes: the background class of each query; queries of one are no independent cases.
        known: whether each is of a shown class.
        signals: values by signal, and ``odds`` as shipped.
        right: by way of choosing the nearest class.
        scores: probability of being right, by fit.
        accepted: whether a limit for one stranger in twenty lets it in.
    """

    n_classes: int
    classes: NDArray[np.int64]
    known: NDArray[np.bool_]
    signals: dict[str, NDArray[np.float64]]
    right: dict[str, NDArray[np.bool_]]
    scores: dict[str, NDArray[np.float64]]
    accepted: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What is fitted on other domains.

    Attributes:
        calibration: as shipped.
        plain: intercept and slopes of simpler logistic fits, by name.
    """

    calibration: Calibration
    plain: dict[str, NDArray[np.float64]]


def fit(domains: Sequence[Domain], cohort: Cohort, seed: int) -> Fitted:
    """Fit on these domains, with the branch's cohort."""
    classes = [rows for one in domains for rows in one.classes]
    groups = [one.name for one in domains for _ in one.classes]
    background = Background(classes, groups, np.random.default_rng(seed), cohort=cohort)
    calibration = fit_calibration([background], cohort=cohort)
    queries = [
        Query.of(background.episode(crowd, STRANGERS), calibration.sharpness, background.centres)
        for crowd in calibration.crowds
        for _ in range(500)
    ]
    right = np.array([query.own == int(query.distances.argmin()) for query in queries])
    plain = {
        name: np.array(fit_logistic(np.array([_plain(q)[:n] for q in queries]), right))
        for n, name in ((1, "distance"), (3, "distance and gap"))
    }
    return Fitted(calibration, plain)


def ask(domain: Domain, setting: Setting, fitted: Fitted, number: int, seed: int) -> Asked | None:
    """Ask ``number`` queries; None where the domain has too few classes."""
    if setting.two_manners:
        domain = domain.of_two_manners()
    n_classes = min(setting.n_classes, len(domain.classes) - 1)
    if n_classes < max(1, min(setting.n_classes, 2)) or 2 * n_classes < setting.n_classes:
        return None
    background = Background(
        domain.classes, [domain.name] * len(domain.classes), np.random.default_rng(seed)
    )
    calibration = fitted.calibration
    centres = calibration.cohort.rows()
    limit = calibration.limit(0.05, n_classes)
    episodes = [background.episode(n_classes, STRANGERS, setting.shots) for _ in range(number)]
    told = [tell(one, calibration.sharpness, centres) for one in episodes]
    queries = [Query.of(one, calibration.sharpness, centres) for one in episodes]
    judged = [_judged(query, calibration) for query in queries]
    scores = {"as shipped": np.array([score for _, score in judged])}
    for name, weights in fitted.plain.items():
        odds = [weights[0] + np.dot(weights[1:], _plain(q)[: len(weights) - 1]) for q in queries]
        scores[name] = 1 / (1 + np.exp(-np.array(odds)))
    signals = {name: np.array([one.values[name] for one in told]) for name in SIGNALS}
    signals["odds as shipped"] = np.array([odds for odds, _ in judged])
    return Asked(
        n_classes=n_classes,
        classes=np.array([one.asked for one in episodes]),
        known=np.array([one.own is not None for one in episodes]),
        signals=signals,
        right={name: np.array([one.right[name] for one in told]) for name in told[0].right},
        scores=scores,
        accepted=signals["odds as shipped"] >= limit,
    )


def _judged(query: Query, calibration: Calibration) -> tuple[float, float]:
    """Log-odds of being known, and score, as a verdict has them."""
    near = np.sort(query.distances)[:NEAREST_CLASSES].tolist()
    odds = calibration.odds(near, query.cohort_distance)
    return odds, calibration.score(near, odds)


def _plain(query: Query) -> tuple[float, float, float]:
    """Distance, gap to the runner-up, and 1 where there is none."""
    order = np.sort(query.distances)
    alone = len(order) == 1
    return float(order[0]), 0.0 if alone else float(order[1] - order[0]), float(alone)
