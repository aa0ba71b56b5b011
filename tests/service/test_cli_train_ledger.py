from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.errors import DataError
from service.cli.train_ledger import without_home
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.desk.training.said import described, said_data
from storage.filing.moving import file_away
from storage.records import Decision
from tests.service.fakes import Desk, scan_of, verdict_of

COMMAND = Path(sys.executable).with_name("pigeonhole")
CLASSES = [f"shape{number}" for number in range(6)]


def file(desk: Desk, name: str, class_name: str, pixels: np.ndarray | None = None) -> int:
    """A picture that was filed to a class by the network; the number of the scan."""
    path = desk.home.inbox / name
    if pixels is None:
        path.write_text(f"{name} is no picture")
    else:
        cv2.imwrite(str(path), pixels)
    (claim,) = desk.ledger.claim([scan_of(path)])
    state = "review" if class_name == "unknown" else "filed"
    folder = desk.home.review if class_name == "unknown" else desk.home.sorted / class_name
    moves = desk.ledger.decide([
        Decision(claim.scan_id, claim.scan, state, folder / name, verdict_of(class_name))  # type: ignore[arg-type]
    ])  # fmt: skip
    file_away(moves)
    desk.ledger.close([claim.scan_id])
    return claim.scan_id


@pytest.fixture
def filed(desk: Desk) -> Desk:
    """Six classes of five polygons, which people have confirmed, and one picture of none said so."""
    rng = np.random.default_rng(0)
    for name in CLASSES:
        (desk.home.support / name).mkdir()
        corners = rng.integers(10, 90, (4, 2))
        for image in range(5):
            pixels = np.full((100, 100), 255, np.uint8)
            cv2.polylines(pixels, [corners + rng.integers(-3, 4, (4, 2))], True, 0, 2)
            # One of each was taken for another class.
            guess = name if image else CLASSES[0]
            number = file(desk, f"{name}-{image}.png", guess, pixels)
            say_what_it_is(desk.home, desk.ledger, number, name, "api")
    return desk


def odd(desk: Desk) -> None:
    """What is not to be learned from."""
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 255, (50, 50)).astype(np.uint8) for _ in range(5)]
    file(desk, "unseen.png", "shape1", pictures[0])
    back = file(desk, "back.png", "shape1", pictures[1])
    say_what_it_is(desk.home, desk.ledger, back, "shape2", "api")
    take_back_last(desk.home, desk.ledger, back)
    for name, class_name, picture in (
        ("none.png", "unknown", pictures[2]), ("gone.png", "shape1", pictures[3]),
        ("changed.png", "shape1", pictures[4]), ("page.pdf", "shape1", None),
    ):  # fmt: skip
        number = file(desk, name, class_name, picture)
        say_what_it_is(desk.home, desk.ledger, number, class_name, "api")
    (desk.home.sorted / "shape1" / "gone.png").unlink()
    (desk.home.sorted / "shape1" / "changed.png").write_bytes(b"another")
    # The same bytes under another name.
    again = desk.home.inbox / "again.png"
    again.write_bytes((desk.home.sorted / "shape3" / "shape3-1.png").read_bytes())
    number = file(desk, "again.png", "shape3", cv2.imread(str(again), cv2.IMREAD_GRAYSCALE))
    say_what_it_is(desk.home, desk.ledger, number, "shape3", "api")


def test_what_people_said_is_taken_and_nothing_else(filed: Desk) -> None:
    """The network would learn its own mistakes, or a picture under two names."""
    odd(filed)
    with said_data(filed.home, filed.ledger) as data:
        assert data.classes == dict.fromkeys(CLASSES, 5)
        assert data.left_out == {
            "of none of the classes": 1, "no longer there, or another file now": 2,
            "of a kind that training does not read": 1, "the same picture as another": 1,
        }  # fmt: skip
        root = data.spec.path
        assert {one.name for one in root.iterdir()} == set(CLASSES)
        assert len(list(root.glob("*/*.png"))) == 30
        assert all(one.resolve().is_relative_to(filed.home.sorted) for one in root.glob("*/*"))
        first, *others = described(data)
    assert first == (
        "30 scans that people have confirmed or corrected: "
        + ", ".join(f"5 {name}" for name in CLASSES)
    )
    assert "2 scans left out: no longer there, or another file now" in others
    assert not root.exists()
    assert (filed.home.sorted / "shape1" / "shape1-1.png").exists()


