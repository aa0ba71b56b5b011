"""From outcomes to figures: errors, confusion, and how well strangers are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.evaluation.measures import (
    Bin,
    Proportion,
    auroc,
    calibration_error,
    kept_at,
    reliability,
)
from indexer.evaluation.outcome import Outcome

STRANGERS_LET_IN = 0.05
"""The share of strangers at which the known that are kept are counted."""


@dataclass(frozen=True, slots=True)
class Separation:
    """How well one quantity tells the known from strangers.

    Attributes:
        auroc: see `indexer.evaluation.measures.auroc`.
        kept: the known that are accepted when 5 % of the strangers are.
    """

    auroc: float
    kept: Proportion


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the ``reject`` setting did.

    Attributes:
        accepted_right: known queries that were given their class.
        accepted_wrong: known queries that were given another class.
        rejected: known queries that were called unknown.
        strangers_accepted: strangers that were given a class.
    """

    accepted_right: Proportion
    accepted_wrong: Proportion
    rejected: Proportion
    strangers_accepted: Proportion


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of an evaluation, all its episodes pooled.

    Attributes:
        errors: known queries whose nearest class is another; rejection plays no part.
        strangers: queries of no class.
        confusion: number of queries by true class and by nearest class, both sorted; ``unknown``
            is a true class alone. Pairs that did not occur are left out.
        by_score: how well the calibrated score tells strangers; None without known or strangers.
        by_distance: the same of the distance to the nearest example.
        reliability: the score against the share of right answers, of known and strangers.
        calibration_error: see `indexer.evaluation.measures.calibration_error`.
        decisions: see `Decisions`.
    """

    errors: Proportion
    strangers: int
    confusion: dict[str, dict[str, int]]
    by_score: Separation | None
    by_distance: Separation | None
    reliability: tuple[Bin, ...]
    calibration_error: float | None
    decisions: Decisions


def errors_of(outcomes: Iterable[Outcome]) -> Proportion:
    """Known queries whose nearest class is not theirs."""
    right = [one.right for one in outcomes if one.known]
    return Proportion(len(right) - sum(right), len(right))


def summarise(outcomes: Sequence[Outcome]) -> Summary:
    """The figures of these outcomes."""
    known = [one for one in outcomes if one.known]
    strangers = [one for one in outcomes if not one.known]
    bins = reliability([one.verdict.score for one in outcomes], [one.right for one in outcomes])
    accepted = [one for one in known if one.accepted]
    return Summary(
        errors=errors_of(outcomes),
        strangers=len(strangers),
        confusion=_confusion(outcomes),
        by_score=_separation(
            [one.verdict.score for one in known], [one.verdict.score for one in strangers]
        ),
        by_distance=_separation(
            [-one.nearest.distance for one in known], [-one.nearest.distance for one in strangers]
        ),
        reliability=bins,
        calibration_error=calibration_error(bins),
        decisions=Decisions(
            accepted_right=Proportion(sum(one.right for one in accepted), len(known)),
            accepted_wrong=Proportion(sum(not one.right for one in accepted), len(known)),
            rejected=Proportion(len(known) - len(accepted), len(known)),
            strangers_accepted=Proportion(sum(one.accepted for one in strangers), len(strangers)),
        ),
    )


def _confusion(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    counts = Counter((one.truth, one.nearest.class_name) for one in outcomes)
    matrix: dict[str, dict[str, int]] = {}
    for (truth, nearest), count in sorted(counts.items()):
        matrix.setdefault(truth, {})[nearest] = count
    return matrix


def _separation(known: Sequence[float], strangers: Sequence[float]) -> Separation | None:
    area, kept = auroc(known, strangers), kept_at(known, strangers, STRANGERS_LET_IN)
    return None if area is None or kept is None else Separation(area, kept)
