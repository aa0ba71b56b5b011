from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indexer.evaluation.areas import Area
from indexer.evaluation.detectors import summarise_comparison
from models.detector.judging.trial import Comparison, Earlier
from service.reports.detectors.doubts import border_tells
from service.reports.detectors.verdict import remarks, verdict_lines
from service.reports.detectors.wording import (
    SIDE_BY_SIDE,
    border_figures,
    comparison_headline,
    earlier_figures,
    side_by_side,
    trial_figures,
)
from tests.comparisons import BUSY, WHITE, comparison_in, trial_of


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """A detector that nothing speaks against."""
    made = comparison_in(tmp_path_factory.mktemp("verdict"), 40, 80)
    return replace(made, trials=(trial_of(made.labels, "cnn", gap=3.0, seed=1), *made.trials[1:]))


def doubts(comparison: Comparison) -> list[str]:
    """What is to be mended."""
    found = remarks(comparison, summarise_comparison(comparison))
    return [one.text for one in found if one.warning]


def judged(comparison: Comparison, gap: float) -> Comparison:
    """The same with one trial, whose scores are so far apart."""
    return replace(comparison, trials=(trial_of(comparison.labels, "cnn", gap=gap, seed=1),))


def test_a_good_detector_is_called_good_and_used(comparison: Comparison) -> None:
    """Nobody would dare to use it."""
    told = verdict_lines(comparison)
    assert told[0].startswith("Good: the best approach is cnn (AUROC 0.9")
    assert "of 40" not in told[0]
    assert told[1].startswith("Of 40 pictures of banana it recognises 3")
    assert "of 80 others it takes" in told[1]
    assert told[-1].startswith("Next: use it")
    assert doubts(comparison) == []


@pytest.mark.parametrize(
    ("gap", "said", "doubted"),
    [
        (1.5, "Usable, if somebody looks over", False),
        (0.9, "Not good enough to sort by", True),
        (0.1, "Not usable: the best approach, cnn, may as well be guessing", True),
    ],
)
def test_the_grade_follows_the_area(
    comparison: Comparison, gap: float, said: str, doubted: bool
) -> None:
    """A detector that guesses would be called good."""
    found = judged(comparison, gap)
    assert verdict_lines(found)[0].startswith(said)
    assert any(one.startswith(said) for one in doubts(found)) is doubted


def test_what_few_pictures_promise_is_not_proven(comparison: Comparison) -> None:
    """Ten pictures that part perfectly would be sold as a perfect detector."""
    some = [*np.flatnonzero(comparison.labels)[:10].tolist(), 40, 41, 42]
    few = replace(
        comparison, pictures=tuple(comparison.pictures[at] for at in some),
        rounds=comparison.rounds[some], border=None, earlier=None,
    )  # fmt: skip
    few = judged(few, 9.0)
    assert verdict_lines(few)[0].startswith("Promising, but not proven")
    said = " ".join(doubts(few))
    assert "10 pictures of banana are few: its AUROC may lie anywhere from 0.63 to 1.00" in said
    assert "3 others are few to judge by" in said


def test_pictures_of_one_place_are_told(comparison: Comparison) -> None:
    """Forty shots of one banana would pass for forty bananas."""
    pictures = tuple(
        replace(one, group="one" if one.positive else one.group) for one in comparison.pictures
    )
    (said,) = doubts(replace(comparison, pictures=pictures))
    assert said.startswith("The pictures of banana are of 1 scene alone")


def test_a_border_that_tells_the_label_is_a_warning(comparison: Comparison) -> None:
    """A white background would be learned for a banana, and 98 % be printed over it."""
    rng = np.random.default_rng(1)
    border = 2.0 * comparison.labels + rng.normal(0, 1, len(comparison.labels))
    telling = replace(comparison, border=border)
    assert verdict_lines(telling)[0].startswith("Good on these pictures: ")
    assert verdict_lines(telling)[0].endswith("Mind the warnings.")
    (said,) = doubts(telling)
    assert said.startswith("The border of a picture alone tells whether it is banana")
    assert "The best approach hardly needs it" in said
    best = comparison.best
    leaning = replace(best, grounds={WHITE: rng.random(len(border))})
    said = " ".join(doubts(replace(telling, trials=(leaning,))))
    assert "The best approach uses it" in said
    bare = replace(best, grounds={})
    assert "was not measured" in " ".join(doubts(replace(telling, trials=(bare,))))


@pytest.mark.parametrize(
    ("border", "best", "tells"),
    [
        (Area(0.80, 0.74, 0.85), Area(0.97, 0.94, 0.99), True),
        (Area(0.80, 0.58, 0.92), Area(0.97, 0.94, 0.99), False),  # it may be chance
        (Area(0.68, 0.62, 0.74), Area(0.97, 0.94, 0.99), False),  # a trifle beside the best
        (Area(0.68, 0.62, 0.74), Area(0.75, 0.70, 0.80), True),
    ],
)
def test_the_rule_of_the_border(border: Area, best: Area, tells: bool) -> None:
    """Every detector would be warned of, or none."""
    assert border_tells(border, best) is tells