def test_a_correction_counts_and_not_the_prediction(filed: Desk) -> None:
    """What was corrected would be learned as what it was taken for."""
    with said_data(filed.home, filed.ledger) as data:
        names = {one.resolve().name for one in (data.spec.path / "shape4").iterdir()}
    assert names == {f"shape4-{image}.png" for image in range(5)}


def test_where_nobody_said_anything_there_is_one_clear_error(desk: Desk) -> None:
    """A training would end in a traceback, or learn from predictions."""
    file(desk, "a.png", "shape1", np.zeros((50, 50), np.uint8))
    with (
        pytest.raises(DataError, match="nobody has confirmed or corrected a scan"),
        said_data(desk.home, desk.ledger),
    ):
        pass
    number = file(desk, "b.png", "unknown", np.ones((50, 50), np.uint8))
    say_what_it_is(desk.home, desk.ledger, number, "unknown", "api")
    with (
        pytest.raises(DataError, match=r"learned from \(1 of none of the classes\)"),
        said_data(desk.home, desk.ledger),
    ):
        pass


@pytest.mark.slow
def test_a_network_is_trained_on_what_people_said(filed: Desk, tmp_path: Path) -> None:
    """What people corrected for a year would be of no use to the next network."""
    held = [word for name in CLASSES[:3] for word in ("--hold-out", name)]
    done = train(filed, tmp_path, *held)
    assert done.returncode == 0, done.stderr
    assert "30 scans that people have confirmed or corrected: 5 shape0, " in done.stderr
    text = (tmp_path / "run" / "siamese.manifest.json").read_text()
    told = json.loads(text)["training"]
    assert told["from_ledger"] == {
        "scans": 30, "classes": dict.fromkeys(CLASSES, 5), "left_out": {},
    }  # fmt: skip
    assert set(told["sources"]) == {"ledger"}
    assert "--from-ledger" in told["command"]
    assert str(filed.home.root) not in text


@pytest.mark.slow
def test_too_few_classes_are_one_clear_error(filed: Desk, tmp_path: Path) -> None:
    """Nobody would know which option is short of what."""
    for held, said in (
        (CLASSES[:5], "--from-ledger leaves 1 class to learn from"),
        (CLASSES[:1], "1 class of 2 images and more is held out, judging and calibrating need 3"),
    ):
        words = [word for name in held for word in ("--hold-out", name)]
        done = train(filed, tmp_path, *words)
        assert (done.returncode, said in done.stderr) == (10, True), done.stderr
        assert "Traceback" not in done.stderr
    done = subprocess.run(
        [COMMAND, "train", "--out", tmp_path / "run"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "there is no --data" in done.stderr) == (2, True), done.stderr


def test_the_home_is_nobodys_business() -> None:
    """A manifest that is handed on would tell where whose scans lie."""
    words = ["train", "--home", "/home/ada/scans", "--from-ledger", "--home=/x", "--seed", "2"]
    assert without_home(words) == ["train", "--from-ledger", "--seed", "2"]


def train(desk: Desk, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A small training on the ledger alone."""
    return subprocess.run(
        [
            COMMAND, "train", "--from-ledger", "--home", desk.home.root, "--out", "run",
            "--epochs", "1", "--batches", "2", "--batch", "8", "--threads", "1",
            "--precision", "float32", *words,
        ],
        cwd=folder, env=os.environ, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
