"""What people said of scans becomes pictures to train on, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.detector.saved.manifest import read_manifest
from models.drawing.solids import draw_solid
from service.desk.detectors.corrections import corrections_of
from service.desk.scans.correcting import say_what_it_is, take_back_last
from storage.filing.moving import file_away
from storage.records import Decision
from tests.models.detector.scenes import scene
from tests.service.detectors.conftest import Train
from tests.service.detectors.pictures import CLASS
from tests.service.fakes import Desk, scan_of, verdict_of


def file(desk: Desk, name: str, pixels: np.ndarray) -> int:
    """A picture that lies in review; the number of its scan."""
    path = desk.home.inbox / name
    cv2.imwrite(str(path), pixels)
    (claim,) = desk.ledger.claim([scan_of(path)])
    moves = desk.ledger.decide([
        Decision(claim.scan_id, claim.scan, "review", desk.home.review / name, verdict_of("unknown"))
    ])  # fmt: skip
    file_away(moves)
    desk.ledger.close([claim.scan_id])
    return claim.scan_id


def say(desk: Desk, number: int, class_name: str) -> None:
    """A person says what a scan is."""
    say_what_it_is(desk.home, desk.ledger, number, class_name, "api")


def test_the_latest_word_counts_and_what_nobody_said_does_not(desk: Desk) -> None:
    """It would learn its own mistakes."""
    (desk.home.support / "ticket").mkdir()
    (desk.home.support / CLASS).mkdir()
    files = {name: file(desk, f"{name}.png", scene(seed)) for seed, name in enumerate("abcdef")}
    say(desk, files["a"], CLASS)
    say(desk, files["b"], "ticket")
    say(desk, files["b"], CLASS)
    say(desk, files["c"], "ticket")
    say(desk, files["d"], "unknown")
    say(desk, files["e"], CLASS)
    take_back_last(desk.home, desk.ledger, files["e"])
    again = file(desk, "again.png", scene(0))
    say(desk, again, CLASS)
    found = corrections_of(desk.home, desk.ledger, CLASS)
    assert {one.name for one in found.positives} == {"again.png", "b.png"}
    assert {one.name for one in found.others} == {"c.png", "d.png"}
    assert found.left_out == {"the same picture as another": 1}
    assert found.described(CLASS) == [
        "2 scans that people have called cone, and 2 called something else",
        "1 scan left out: the same picture as another",
    ]
    next(one for one in found.others if one.name == "c.png").unlink()
    found = corrections_of(desk.home, desk.ledger, CLASS)
    assert found.left_out["no longer there, or another file now"] == 1


def test_it_is_trained_again_from_corrections(
    desk: Desk, detector: Path, train: Train, cone_folder: Path
) -> None:
    """What people corrected for a year would be of no use to the next detector."""
    for seed in (30, 31):
        drawn = draw_solid("cone", np.random.default_rng(seed), size=256)
        say(desk, file(desk, f"cone-{seed}.png", drawn), CLASS)
    say(desk, file(desk, "other.png", scene(40)), "unknown")
    # A person says of a picture that it was trained on that it is no cone: nobody knows now.
    known = cv2.imread(str(cone_folder / "cone-0.png"), cv2.IMREAD_GRAYSCALE)
    assert known is not None
    (desk.home.inbox / "x.png").write_bytes((cone_folder / "cone-0.png").read_bytes())
    (claim,) = desk.ledger.claim([scan_of(desk.home.inbox / "x.png")])
    place = desk.home.review / "x.png"
    file_away(desk.ledger.decide([
        Decision(claim.scan_id, claim.scan, "review", place, verdict_of("unknown"))
    ]))  # fmt: skip
    desk.ledger.close([claim.scan_id])
    say(desk, claim.scan_id, "unknown")

    done = train(corrections=corrections_of(desk.home, desk.ledger, CLASS))
    labels = done.comparison.labels
    assert (int(labels.sum()), int((~labels).sum())) == (4 - 1 + 2, 5 + 1)
    assert len(done.comparison.left_out) == 2
    assert done.comparison.earlier is not None
    made = read_manifest(detector).training
    assert made["corrections"] == {"positives": 2, "others": 2}
    assert made["positives"] == [str(cone_folder)]
    told = train().told
    assert any("--from-ledger takes them again" in line for line in told)
