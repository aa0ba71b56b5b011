"""The report of a comparison of detectors: the verdict, the figures, plots, and mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.words import counted
from indexer.evaluation.detectors import ComparisonSummary, summarise_comparison
from models.detector.judging.trial import Comparison
from models.page.read import Limits
from service.reports.charts import reliability_chart
from service.reports.detectors.background import background_chart, background_pictures
from service.reports.detectors.charts import (
    confusion_charts,
    precision_chart,
    probability_chart,
    roc_chart,
)
from service.reports.detectors.doubts import Remark
from service.reports.detectors.effort import cost_charts, learning_charts
from service.reports.detectors.verdict import remarks
from service.reports.detectors.wording import (
    SIDE_BY_SIDE,
    border_figures,
    comparison_headline,
    earlier_figures,
    side_by_side,
    trial_figures,
)
from service.reports.html import section, table, text, write_page
from service.reports.pictures import picture
from service.reports.wording import Figure

_MOST_PICTURES: Final = 24
"""Mistakes of a kind that are shown."""


def write_detector_report(out: Path, comparison: Comparison, limits: Limits) -> None:
    """Write the report as one HTML file that needs no network.

    Args:
        out: where; see `service.reports.html.check_place`.
        comparison: of n pictures, as few as there are; what it lacks is left out.
        limits: what a picture may ask of this machine: mistakes are read again for the page.

    Raises:
        UsageError: it cannot be written there.
    """
    summary = summarise_comparison(comparison)
    sections = [_verdict(comparison, remarks(comparison, summary))]
    if summary.trials:
        sections += [
            _figures(comparison, summary),
            *_curves(comparison, summary),
            *_mistakes(comparison, limits),
            *_background(comparison, summary),
        ]
    sections += [*_effort(comparison), *_lists(comparison), _about(comparison)]
    write_page(
        out,
        f"How good is the detector: {comparison.name}",
        comparison_headline(comparison),
        sections,
    )


def _verdict(comparison: Comparison, told: Sequence[Remark]) -> str:
    lines = [
        f'<li class="doubt">{text(one.text)}</li>' if one.warning else f"<li>{text(one.text)}</li>"
        for one in [*told, *(Remark(note) for note in comparison.notes)]
    ]
    return section("Verdict", f'<ul class="verdict">{"".join(lines)}</ul>')


def _figures(comparison: Comparison, summary: ComparisonSummary) -> str:
    beside = table(SIDE_BY_SIDE, side_by_side(comparison, summary), right=range(1, 9))
    parts: list[str] = []
    for trial, found in zip(comparison.trials, summary.trials, strict=True):
        rows = trial_figures(trial, found, comparison.name, one_class=comparison.one_class)
        if not parts:
            rows += border_figures(comparison, summary)
            parts.append(f"<h3>{text(trial.title)}, the best</h3>{_rows(rows)}")
        else:
            parts.append(f"<details><summary>{text(trial.title)}</summary>{_rows(rows)}</details>")
    if rows := earlier_figures(comparison, summary):
        parts.insert(1, f"<h3>New beside old</h3>{_rows(rows)}")
    return section(
        "Figures",
        beside,
        *parts,
        note="Every picture was judged by what had not seen it, nor any of its group. "
        "Kept and let in are counted by thresholds that had not seen it either. The first is the one that validation chose.",
    )


def _rows(figures: Sequence[Figure]) -> str:
    rows = [(one.name, one.value, one.counted, one.interval, one.meaning) for one in figures]
    return table(["", "", "", "95 % interval", "what it says"], rows, right=(1, 2, 3))


def _curves(comparison: Comparison, summary: ComparisonSummary) -> list[str]:
    name = comparison.name
    return [
        section(
            "Confusion",
            confusion_charts(comparison, summary.trials),
            note="Each row is what a picture is, each column what it was taken for.",
        ),
        section(
            "Class against others",
            roc_chart(comparison, summary.trials),
            note=f"As the threshold falls, more pictures of {name} are kept, and more others let in "
            "(ROC curve). Dots are where the approaches work; bands are 95 %, point by point; the "
            "dotted line is guessing. Click a name to hide its curve.",
        ),
        section(
            "Precision and recall",
            precision_chart(comparison, summary.trials),
            note=f"As more pictures of {name} are kept, how many of those that are taken for it are "
            "it. The dotted line is guessing: their share of all pictures here. At work others "
            "arrive more or less often, and precision changes with that.",
        ),
        section(
            "Probabilities",
            probability_chart(comparison),
            note=f"Of {comparison.best.title}: the further apart the two sides lie, the better. The "
            "dotted line is the threshold.",
        ),
        section(
            "Reliability",
            reliability_chart(
                summary.trials[0].reliability,
                score="probability",
                right="of the class",
                share="share of the class",
                items="pictures",
            ),
            note=f"Of {comparison.best.title}: of pictures with about the same probability, how many "
            "are of the class. On the dotted line where the probability is what it says. Bars are "
            "95 % intervals.",
        ),
    ]


def _mistakes(comparison: Comparison, limits: Limits) -> list[str]:
    """The positives that look least like it, and the others that look most like it."""
    labels, held = comparison.labels, comparison.best.probabilities
    order = np.argsort(held, kind="stable")
    lowest, highest = order[labels[order]], order[~labels[order]][::-1]
    threshold = comparison.best.threshold
    missed = int(np.count_nonzero(held[lowest] < threshold))
    taken = int(np.count_nonzero(held[highest] >= threshold))
    name = comparison.name
    return [
        section(
            "Missed, or nearly",
            _shots(comparison, lowest, limits),
            note=f"Pictures of {name} with the lowest probability, by {comparison.best.title}: "
            f"{missed} of {len(lowest)} are missed.",
        ),
        section(
            f"Taken for {name}, or nearly",
            _shots(comparison, highest, limits),
            note=f"Others with the highest probability: {taken} of {len(highest)} are taken for "
            f"{name}. One that is {name} after all is in the wrong folder.",
        ),
    ]


def _shots(comparison: Comparison, order: NDArray[np.intp], limits: Limits) -> str:
    shown = []
    for number in order[:_MOST_PICTURES].tolist():
        one, held = comparison.pictures[number], float(comparison.best.probabilities[number])
        right = (held >= comparison.best.threshold) is one.positive
        caption = f"{held:.2f} {one.path.name}"
        shown.append(picture(one.path, caption, limits, kind="" if right else "wrong"))
    return f'<div class="shots">{"".join(shown)}</div>'


def _background(comparison: Comparison, summary: ComparisonSummary) -> list[str]:
    chart, drawn = background_chart(comparison, summary), background_pictures(comparison)
    if not chart and not drawn:
        return []
    return [
        section(
            "Background test",
            chart,
            drawn,
            note="The same things, cut out and laid on other grounds, those of the class and others "
            "alike: a detector that has learned the thing and not what lies around it loses nothing. The border alone is a classifier that sees nothing "
            "but the edge of each picture: what it knows, it knows of the background.",
        )
    ]


def _effort(comparison: Comparison) -> list[str]:
    sections = []
    if charts := learning_charts(comparison):
        sections.append(
            section(
                "Learning curves",
                charts,
                note="Loss after each epoch: on the validation pictures of a round, and dotted on "
                "those that it learned from. The dot is the epoch that was kept.",
            )
        )
    if charts := cost_charts(comparison):
        sections.append(section("Costs", charts, note="On the machine that trained it."))
    return sections


def _lists(comparison: Comparison) -> list[str]:
    sections = []
    if comparison.skipped:
        sections.append(
            section(
                "Not tried",
                table(["approach", "why"], sorted(comparison.skipped.items())),
            )
        )
    if left_out := comparison.left_out:
        sections.append(
            section(
                "Files left out",
                table(["file", "why"], sorted(left_out.items())),
                note=f"{counted(len(left_out), 'file')}; they count nowhere.",
            )
        )
    return sections


def _about(comparison: Comparison) -> str:
    rows = []
    rounds = sorted(set(comparison.rounds.tolist()))
    for number in rounds:
        held = [
            one
            for one, at in zip(comparison.pictures, comparison.rounds.tolist(), strict=True)
            if at == number
        ]
        positives = sum(one.positive for one in held)
        groups = len({one.group for one in held})
        rows.append((str(number + 1), positives, len(held) - positives, groups))
    learned = (
        f"the pictures of {comparison.name} of the other rounds, and from nothing else,"
        if comparison.one_class
        else "those of the other rounds,"
    )
    return section(
        "How it was judged",
        table(["round", comparison.name, "others", "groups"], rows, right=range(1, 4)),
        note=f"The pictures take turns at being the test: each round is judged by what learned from "
        f"{learned} and never saw these. Pictures of one group, such as shots of the same "
        "thing or near-duplicates, are never parted between learning and judging. Probabilities "
        "come from a calibration that had not seen the round either.",
    )
