from __future__ import annotations

import math
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.calibration import Calibration
from indexer.verdict import UNKNOWN, Detection, Match, Verdict, decide, decide_again

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


def said(name: str, probability: float, *, accepted: bool = True) -> Detection:
    """What a detector says."""
    return Detection(name, f"id of {name}", probability, accepted)


def with_detectors(*detections: Detection, near: Match | None = NEAR) -> Verdict:
    """The verdict on a ticket, or on what is near nothing, with these detectors."""
    return decide(
        (near, FARTHER) if near else (),
        cohort_distance=math.inf,
        calibration=CALIBRATION,
        n_classes=2,
        reject=0.05,
        branch_id="branch",
        index_id="index",
        detections=detections,
    )


SURE = with_detectors().score


def test_the_surest_of_those_who_accept_wins() -> None:
    """A detector could not win over a near class, or would even where it is less sure."""
    assert SURE < 1
    over = with_detectors(said("banana", min(1.0, SURE + 1e-6)), said("apple", SURE / 2))
    assert (over.class_name, over.decided_by) == ("banana", "detector")
    assert (over.score, over.nearest) == (SURE, NEAR)
    assert over.sureness == over.detections[0].probability
    under = with_detectors(said("banana", SURE - 1e-6))
    assert (under.class_name, under.decided_by) == ("ticket", "support")
    assert under.sureness == SURE


def test_where_both_are_as_sure_the_class_wins() -> None:
    """Which of them wins would hang on the order of the code."""
    verdict = with_detectors(said("banana", SURE))
    assert (verdict.class_name, verdict.decided_by) == ("ticket", "support")
    two = with_detectors(said("banana", 0.9), said("apple", 0.9), near=None)
    assert two.class_name == "banana"


def test_a_detector_that_does_not_accept_never_wins() -> None:
    """A threshold would be a number without effect."""
    for near in (FAR, None):
        verdict = with_detectors(said("banana", 0.99, accepted=False), near=near)
        assert (verdict.class_name, verdict.decided_by, verdict.sureness) == (UNKNOWN, None, 0.0)


def test_a_detector_knows_what_the_examples_reject() -> None:
    """A stranger to the examples, or a home without any, would go to review."""
    far = with_detectors(said("banana", 0.6), near=FAR)
    assert (far.class_name, far.decided_by, far.nearest) == ("banana", "detector", FAR)
    assert far.score == with_detectors(near=FAR).score
    alone = with_detectors(said("banana", 0.6), near=None)
    assert (alone.class_name, alone.score, alone.decided_by) == ("banana", 0.0, "detector")


def test_of_two_that_say_the_same_the_surer_has_decided() -> None:
    """A class that has examples and a detector would be told as decided by either."""
    assert with_detectors(said("ticket", (1 + SURE) / 2)).decided_by == "detector"
    assert with_detectors(said("ticket", SURE / 2)).decided_by == "support"
    assert with_detectors(said("ticket", 0.9, accepted=False), near=FAR).decided_by is None


@pytest.mark.parametrize("near", [NEAR, FAR, None])
@pytest.mark.parametrize("probability", [0.1, 0.6, 0.999999])
def test_detections_hold_when_it_is_decided_again(near: Match | None, probability: float) -> None:
    """The second copy of a scan would go elsewhere than the first."""
    verdict = with_detectors(said("apple", 0.05), said("banana", probability), near=near)
    for class_name in (verdict.class_name, "what a person said"):
        again = decide_again(
            replace(verdict, class_name=class_name),
            calibration=CALIBRATION, n_classes=2, reject=0.05,
        )  # fmt: skip
        assert again == verdict
