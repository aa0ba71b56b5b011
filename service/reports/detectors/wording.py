"""The figures of a comparison in words: the same rows on the terminal and in the report."""

from __future__ import annotations

from typing import Final

from config.words import counted
from indexer.evaluation.areas import Area, Difference
from indexer.evaluation.detectors import ComparisonSummary, TrialSummary
from indexer.evaluation.measures import BINS
from models.detector.judging.trial import ORIGINAL, Comparison, Trial
from service.reports.wording import Figure, counted_figure, percent

SIDE_BY_SIDE: Final = (
    "approach", "AUROC", "95 % interval", "average precision", "kept", "let in", "ECE",
    "to train", "a page",
)  # fmt: skip
"""Headings of `side_by_side`."""


def comparison_headline(comparison: Comparison) -> str:
    """What was compared, in one line."""
    positives = sum(one.positive for one in comparison.pictures)
    others = len(comparison.pictures) - positives
    rounds = len(set(comparison.rounds.tolist()))
    return (
        f"{counted(positives, 'picture')} of {comparison.name} and {counted(others, 'other')}, "
        f"{counted(len(comparison.trials), 'approach', 'approaches')}, "
        f"judged in {counted(rounds, 'round')}"
    )


def side_by_side(comparison: Comparison, summary: ComparisonSummary) -> list[tuple[str, ...]]:
    """A row a trial, the best first: see `SIDE_BY_SIDE`."""
    rows: list[tuple[str, ...]] = []
    for trial, found in zip(comparison.trials, summary.trials, strict=False):
        cost = trial.cost
        rows.append(
            (
                trial.title, number(found.area.value), between(found.area),
                number(found.precision.value),
                percent(found.kept.share), percent(found.let_in.share),
                percent(found.calibration_error),
                seconds(cost.train_seconds) if cost else "",
                f"{cost.use_milliseconds:.3g} ms" if cost else "",
            )
        )  # fmt: skip
    return rows


def trial_figures(trial: Trial, found: TrialSummary, name: str, *, one_class: bool) -> list[Figure]:
    """The rows of one trial, most important first.

    Args:
        trial: see `found`.
        found: its figures.
        name: of the class.
        one_class: it has seen no others: see `Comparison`.
    """
    at = f"Taken for {name} from a probability of {trial.threshold:.2f} on."
    unseen = " It had seen nothing but pictures of the class." if one_class else ""
    rows = [
        Figure(
            "AUROC", number(found.area.value), "", between(found.area),
            f"Chance that a picture of {name} has a higher probability than another one. "
            "0.5 is guessing, 1 is perfect.",
        ),
        Figure(
            "average precision", number(found.precision.value), "", between(found.precision),
            "How pure the pictures are that are taken for it, averaged over all thresholds.",
        ),
        counted_figure(f"{name}, kept", found.kept, at),
        counted_figure("others, let in", found.let_in, at + unseen),
        Figure(
            "calibration error (ECE)", percent(found.calibration_error), f"{BINS} bins", "",
            "How far the probabilities lie from what came true; up to "
            f"{percent(found.by_chance)} is chance with so few pictures.",
        ),
    ]  # fmt: skip
    if found.behind:
        rows.append(
            Figure(
                "behind the best, AUROC", signed(found.behind.value), "",
                _between_signed(found.behind), _DIFFERENCE,
            )
        )  # fmt: skip
    for ground, there in found.grounds.items():
        rows.append(
            Figure(
                f"{on_ground(ground)}: loss of AUROC", signed(there.loss.value), "",
                _between_signed(there.loss),
                f"The same pictures {on_ground(ground)}: AUROC {number(there.area.value)} there.",
            )
        )  # fmt: skip
    if trial.cost:
        cost = trial.cost
        rows += [
            Figure("to train", seconds(cost.train_seconds), "", "", "All rounds, and the one that is kept."),
            Figure("a page", f"{cost.use_milliseconds:.3g} ms", "", "", "What it adds to a page at work, on one core."),
            Figure("memory to train", f"{cost.train_megabytes:.0f} MB", "", "", "By how much the most memory in use grew."),
            Figure("its files", megabytes(cost.disk_bytes), "", "", "On the disk."),
        ]  # fmt: skip
        if cost.use_megabytes is not None:
            grown = f"{cost.use_megabytes:.3g} MB"
            rows.insert(-1, Figure("memory at work", grown, "", "", "What a worker grows by that has it loaded."))  # fmt: skip
    return rows


_DIFFERENCE: Final = "On the same pictures; where the interval holds 0, it may be chance."


def border_figures(comparison: Comparison, summary: ComparisonSummary) -> list[Figure]:
    """The row of the classifier that sees only the border; none where there is none."""
    rows = []
    if summary.border:
        rows.append(
            Figure(
                "the border alone: AUROC", number(summary.border.value), "",
                between(summary.border),
                f"Of a classifier that sees only the border of each picture, never {comparison.name}"
                " itself: near 0.5 is how it should be.",
            )
        )  # fmt: skip
    return rows


def earlier_figures(comparison: Comparison, summary: ComparisonSummary) -> list[Figure]:
    """The rows of new beside old; none where they could not be compared."""
    rows: list[Figure] = []
    if comparison.earlier and (found := summary.earlier):
        until = f"until now ({comparison.earlier.title}, {comparison.earlier.made_at[:10]})"
        rows += [
            Figure(
                f"{until}: AUROC", number(found.area.value),
                f"{found.positives} and {found.others}", between(found.area),
                "On the pictures of the class and the others that neither has seen.",
            ),
            Figure(
                "new one: AUROC", number(found.new_area.value),
                f"{found.positives} and {found.others}", between(found.new_area), "On the same.",
            ),
            Figure(
                "new one: gain of AUROC", signed(found.gain.value), "",
                _between_signed(found.gain), _DIFFERENCE,
            ),
            counted_figure("until now: kept", found.kept, "At its own threshold."),
            counted_figure("new one: kept", found.new_kept, "At its own threshold."),
            counted_figure("until now: let in", found.let_in, "At its own threshold."),
            counted_figure("new one: let in", found.new_let_in, "At its own threshold."),
        ]  # fmt: skip
    return rows


def on_ground(name: str) -> str:
    """Where the pictures of the background test lie, for people: ``on white``."""
    return name if name == ORIGINAL else f"on {name}"


def number(value: float) -> str:
    """An area for people: three digits, and 1.000 only where it is 1."""
    return f"{value:.3f}" if value == 1 or value < 0.9995 else f"{value:.5f}"


def signed(value: float) -> str:
    """A difference for people."""
    return f"{value:+.3f}" if round(value, 3) else "0.000"


def between(area: Area) -> str:
    """Its interval for people."""
    return f"{area.low:.3f} to {area.high:.3f}"


def _between_signed(difference: Difference) -> str:
    return f"{signed(difference.low)} to {signed(difference.high)}"


def seconds(value: float) -> str:
    """A time for people."""
    return f"{value / 60:.1f} min" if value >= 100 else f"{value:.3g} s"


def megabytes(size: int) -> str:
    """A size for people, in bytes."""
    return f"{size / 1e6:.2g} MB" if size < 10**7 else f"{size / 1e6:.0f} MB"
