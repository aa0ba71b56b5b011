"""Whether the best of a comparison is put to use, and what it may decide there."""

from __future__ import annotations

from dataclasses import replace

from indexer.evaluation.detectors import summarise_comparison
from models.detector.judging.trial import Comparison

NOTHING = 1.0
"""The threshold of a detector that takes nothing for its class."""


def with_judgement(comparison: Comparison, *, force: bool) -> Comparison:
    """The comparison, its best made harmless where it guesses, or withheld where it is worse.

    What may as well be guessing tells probabilities, and files nothing. What is surely worse than
    the detector until now does not take its place.

    Args:
        comparison: with a trial at least.
        force: the person wants it whatever it is worth.
    """
    summary = summarise_comparison(comparison)
    if force or not summary.trials:
        return comparison
    best = comparison.best
    if summary.trials[0].area.low <= 0.5 and not comparison.drawn:
        harmless = replace(best, threshold=NOTHING, accepted=best.probabilities > NOTHING)
        comparison = replace(comparison, trials=(harmless, *comparison.trials[1:]))
    if summary.earlier is not None and summary.earlier.gain.high < 0:
        return replace(
            comparison,
            withheld="it is worse than the detector until now, which stays in use; --force puts it "
            "to use all the same",
        )
    return comparison
