from __future__ import annotations

import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.calibration import Calibration
from indexer.verdict import UNKNOWN, Match, Verdict, decide, decide_again

CALIBRATION = Calibration(
    sharpness=14.0,
    known=(6.0, -20.0, -0.4, -10.0),
    choice=20.0,
    shares=(0.001, 0.01, 0.05, 0.5),
    crowds=(1, 10),
    limits=((4.0, 2.5, 1.5, -2.0), (5.0, 3.5, 2.5, -1.0)),
    kin=(0.1, 0.2),
)
NEAR, FAR, FARTHER = (
    Match("ticket", "ticket/a.png", 0.1),
    Match("cone", "cone/b.png", 0.3),
    Match("cube", "cube/c.png", 0.6),
)


def verdict_on(*matches: Match, reject: float = 0.05, aside: float = math.inf) -> Verdict:
    """The verdict on a scan with these matches, and this far from any kind of stranger."""
    return decide(
        matches,
        cohort_distance=aside,
        calibration=CALIBRATION,
        n_classes=len(matches),
        reject=reject,
        branch_id="branch",
        index_id="index",
    )


def test_a_near_match_is_the_class() -> None:
    """A ticket would go to review."""
    verdict = verdict_on(NEAR, FAR)
    assert verdict.class_name == "ticket"
    assert verdict.nearest == NEAR
    assert verdict.runner_up == FAR
    assert verdict.score == CALIBRATION.score([0.1, 0.3], CALIBRATION.odds([0.1, 0.3], math.inf))
    assert (verdict.branch_id, verdict.index_id) == ("branch", "index")


def test_a_stranger_is_unknown_but_its_nearest_class_is_told() -> None:
    """A stranger would be filed as the least unlike class, or nobody learn what it resembled."""
    verdict = verdict_on(FAR, FARTHER)
    assert verdict.class_name == UNKNOWN
    assert verdict.nearest == FAR
    assert 0 < verdict.score < 1


def test_no_class_at_all_is_unknown_with_no_score() -> None:
    """A home without examples would file somewhere."""
    verdict = verdict_on()
    assert verdict == Verdict(UNKNOWN, 0.0, (), "branch", "index")
    assert verdict.nearest is None
    assert verdict.runner_up is None


def test_a_single_class_can_say_no() -> None:
    """With one class, everything would be of it."""
    assert verdict_on(NEAR).class_name == "ticket"
    assert verdict_on(NEAR).runner_up is None
    assert verdict_on(NEAR).score == CALIBRATION.score([0.1], CALIBRATION.odds([0.1], math.inf))
    assert verdict_on(FAR).class_name == UNKNOWN


def test_the_limit_itself_is_near_enough() -> None:
    """Two machines that round alike would disagree on the border."""
    border = Match("c", "c/a.png", (6.0 - 1.5) / 20)
    assert CALIBRATION.odds([border.distance], math.inf) == CALIBRATION.limit(0.05, 1)
    assert verdict_on(border).class_name == "c"


def test_reject_and_the_number_of_classes_count() -> None:
    """Settings would be read and not obeyed."""
    close = Match("cone", "cone/b.png", 0.2)
    assert verdict_on(close).class_name == "cone"
    assert verdict_on(close, reject=0.01).class_name == UNKNOWN
    assert verdict_on(close, *(Match(f"{n}", f"{n}/a.png", 0.9) for n in range(9))).class_name == (
        UNKNOWN
    )
    assert verdict_on(FAR, reject=0.4).class_name == "cone"


def test_who_is_nearer_to_a_stranger_than_to_its_class_is_one() -> None:
    """A typed page would be filed as a ticket, where no class of typed pages is."""
    close = Match("ticket", "ticket/a.png", 0.2)
    assert verdict_on(close, aside=0.25) == verdict_on(close)
    assert verdict_on(close).class_name == "ticket"
    assert verdict_on(close, aside=0.05).class_name == UNKNOWN
    assert verdict_on(close, aside=0.05).score < verdict_on(close).score


@pytest.mark.parametrize("distance", [0.05, 0.15, 0.2, 0.225, 0.3])
@pytest.mark.parametrize("aside", [math.inf, 0.1])
@pytest.mark.parametrize("reject", [0.01, 0.05, 0.4])
def test_a_verdict_is_found_again_under_another_reject(
    distance: float, aside: float, reject: float
) -> None:
    """The second copy of a scan would be filed by the setting of the first."""
    matches = (Match("c", "c/a.png", distance), Match("d", "d/a.png", distance + 0.2))
    again = decide_again(
        verdict_on(*matches, aside=aside, reject=0.001),
        calibration=CALIBRATION,
        n_classes=2,
        reject=reject,
    )
    assert again == verdict_on(*matches, aside=aside, reject=reject)


def test_where_no_class_was_there_is_none_again() -> None:
    """The second copy of a scan would end in a traceback."""
    nothing = verdict_on()
    assert decide_again(nothing, calibration=CALIBRATION, n_classes=0, reject=0.9) == nothing


def test_a_verdict_crosses_processes() -> None:
    """A worker's answer would not arrive."""
    verdict = verdict_on(NEAR, FAR)
    assert pickle.loads(pickle.dumps(verdict)) == verdict
    assert hash(verdict)


def test_deciding_needs_no_index() -> None:
    """The rule could not be read or tried without FAISS and TensorFlow."""
    code = "import sys, indexer.verdict; sys.exit(bool({'faiss', 'tensorflow'} & set(sys.modules)))"
    root = Path(__file__).resolve().parent.parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
