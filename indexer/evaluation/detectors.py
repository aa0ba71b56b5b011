"""From a comparison of detectors to figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.areas import Area, Difference, area, area_difference
from indexer.evaluation.curves import average_precision, average_precision_interval
from indexer.evaluation.measures import (
    Bin,
    Proportion,
    calibration_by_chance,
    calibration_error,
    reliability,
)
from models.detector.judging.trial import ORIGINAL, Comparison, Earlier, Trial

Values = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ground:
    """The same pictures on another ground.

    Attributes:
        area: there.
        loss: the area on the pictures as they are, minus this one.
    """

    area: Area
    loss: Difference


@dataclass(frozen=True, slots=True)
class TrialSummary:
    """The figures of a trial.

    Attributes:
        area: of its probabilities: those of different rounds stand on one scale, scores do not.
        precision: the average precision with its interval.
        kept: pictures of the class that reach the threshold.
        let_in: others that do.
        reliability: probability against the share that is of the class.
        calibration_error: see `indexer.evaluation.measures.calibration_error`.
        by_chance: see `indexer.evaluation.measures.calibration_by_chance`.
        mean_probability: minus the share of the class: above 0 where probabilities are too high.
        grounds: by ground, those that were judged; the ground `ORIGINAL` is not among them.
        behind: the area of the best trial minus this one's; None of the best itself.
    """

    area: Area
    precision: Area
    kept: Proportion
    let_in: Proportion
    reliability: tuple[Bin, ...]
    calibration_error: float
    by_chance: float
    mean_probability: float
    grounds: dict[str, Ground]
    behind: Difference | None


@dataclass(frozen=True, slots=True)
class EarlierSummary:
    """The detector until now beside the new one, on pictures that neither has seen.

    Attributes:
        positives, others: how many those are.
        area: of the earlier one.
        new_area: of the new one.
        gain: the new one's area minus the earlier one's.
        kept: pictures of the class that reach the earlier one's threshold.
        let_in: others that do.
        new_kept, new_let_in: the same of the new one.
    """

    positives: int
    others: int
    area: Area
    new_area: Area
    gain: Difference
    kept: Proportion
    let_in: Proportion
    new_kept: Proportion
    new_let_in: Proportion


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """The figures of a comparison.

    Attributes:
        positives, others: how many pictures there are of each.
        trials: as in the comparison, the best first; empty where pictures of one kind are missing
            or nothing was tried: nothing was judged.
        border: of the classifier that sees only the border; None where there is none.
        earlier: None where there is none, or it has seen all pictures of one kind.
    """

    positives: int
    others: int
    trials: tuple[TrialSummary, ...]
    border: Area | None
    earlier: EarlierSummary | None


def summarise_comparison(comparison: Comparison) -> ComparisonSummary:
    """The figures of all trials."""
    labels = comparison.labels
    positives = int(np.count_nonzero(labels))
    others = len(labels) - positives
    if not positives or not others or not comparison.trials:
        return ComparisonSummary(positives, others, (), None, None)
    best, border = comparison.best, comparison.border
    return ComparisonSummary(
        positives,
        others,
        tuple(
            summarise_trial(one, labels, best=None if one is best else best)
            for one in comparison.trials
        ),
        None if border is None else area(border[labels], border[~labels]),
        _earlier(comparison.earlier, best, labels) if comparison.earlier else None,
    )


def summarise_trial(trial: Trial, labels: Labels, *, best: Trial | None = None) -> TrialSummary:
    """The figures of one trial.

    Args:
        trial: on n pictures.
        labels: bool of shape (n,), whether each is of the class; some of both.
        best: another trial on the same pictures, to tell how far this one is behind.

    Raises:
        ValueError: there are none of one kind.
    """
    held = trial.probabilities
    found, precision = _area(held, labels), average_precision(held[labels], held[~labels])
    assert precision is not None
    bins = reliability(held, labels.tolist())
    error = calibration_error(bins)
    assert error is not None
    passed = held >= trial.threshold if trial.accepted is None else trial.accepted
    kept, let_in = _passed(passed, labels)
    return TrialSummary(
        area=found,
        precision=Area(precision, *average_precision_interval(precision, kept.total)),
        kept=kept,
        let_in=let_in,
        reliability=bins,
        calibration_error=error,
        by_chance=calibration_by_chance(held),
        mean_probability=float(held.mean() - labels.mean()),
        grounds=_grounds(trial, labels),
        behind=None if best is None else _difference(best.probabilities, held, labels),
    )


def _grounds(trial: Trial, labels: Labels) -> dict[str, Ground]:
    # What the same program made of the untouched pictures, where that was judged again.
    before = trial.grounds.get(ORIGINAL, trial.probabilities)
    found = {}
    for name, values in trial.grounds.items():
        # A picture without an object that can be cut out has no other ground.
        there = np.isfinite(values) & np.isfinite(before)
        if name == ORIGINAL or not labels[there].any() or labels[there].all():
            continue
        found[name] = Ground(
            _area(values[there], labels[there]),
            _difference(before[there], values[there], labels[there]),
        )
    return found


def _earlier(earlier: Earlier, best: Trial, labels: Labels) -> EarlierSummary | None:
    unseen = np.isfinite(earlier.probabilities)
    told = labels[unseen]
    if not told.any() or told.all():
        return None
    old, new = earlier.probabilities[unseen], best.probabilities[unseen]
    kept, let_in = _passed(old >= earlier.threshold, told)
    new_passed = new >= best.threshold if best.accepted is None else best.accepted[unseen]
    new_kept, new_let_in = _passed(new_passed, told)
    return EarlierSummary(
        kept.total, let_in.total, _area(old, told), _area(new, told), _difference(new, old, told),
        kept, let_in, new_kept, new_let_in,
    )  # fmt: skip


def _passed(passed: Labels, labels: Labels) -> tuple[Proportion, Proportion]:
    """How many of the class were taken for it, and how many others."""
    positives = int(np.count_nonzero(labels))
    kept = int(np.count_nonzero(passed & labels))
    let_in = int(np.count_nonzero(passed & ~labels))
    return Proportion(kept, positives), Proportion(let_in, len(labels) - positives)


def _area(values: Values, labels: Labels) -> Area:
    found = area(values[labels], values[~labels])
    if found is None:
        raise ValueError("an area needs pictures of the class and others")
    return found


def _difference(first: Values, second: Values, labels: Labels) -> Difference:
    found = area_difference((first[labels], second[labels]), (first[~labels], second[~labels]))
    if found is None:
        raise ValueError("an area needs pictures of the class and others")
    return found
