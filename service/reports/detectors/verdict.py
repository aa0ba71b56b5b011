"""Whether a detector is good enough, and what to do next: in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.words import counted
from indexer.evaluation.detectors import (
    ComparisonSummary,
    Ground,
    TrialSummary,
    summarise_comparison,
)
from models.detector.judging.trial import Comparison
from service.reports.detectors.doubts import MOST_LET_IN, Remark, doubts, listed
from service.reports.detectors.wording import between, number, on_ground
from service.reports.wording import interval, percent

GOOD: Final = 0.93
"""Least AUROC of a detector that may file by itself."""
USABLE: Final = 0.85
"""Least AUROC of one that wants looking after."""
MOST_LOST: Final = 0.1
"""Of AUROC on another ground: one that surely loses more knows the ground, and not the thing."""


def verdict_lines(comparison: Comparison) -> list[str]:
    """The verdict, a line a remark: for the terminal; see `remarks`."""
    return [one.text for one in remarks(comparison, summarise_comparison(comparison))]


def remarks(comparison: Comparison, summary: ComparisonSummary) -> list[Remark]:
    """What the figures mean, the most important first.

    `Comparison.notes` and `Comparison.skipped` are not among them: they are told as they are.
    """
    if not summary.trials:
        missing = comparison.name if not summary.positives else "anything else"
        return [
            Remark(
                f"Nothing could be judged: there is no picture of {missing}"
                if comparison.trials
                else "Nothing could be judged: no approach was tried",
                warning=True,
            )
        ]
    best, against = summary.trials[0], doubts(comparison, summary)
    told = [_grade(comparison, summary, doubted=bool(against)), _at_work(comparison, best)]
    if comparison.one_class:
        told.append(
            Remark(
                f"It learned from pictures of {comparison.name} alone: the "
                f"{counted(summary.others, 'other')} served to judge it, and what it has never "
                "met may look more alike than these."
            )
        )
    told += [*_earlier(comparison, summary), *_runner_up(comparison, summary)]
    told += against
    if not any(one.warning for one in told):
        told.append(
            Remark(
                "Next: use it, correct what it files wrongly, and train it again from the "
                "corrections."
            )
        )
    return told


def _grade(comparison: Comparison, summary: ComparisonSummary, *, doubted: bool) -> Remark:
    title, best = comparison.best.title, summary.trials[0]
    area = best.area
    found = f"AUROC {number(area.value)}, 95 % interval {between(area)}"
    if area.low <= 0.5:
        return Remark(
            f"Not usable: the best approach, {title}, may as well be guessing ({found}).",
            warning=True,
        )
    if area.value < USABLE:
        return Remark(
            f"Not good enough to sort by: the best approach is {title} ({found}); from "
            f"{USABLE:g} on it would help. More pictures, from other places, help most.",
            warning=True,
        )
    if comparison.drawn:
        return Remark(
            f"How good it is with photographs is not known: {title} was judged by drawings alone, "
            f"which look like none ({found}). It will take other photographs for {comparison.name}: "
            "name some as the service will meet them with --others, or at least --background.",
            warning=True,
        )
    if worst := _background_alone(best):
        ground, there = worst
        return Remark(
            f"Not to be relied on: {title} tells these pictures apart ({found}), but on other "
            f"grounds that falls to {number(there.area.value)} ({on_ground(ground)}): what it "
            "knows is the background.",
            warning=True,
        )
    if (best.let_in.share or 0.0) > MOST_LET_IN:
        return Remark(
            f"Not good enough to sort by: {title} lets in {percent(best.let_in.share)} of the others "
            f"({found}).",
            warning=True,
        )
    # Nobody who reads one line alone must take a detector of backgrounds for a good one.
    mind = " Mind the warnings." if doubted else ""
    if area.value < GOOD:
        return Remark(
            f"Usable, if somebody looks over what it files: the best approach is {title} "
            f"({found}).{mind}"
        )
    if area.low < USABLE:
        return Remark(
            f"Promising, but not proven: the best approach is {title} ({found}); with more pictures "
            f"one would know.{mind}"
        )
    word = "Good on these pictures" if doubted else "Good"
    return Remark(f"{word}: the best approach is {title} ({found}).{mind}")


def _background_alone(best: TrialSummary) -> tuple[str, Ground] | None:
    """The ground on which most is lost, if that is more than a detector may lose."""
    lost = max(best.grounds.items(), key=lambda one: one[1].loss.value, default=None)
    return lost if lost and lost[1].loss.low > MOST_LOST else None


def _at_work(comparison: Comparison, best: TrialSummary) -> Remark:
    """What it will do with its threshold."""
    return Remark(
        f"Of {counted(best.kept.total, 'picture')} of {comparison.name} it recognises "
        f"{best.kept.count} ({percent(best.kept.share)}, 95 % interval {interval(best.kept)}); of "
        f"{counted(best.let_in.total, 'other')} it takes {best.let_in.count} for it "
        f"({percent(best.let_in.share)}, {interval(best.let_in)})."
    )


def _earlier(comparison: Comparison, summary: ComparisonSummary) -> Iterator[Remark]:
    if not comparison.earlier:
        return
    found = summary.earlier
    if not found:
        yield Remark(
            "It cannot be compared with the detector until now: that has seen these pictures, or "
            "it is not known which it has seen."
        )
        return
    on = f"on {found.positives} and {found.others} pictures, each by what had not seen it"
    areas = f"AUROC {number(found.new_area.value)}, before {number(found.area.value)}, {on}"
    if found.gain.high < 0:
        yield Remark(
            f"Worse than the detector until now ({areas}): keep that, and look at what is new "
            "among the pictures.",
            warning=True,
        )
    elif found.gain.low > 0:
        yield Remark(f"Better than the detector until now ({areas}).")
    else:
        yield Remark(f"No clear difference to the detector until now ({areas}).")


def _runner_up(comparison: Comparison, summary: ComparisonSummary) -> Iterator[Remark]:
    near = [
        trial.title
        for trial, found in zip(comparison.trials, summary.trials, strict=True)
        if found.behind and found.behind.low <= 0
    ]
    if near:
        yield Remark(
            f"These pictures cannot tell whether it is really better than {listed(near)}: the "
            "difference may be chance."
        )
