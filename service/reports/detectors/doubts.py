"""What speaks against trusting a detector, and what would mend it: in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from config.words import counted
from indexer.evaluation.areas import Area
from indexer.evaluation.detectors import ComparisonSummary, TrialSummary
from models.detector.judging.trial import Comparison
from service.reports.detectors.wording import between, number, on_ground
from service.reports.wording import percent

FEW: Final = 30
"""Fewer pictures of the class, or fewer others, make every figure a guess."""
ROUGH: Final = 0.1
"""An interval of an AUROC that is wider says little."""
FEW_GROUPS: Final = 20
"""Of fewer scenes of the class, new ones will look like none; intervals take pictures for independent."""
BORDER_KNOWS: Final = 0.6
"""An AUROC that is surely above this is no longer chance: so much a border must not know."""
BORDER_SHARE: Final = 0.5
"""Of what the best trial is better than guessing, so much the border alone must not reach."""
MOST_LOSS: Final = 0.03
"""Of AUROC, on another ground."""
MOST_MISCALIBRATION: Final = 0.05
"""ECE that is worth a word, if it is more than chance."""
LEAST_KEPT: Final = 0.5
"""Of the class, at the threshold."""
MOST_LET_IN: Final = 0.1
"""Of the others, at the threshold."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a reader should know.

    Attributes:
        text: plain words, with what to do about it.
        warning: it is something to mend.
    """

    text: str
    warning: bool = False


def doubts(comparison: Comparison, summary: ComparisonSummary) -> list[Remark]:
    """All that there are, the gravest first.

    Args:
        comparison: see ``summary``.
        summary: of it; with a trial at least.
    """
    best = summary.trials[0]
    return [
        *_border(comparison, summary, best),
        *_grounds(comparison, best),
        *_decisions(comparison, best),
        *_few(comparison, summary, best),
        *_calibration(best),
    ]


def _border(
    comparison: Comparison, summary: ComparisonSummary, best: TrialSummary
) -> Iterator[Remark]:
    border = summary.border
    if not border or not border_tells(border, best.area):
        return
    losses = [one.loss.value for one in best.grounds.values()]
    if not losses:
        meant = "Whether the detector looks at anything else was not measured."
    elif max(losses) <= MOST_LOSS:
        meant = (
            "The best approach hardly needs it (see the background test), but its figures may "
            "still flatter it."
        )
    else:
        meant = "The best approach uses it, as the background test shows."
    yield Remark(
        f"The border of a picture alone tells whether it is {comparison.name}: a classifier that "
        f"sees nothing else reaches an AUROC of {number(border.value)} ({between(border)}). {meant} "
        "Add pictures of the class on other backgrounds, and others on the same backgrounds.",
        warning=True,
    )


def border_tells(border: Area, best: Area) -> bool:
    """Whether the border alone predicts the label.

    Two things must hold: it is surely more than chance (the lower end of its interval is above
    `BORDER_KNOWS`), and it is not a trifle beside the best trial (what it is better than
    guessing is at least `BORDER_SHARE` of what that is).
    """
    much = border.value - 0.5 >= BORDER_SHARE * (best.value - 0.5)
    return border.low > BORDER_KNOWS and much


def _grounds(comparison: Comparison, best: TrialSummary) -> Iterator[Remark]:
    lost = {name: one for name, one in best.grounds.items() if one.loss.value > MOST_LOSS}
    if lost:
        told = listed(
            [
                f"{one.loss.value:.3f} {on_ground(name)} (to {number(one.area.value)})"
                for name, one in lost.items()
            ]
        )
        yield Remark(
            f"It leans on the background: the same pictures on other grounds lose AUROC, {told}; "
            f"{MOST_LOSS:g} would be no matter. Add pictures of {comparison.name} on other "
            "backgrounds.",
            warning=True,
        )


def _decisions(comparison: Comparison, best: TrialSummary) -> Iterator[Remark]:
    kept, let_in = best.kept.share or 0.0, best.let_in.share or 0.0
    if let_in > MOST_LET_IN and comparison.one_class:
        yield Remark(
            f"Without others to learn from it lets in {percent(let_in)} of them: name a folder of "
            "what else arrives with --others.",
            warning=True,
        )
    elif let_in > MOST_LET_IN:
        yield Remark(
            f"It takes {percent(let_in)} of the others for {comparison.name}: look at the worst of "
            "them in the report, and add more of their kind to the others.",
            warning=True,
        )
    if kept < LEAST_KEPT:
        yield Remark(
            f"It misses {percent(1 - kept)} of the pictures of {comparison.name}: they go where "
            "they went before. Add more of the kinds that it misses.",
            warning=True,
        )


def _few(
    comparison: Comparison, summary: ComparisonSummary, best: TrialSummary
) -> Iterator[Remark]:
    rough = "one of another kind may look like none of them"
    if best.area.high - best.area.low > ROUGH:
        rough = f"its AUROC may lie anywhere from {best.area.low:.2f} to {best.area.high:.2f}"
    groups = len({one.group for one in comparison.pictures if one.positive})
    if summary.positives < FEW:
        yield Remark(
            f"{counted(summary.positives, 'picture')} of {comparison.name} are few: {rough}. "
            f"Bring {FEW} or more.",
            warning=True,
        )
    elif groups < FEW_GROUPS:
        yield Remark(
            f"The pictures of {comparison.name} are of {counted(groups, 'scene')} alone, and new "
            "ones will be of none of them; the intervals take each picture for one of its own, and "
            "are too narrow. Bring pictures taken elsewhere.",
            warning=True,
        )
    if summary.others < FEW:
        yield Remark(
            f"{counted(summary.others, 'other')} are few to judge by: nobody knows what it makes of "
            f"the rest of the world. Bring {FEW} or more.",
            warning=True,
        )


def _calibration(best: TrialSummary) -> Iterator[Remark]:
    if best.calibration_error <= max(MOST_MISCALIBRATION, best.by_chance):
        return
    # Twice the mean is where most of the error lies on one side.
    if abs(best.mean_probability) * 2 > best.calibration_error:
        side = "too high" if best.mean_probability > 0 else "too low"
    else:
        side = "off in both directions"
    yield Remark(
        f"Its probabilities are {side}, by {percent(best.calibration_error)} on average "
        f"({percent(best.by_chance)} would be chance): trust the order, not the number.",
        warning=True,
    )


def listed(parts: list[str]) -> str:
    """As in ``one, two and three``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
