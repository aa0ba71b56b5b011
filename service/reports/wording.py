"""The figures of an evaluation in words: the same rows on the terminal and in the report."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.evaluation.measures import BINS, Proportion
from indexer.evaluation.outcome import Evaluation
from indexer.evaluation.summary import STRANGERS_LET_IN, Summary


@dataclass(frozen=True, slots=True)
class Figure:
    """One row.

    Attributes:
        name: what was measured.
        value: the number.
        counted: of how many, or empty.
        interval: the 95 % interval (Wilson), or empty.
        meaning: one sentence for who does not know the word.
    """

    name: str
    value: str
    counted: str
    interval: str
    meaning: str


def headline(evaluation: Evaluation, summary: Summary) -> str:
    """What was evaluated, in one line."""
    episodes = evaluation.episodes
    parts = [
        _count(sum(one.examples for one in episodes), "example"),
        _count(summary.errors.total, "query", "queries"),
        _count(summary.strangers, "stranger"),
    ]
    if len(episodes) > 1:
        return f"{len(episodes)} episodes: {', '.join(parts)}"
    classes = _count(episodes[0].classes, "class", "classes")
    return ", ".join([classes, *parts])


def figures(evaluation: Evaluation, summary: Summary) -> list[Figure]:
    """The rows, most important first; those that need strangers only where there are some."""
    rows = [
        counted_figure(
            "errors",
            summary.errors,
            "Queries whose nearest class is not theirs; whether they were rejected plays no part.",
        )
    ]
    if summary.by_score and summary.by_distance:
        let_in = percent(STRANGERS_LET_IN)
        rows += [
            _number(
                "AUROC, by score",
                summary.by_score.auroc,
                "Chance that a known query has a higher score than a stranger.",
            ),
            _number(
                "AUROC, by distance",
                summary.by_distance.auroc,
                "The same by the distance to the nearest example.",
            ),
            counted_figure(
                f"known kept at {let_in} strangers",
                summary.by_score.kept,
                f"Known queries accepted by the score that lets in {let_in} of the strangers.",
            ),
            counted_figure(
                f"known kept at {let_in} strangers, by distance",
                summary.by_distance.kept,
                "The same by the distance to the nearest example.",
            ),
        ]
    if summary.calibration_error is not None:
        rows.append(
            Figure(
                "calibration error (ECE)",
                percent(summary.calibration_error),
                f"{BINS} bins",
                "",
                "How far the scores lie from the share of right answers, strangers included."
                if summary.strangers
                else "Scores allow for strangers: without any among the queries they are too low.",
            )
        )
    decisions, setting = summary.decisions, f"reject = {evaluation.reject:g}"
    rows += [
        counted_figure(
            "known, given their class", decisions.accepted_right, f"Decided with {setting}."
        ),
        counted_figure(
            "known, given another class", decisions.accepted_wrong, f"Decided with {setting}."
        ),
        counted_figure("known, called unknown", decisions.rejected, f"Decided with {setting}."),
    ]
    if summary.strangers:
        rows.append(
            counted_figure(
                "strangers, given a class",
                decisions.strangers_accepted,
                f"Decided with {setting}: this share was to be let in.",
            )
        )
    return rows


def percent(share: float | None) -> str:
    """A share for people: ``7.5 %``; nothing where nothing is known."""
    return "" if share is None else f"{100 * share:.3g} %"


def interval(proportion: Proportion) -> str:
    """Its 95 % interval for people."""
    low, high = proportion.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def counted_figure(name: str, value: Proportion, meaning: str) -> Figure:
    """The row of so many of so many."""
    counted = f"{value.count} of {value.total}"
    return Figure(name, percent(value.share), counted, interval(value), meaning)


def _number(name: str, value: float, meaning: str) -> Figure:
    return Figure(name, f"{value:.4f}", "", "", meaning)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
