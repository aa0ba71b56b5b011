from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

from indexer.calibration import Calibration
from indexer.gallery import Gallery
from indexer.verdict import UNKNOWN, Match, Verdict, decide

CALIBRATION = Calibration(
    sharpness=14.0,
    known=(6.0, -20.0, -2.0, 2.0),
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


def gallery_of(*matches: Match) -> Gallery:
    """The classes of these matches, well apart."""
    isolation = 0.8 if len(matches) > 1 else None
    return Gallery({match.class_name: 1 for match in matches}, isolation)


def verdict_on(*matches: Match, reject: float = 0.05) -> Verdict:
    """The verdict on a scan with these matches."""
    return decide(
        matches,
        calibration=CALIBRATION,
        gallery=gallery_of(*matches),
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
    assert verdict.score == CALIBRATION.score([0.1, 0.3], gallery_of(NEAR, FAR))
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
    assert verdict_on(NEAR).score == CALIBRATION.score([0.1], gallery_of(NEAR))
    assert verdict_on(FAR).class_name == UNKNOWN


def test_the_limit_itself_is_near_enough() -> None:
    """Two machines that round alike would disagree on the border."""
    border = Match("c", "c/a.png", (6.0 - 1.5) / 20)
    assert CALIBRATION.odds(border.distance, gallery_of(border)) == CALIBRATION.limit(0.05, 1)
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