def test_a_ground_that_costs_is_a_warning(comparison: Comparison) -> None:
    """A detector of backgrounds would be put to work."""
    best = comparison.best
    blind = np.random.default_rng(3).random(len(comparison.labels))
    trials = (
        replace(best, grounds={WHITE: best.probabilities, BUSY: blind}),
        *comparison.trials[1:],
    )
    headline, said = doubts(replace(comparison, trials=trials))
    assert headline.startswith("Not to be relied on: ")
    assert f"on {BUSY}" in headline
    assert said.startswith("It leans on the background")
    assert f"{BUSY} (to 0." in said
    assert WHITE not in said


def test_probabilities_that_are_too_high_are_told(comparison: Comparison) -> None:
    """A score of 0.9 would be taken for nine of ten."""
    best = comparison.best
    for power, side in ((0.3, "too high"), (6.0, "too low")):
        held = best.probabilities**power
        trial = replace(best, probabilities=held, threshold=0.5**power, grounds={})
        (said,) = doubts(replace(comparison, trials=(trial,)))
        assert said.startswith(f"Its probabilities are {side}, by ")


def test_one_class_that_lets_everything_in_asks_for_others(comparison: Comparison) -> None:
    """Who gave no others would not learn that they are what is missing."""
    best = replace(comparison.best, threshold=0.0, grounds={})
    lax = replace(comparison, trials=(best,))
    headline, said = doubts(replace(lax, one_class=True))
    assert headline.startswith("Not good enough to sort by: ")
    assert said.startswith("Without others to learn from it lets in 100 %")
    assert "--others" in said
    assert any(
        "the 80 others served to judge it" in one
        for one in verdict_lines(replace(lax, one_class=True))
    )
    _, said = doubts(lax)
    assert said.startswith("It takes 100 % of the others for banana")
    (said,) = doubts(replace(comparison, trials=(replace(best, threshold=1.1),)))
    assert said.startswith("It misses 100 % of the pictures of banana")


def test_old_and_new_are_told_apart_only_where_they_differ(comparison: Comparison) -> None:
    """A worse detector would silently replace a better one."""
    labels = comparison.labels

    def said(held: np.ndarray) -> str:
        earlier = Earlier("cnn", "2026-05-04", held, 0.5)
        return " ".join(verdict_lines(replace(judged(comparison, 1.2), earlier=earlier)))

    assert "Worse than the detector until now (AUROC 0." in said(np.where(labels, 0.8, 0.3))
    assert "Better than the detector until now" in said(np.where(labels, 0.3, 0.8))
    same = judged(comparison, 1.2).best.probabilities
    assert "No clear difference to the detector until now" in said(same)
    assert "cannot be compared with the detector until now" in said(np.full(len(labels), np.nan))


def test_approaches_that_may_be_as_good_are_named(comparison: Comparison) -> None:
    """Who could do without a network of minutes would not learn it."""
    near = [trial_of(comparison.labels, title, gap=3.0, seed=7) for title in ("a", "b", "c")]
    told = " ".join(verdict_lines(replace(comparison, trials=tuple(near))))
    assert "better than b and c: the difference may be chance" in told


def test_what_cannot_be_judged_is_said_in_one_line(comparison: Comparison) -> None:
    """No others, and a traceback."""
    alone = replace(
        comparison, pictures=tuple(one for one in comparison.pictures if one.positive), earlier=None
    )
    assert verdict_lines(alone) == ["Nothing could be judged: there is no picture of anything else"]
    assert verdict_lines(replace(comparison, trials=())) == [
        "Nothing could be judged: no approach was tried"
    ]


def test_the_rows_of_the_terminal_hold_every_trial(comparison: Comparison) -> None:
    """The terminal and the report would say different things."""
    summary = summarise_comparison(comparison)
    rows = side_by_side(comparison, summary)
    assert [row[0] for row in rows] == [one.title for one in comparison.trials]
    assert {len(row) for row in rows} == {len(SIDE_BY_SIDE)}
    names = [
        f"{trial.title}: {one.name}"
        for trial, found in zip(comparison.trials, summary.trials, strict=True)
        for one in trial_figures(trial, found, comparison.name, one_class=False)
    ]
    others = (*border_figures(comparison, summary), *earlier_figures(comparison, summary))
    names += [one.name for one in others]
    assert len(set(names)) == len(names)
    for name in (
        "cnn: AUROC", "cnn: average precision", "cnn: banana, kept", "cnn: others, let in",
        "cnn: calibration error (ECE)", f"cnn: on {WHITE}: loss of AUROC", "branch, dense: to train",
        "branch, nearest: behind the best, AUROC", "the border alone: AUROC",
        "until now (cnn, 2026-05-04): AUROC", "new one: gain of AUROC",
    ):  # fmt: skip
        assert name in names
    assert comparison_headline(comparison) == (
        "40 pictures of banana and 80 others, 3 approaches, judged in 4 rounds"
    )


def test_what_was_judged_by_drawings_is_not_known(comparison: Comparison) -> None:
    """An AUROC of 1.000 against line drawings was called good, and it took most photographs."""
    drawn = replace(comparison, one_class=True, drawn=True)
    first = verdict_lines(drawn)[0]
    assert first.startswith("How good it is with photographs is not known")
    assert "--others" in first
    assert first in doubts(drawn)
