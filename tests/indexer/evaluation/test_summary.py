from __future__ import annotations

import pytest

from indexer.evaluation.measures import Proportion
from indexer.evaluation.outcome import Outcome
from indexer.evaluation.summary import errors_of, summarise
from indexer.verdict import UNKNOWN, Match, Verdict


def outcome(
    truth: str, nearest: str, score: float, *, accepted: bool, distance: float = 0.2
) -> Outcome:
    """What came of a query of this class, nearest to an example of that one."""
    match = Match(nearest, f"{nearest}/1.png", distance)
    verdict = Verdict(nearest if accepted else UNKNOWN, score, (match,), "branch", "index")
    own = None if truth == UNKNOWN else Match(truth, f"{truth}/1.png", distance)
    return Outcome(".", f"queries/{truth}/q.png", truth, verdict, own)


OUTCOMES = [
    outcome("cat", "cat", 0.9, accepted=True, distance=0.1),
    outcome("cat", "cat", 0.3, accepted=False, distance=0.5),
    outcome("cat", "dog", 0.8, accepted=True, distance=0.2),
    outcome("dog", "cat", 0.2, accepted=False, distance=0.6),
    outcome(UNKNOWN, "cat", 0.85, accepted=True, distance=0.15),
    outcome(UNKNOWN, "dog", 0.1, accepted=False, distance=0.7),
]


def test_the_figures_by_hand() -> None:
    """A report would count rejections as errors, or strangers as known."""
    found = summarise(OUTCOMES)
    assert found.errors == Proportion(2, 4) == errors_of(OUTCOMES)
    assert found.strangers == 2
    assert found.confusion == {
        "cat": {"cat": 2, "dog": 1},
        "dog": {"cat": 1},
        UNKNOWN: {"cat": 1, "dog": 1},
    }
    assert found.decisions.accepted_right == Proportion(1, 4)
    assert found.decisions.accepted_wrong == Proportion(1, 4)
    assert found.decisions.rejected == Proportion(2, 4)
    assert found.decisions.strangers_accepted == Proportion(1, 2)


def test_strangers_are_told_by_score_and_by_distance() -> None:
    """A near distance would count as a sign of a stranger."""
    found = summarise(OUTCOMES)
    assert found.by_score is not None
    assert found.by_distance is not None
    # By score 0.9 beats both strangers; the others beat 0.1 alone: 5 of 8. By distance too.
    assert found.by_score.auroc == pytest.approx(5 / 8)
    assert found.by_distance.auroc == pytest.approx(5 / 8)
    assert found.by_score.kept == Proportion(1, 4)
    assert found.by_distance.kept == Proportion(1, 4)


def test_a_score_for_a_stranger_is_never_right() -> None:
    """A network that is sure of strangers would be called well calibrated."""
    sure = [outcome(UNKNOWN, "cat", 1.0, accepted=True)]
    assert summarise(sure).calibration_error == 1.0
    assert summarise([outcome("cat", "cat", 1.0, accepted=True)]).calibration_error == 0.0


def test_without_strangers_there_are_no_figures_of_them() -> None:
    """An evaluation of known classes alone would end in an error, or boast."""
    found = summarise(OUTCOMES[:4])
    assert found.by_score is None
    assert found.by_distance is None
    assert found.strangers == 0
    assert found.decisions.strangers_accepted.share is None


def test_strangers_alone_can_be_asked() -> None:
    """Who asks only whether strangers stay out would get an error."""
    found = summarise(OUTCOMES[4:])
    assert found.errors == Proportion(0, 0)
    assert found.by_score is None
    assert found.decisions.strangers_accepted == Proportion(1, 2)


def test_nothing_at_all_is_a_summary_too() -> None:
    """An episode whose queries are all unreadable would end the command."""
    found = summarise([])
    assert (found.errors.total, found.calibration_error) == (0, None)
    assert found.confusion == {}


def test_a_class_called_unknown_by_rejection_is_still_right_or_wrong() -> None:
    """The errors would change with the 'reject' setting."""
    kept = [outcome("cat", "cat", 0.9, accepted=True), outcome("cat", "dog", 0.9, accepted=True)]
    shut = [outcome("cat", "cat", 0.9, accepted=False), outcome("cat", "dog", 0.9, accepted=False)]
    assert errors_of(kept) == errors_of(shut) == Proportion(1, 2)
