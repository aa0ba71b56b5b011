"""The report of an evaluation: figures, charts, and the worst mistakes as pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from indexer.evaluation.outcome import Evaluation, Outcome
from indexer.evaluation.summary import Summary, errors_of
from indexer.verdict import UNKNOWN
from models.page.read import Limits
from service.reports.charts import (
    confusion_chart,
    histogram_chart,
    reliability_chart,
    roc_chart,
    shown_classes,
)
from service.reports.html import name, section, table, write_page
from service.reports.pictures import picture
from service.reports.wording import figures, headline, interval, percent

_MOST_PICTURES = 24
_MOST_EPISODES = 12


def write_evaluation(file: Path, evaluation: Evaluation, summary: Summary, limits: Limits) -> None:
    """Write the report as one HTML file that needs no network.

    Args:
        file: where; see `service.reports.html.check_place`.
        evaluation: what was found out; its images are read again for the pictures.
        summary: of its outcomes.
        limits: what an image may ask of this machine.

    Raises:
        UsageError: it cannot be written there.
    """
    outcomes = evaluation.outcomes
    mistakes = _surest(one for one in outcomes if one.known and not one.right)
    accepted = _surest(one for one in outcomes if one.accepted and not one.known)
    sections = [_figures(evaluation, summary)]
    if len(evaluation.episodes) > 1:
        sections.append(_episodes(evaluation))
    sections += [
        _mistakes(evaluation, mistakes, limits),
        *([_strangers(evaluation, accepted, limits)] if summary.strangers else []),
        _confusion(summary),
        *_scores(outcomes),
        section(
            "Reliability",
            reliability_chart(summary.reliability),
            note="Of queries with about the same score, how many are right: on the dotted line "
            "where the score is what it says. A stranger is never right. Bars are 95 % intervals.",
        ),
    ]
    if summary.by_score:
        sections.append(
            section(
                "Known against strangers",
                roc_chart(outcomes),
                note="As the threshold falls, more of the known are accepted, and more strangers "
                "(ROC curve). The dotted line marks 5 % of strangers.",
            )
        )
    if evaluation.unreadable:
        sections.append(
            section(
                "Files left out",
                table(["file", "it"], sorted(evaluation.unreadable.items())),
                note="They could not be read and count nowhere.",
            )
        )
    write_page(
        file,
        f"How good is it: {evaluation.folder.name}",
        headline(evaluation, summary),
        [*sections, _about(evaluation)],
    )


def _figures(evaluation: Evaluation, summary: Summary) -> str:
    rows = [
        (one.name, one.value, one.counted, one.interval, one.meaning)
        for one in figures(evaluation, summary)
    ]
    headings = ["", "", "", "95 % interval", "what it says"]
    return section("Figures", table(headings, rows, right=(1, 2, 3)))


def _episodes(evaluation: Evaluation) -> str:
    held = [(one, errors_of(one.outcomes)) for one in evaluation.episodes]
    held.sort(key=lambda pair: (-(pair[1].share or 0.0), pair[0].name))
    rows = [
        (
            one.name, one.classes, one.examples, len(one.outcomes) - errors.total,
            f"{errors.count} of {errors.total}", percent(errors.share), interval(errors),
        )
        for one, errors in held
    ]  # fmt: skip
    headings = ["episode", "classes", "examples", "strangers", "errors", "", "95 % interval"]
    shown = table(headings, rows[:_MOST_EPISODES], right=range(1, 7))
    if rest := rows[_MOST_EPISODES:]:
        more = table(headings, rest, right=range(1, 7))
        shown += f"<details><summary>{len(rest)} more</summary>{more}</details>"
    return section("Episodes", shown, note="Those with the most errors first.")


def _mistakes(evaluation: Evaluation, worst: Sequence[Outcome], limits: Limits) -> str:
    def pictures(one: Outcome) -> str:
        assert one.own is not None
        nearest, place = one.nearest, evaluation.folder / one.episode / "support"
        return (
            picture(evaluation.folder / one.query, f"query: {one.truth}", limits)
            + picture(
                place / nearest.support,
                f"nearest: {nearest.class_name}, at {nearest.distance:.3f}",
                limits,
                kind="wrong",
            )
            + picture(
                place / one.own.support,
                f"its own class: {one.own.class_name}, at {one.own.distance:.3f}",
                limits,
                kind="right",
            )
        )

    return section(
        "Mistakes",
        _cards(worst, pictures) or '<p class="empty">None.</p>',
        note="The query, the example it was nearest to, and the nearest example of its own class. "
        f"Those with the highest scores first{_of_all(worst)}.",
    )


def _strangers(evaluation: Evaluation, worst: Sequence[Outcome], limits: Limits) -> str:
    def pictures(one: Outcome) -> str:
        nearest, place = one.nearest, evaluation.folder / one.episode / "support"
        return picture(evaluation.folder / one.query, "query: a stranger", limits) + picture(
            place / nearest.support,
            f"taken for {one.verdict.class_name}, at {nearest.distance:.3f}",
            limits,
            kind="wrong",
        )

    return section(
        "Strangers let in",
        _cards(worst, pictures) or '<p class="empty">None.</p>',
        note="Images of no class that were given one. "
        f"Those with the highest scores first{_of_all(worst)}.",
    )


def _confusion(summary: Summary) -> str:
    asked = summary.confusion.keys() - {UNKNOWN}
    n_classes = len(asked.union(*summary.confusion.values()))
    strangers = "; in the row unknown, what strangers look like" if summary.strangers else ""
    shown = len(shown_classes(summary.confusion))
    few = (
        f" The {shown} classes of {n_classes} that are mistaken most." if shown < n_classes else ""
    )
    return section(
        "Confusion",
        confusion_chart(summary.confusion),
        note="Each row is a true class, its colours the share that lies nearest to each class"
        f"{strangers}.{few}",
    )


def _scores(outcomes: Sequence[Outcome]) -> list[str]:
    scores = np.array([one.verdict.score for one in outcomes])
    distances = np.array([one.nearest.distance for one in outcomes])
    return [
        section(
            "Scores",
            histogram_chart("scores", outcomes, scores, "score", top=1.0),
            note="The score is the probability that the nearest class is right.",
        ),
        section(
            "Distances",
            histogram_chart("distances", outcomes, distances, "distance"),
            note="Cosine distance to the nearest example: 0 is the same picture.",
        ),
    ]


def _about(evaluation: Evaluation) -> str:
    rows = [
        ("folder", str(evaluation.folder)),
        ("network (branch id)", evaluation.branch_id),
        ("reject", f"{evaluation.reject:g}"),
        ("queries that are support images too", str(sum(one.shown for one in evaluation.episodes))),
    ]
    return section("What was measured", table(["", ""], rows))


def _surest(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda one: -one.verdict.score)


def _cards(outcomes: Sequence[Outcome], pictures: Callable[[Outcome], str]) -> str:
    cards = [
        f'<div class="card"><p>{name(one.query)} &middot; score {one.verdict.score:.2f}</p>'
        f'<div class="pictures">{pictures(one)}</div></div>'
        for one in outcomes[:_MOST_PICTURES]
    ]
    return f'<div class="cards">{"".join(cards)}</div>' if cards else ""


def _of_all(outcomes: Sequence[Outcome]) -> str:
    more = len(outcomes) > _MOST_PICTURES
    return f": {_MOST_PICTURES} of {len(outcomes)}" if more else ""
