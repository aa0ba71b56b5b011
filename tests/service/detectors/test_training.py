"""Trainings on small sets of drawn pictures, and on what people really have."""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from config.errors import DataError, HomeError, UsageError, WeightsError
from config.home import Home
from config.settings import Settings
from models.detector.pictures.drawn import drawn_pictures
from models.detector.saved.manifest import MANIFEST_FILE, PICTURES_FILE, REPORT_FILE, read_manifest
from service.desk.detectors import collecting, training
from service.desk.detectors.listing import described_detector, list_detectors, one_detector
from service.desk.detectors.request import Request
from service.desk.detectors.training import train_detector
from tests.service.detectors.conftest import Train
from tests.service.detectors.pictures import CLASS, cones, scenes


def hidden(home: Home) -> list[str]:
    """What a training left behind in the folder of detectors."""
    return [one.name for one in home.detectors.iterdir() if one.name.startswith(".")]


def test_a_detector_says_what_it_was_made_of(
    home: Home, detector: Path, cone_folder: Path, other_folder: Path
) -> None:
    """Nobody could say next year what it was trained on, or train it again."""
    made = read_manifest(detector)
    assert made.training["positives"] == [str(cone_folder)]
    assert made.training["others"] == [str(other_folder)]
    assert made.training["pictures"] == {"positives": 4, "others": 5}
    assert made.training["weights"] is None
    assert next(iter(made.scores)) == made.training["title"]
    with (detector / PICTURES_FILE).open(newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert sorted(row["label"] for row in rows) == ["cone"] * 4 + ["other"] * 5
    assert all(0 <= float(row["probability"]) <= 1 for row in rows)
    assert (detector / REPORT_FILE).stat().st_size > 10_000
    (listed,) = list_detectors(home)
    assert (listed.trouble, listed.report) == ("", detector / REPORT_FILE)

    def numbers(value: object) -> Iterator[float]:
        for one in value.values() if isinstance(value, dict) else value:
            if isinstance(one, dict | list):
                yield from numbers(one)
            elif isinstance(one, float):
                yield one

    described = json.loads(json.dumps(described_detector(listed), allow_nan=False))
    assert all(map(math.isfinite, numbers(described)))


def test_trained_again_it_is_judged_beside_the_old_one(
    home: Home, detector: Path, train: Train, tmp_path: Path, cone_folder: Path, other_folder: Path
) -> None:
    """Nobody would know whether the new pictures made it better or worse."""
    old = read_manifest(detector).detector_id
    more = cones(tmp_path / "more", 3, first=20)
    copy = tmp_path / "more" / "copy.png"
    copy.write_bytes((cone_folder / "cone-0.png").read_bytes())
    done = train(cone_folder, more, others=(other_folder,))
    earlier = done.comparison.earlier
    assert earlier is not None
    assert len(earlier.probabilities) == 12
    assert np.isfinite(earlier.probabilities).all()
    aside = home.removed / "detectors" / CLASS
    assert any(line.startswith(f"the detector until now lies at {aside}: ") for line in done.told)
    assert read_manifest(aside).detector_id == old
    assert f"left out: {copy} is the same picture as {cone_folder / 'cone-0.png'}" in done.told
    assert "until now" in (detector / REPORT_FILE).read_text()
    assert hidden(home) == []


def test_without_folders_it_is_trained_on_the_last_ones(detector: Path, train: Train) -> None:
    """A person would have to type the same command again."""
    assert detector.is_dir()
    done = train()
    assert len(done.comparison.pictures) == 9
    assert done.comparison.earlier is not None
    assert "as in the last training" in done.told[0]


def test_an_old_one_that_cannot_be_used_is_replaced_and_told(
    home: Home, detector: Path, train: Train, cone_folder: Path, other_folder: Path
) -> None:
    """After an update no detector could be trained again."""
    manifest = detector / MANIFEST_FILE
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 99'))
    (listed,) = list_detectors(home)
    assert "another version" in listed.trouble
    done = train(cone_folder, others=(other_folder,))
    assert done.comparison.earlier is None
    (line,) = (line for line in done.told if "is not judged beside the new one" in line)
    assert "another version" in line
    assert one_detector(home, CLASS).trouble == ""
    assert (home.removed / "detectors" / CLASS).is_dir()


def test_without_others_it_is_judged_by_drawn_ones(
    home: Home, train: Train, cone_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person with nothing but their own pictures could not begin."""
    monkeypatch.setattr(collecting, "drawn_pictures", partial(drawn_pictures, 1))
    done = train(cone_folder)
    assert done.comparison.one_class
    assert any("judged against drawn documents and solids" in line for line in done.told)
    made = read_manifest(home.detectors / CLASS)
    assert made.head == "distance"
    assert made.training["others"] == made.training["background"] == []


def test_a_background_is_judged_by_and_not_learned_from(
    home: Home, train: Train, cone_folder: Path, other_folder: Path
) -> None:
    """The figures would be of drawn pictures, though real ones are at hand."""
    done = train(cone_folder, background=(other_folder,))
    assert done.comparison.one_class
    assert len(done.comparison.pictures) == 9
    assert any(line.startswith("others serve to judge by alone") for line in done.told)
    assert read_manifest(home.detectors / CLASS).training["background"] == [str(other_folder)]


def test_few_pictures_are_trained_on_with_a_word(
    train: Train, tmp_path: Path, other_folder: Path
) -> None:
    """Ten pictures are what most people have."""
    done = train(cones(tmp_path / "few", 3), others=(other_folder,))
    assert any("there are 3 pictures of cone, 3 of them independent" in line for line in done.told)
    assert int(done.comparison.rounds.max()) == 2


def test_one_picture_is_too_few_and_told_how_many_are_missing(
    home: Home, train: Train, tmp_path: Path, other_folder: Path
) -> None:
    """A traceback, or a detector that nobody has judged."""
    one = cones(tmp_path / "one", 1)
    with pytest.raises(DataError, match=r"too few pictures of the class: 1.*Add 2 pictures"):
        train(one, others=(other_folder,))
    with pytest.raises(DataError, match="too few other pictures: 2"):
        train(cones(tmp_path / "cones", 3), others=(scenes(tmp_path / "two", 2),))
    assert list(home.detectors.iterdir()) == []


def test_what_is_no_picture_or_in_both_folders_is_left_out(
    train: Train, tmp_path: Path, cone_folder: Path, other_folder: Path
) -> None:
    """One odd file among hundreds would stop the training, or be learned as both."""
    mine = Path(shutil.copytree(cone_folder, tmp_path / "mine"))
    other = Path(shutil.copytree(other_folder, tmp_path / "other"))
    shutil.copy(other / "scene-0.png", mine / "both.png")
    for number in range(12):
        (mine / f"note-{number:02}.txt").write_text(f"Dear Ada, {number}")
    (other / "cut.png").write_bytes((other / "scene-1.png").read_bytes()[:200])
    done = train(mine, others=(other,))
    assert len(done.comparison.pictures) == 4 + 4
    assert len(done.comparison.left_out) == 15
    told = [line for line in done.told if line.startswith("left out: ")]
    assert len(told) == 11
    assert told[-1] == "left out: 5 more files"


def test_hostile_pictures_stop_no_training(
    train: Train, tmp_path: Path, real_data: Path, cone_folder: Path, other_folder: Path
) -> None:
    """One damaged file in a folder of thousands would cost the whole night."""
    other = Path(shutil.copytree(other_folder, tmp_path / "other"))
    odd = sorted(one for one in (real_data / "hostile").rglob("*") if one.is_file())[::25]
    for number, one in enumerate(odd):
        shutil.copy(one, other / f"odd-{number}{one.suffix}")
    done = train(cone_folder, others=(other,))
    assert len(done.comparison.pictures) + len(done.comparison.left_out) == 9 + len(odd)


@pytest.mark.parametrize("name", ["a/b", "..", ".", "unknown", "Unknown", "", "x" * 201, "a\nb"])
def test_a_name_that_is_none_of_a_folder_is_refused(home: Home, name: str) -> None:
    """A detector would be written anywhere on the disk."""
    with pytest.raises(UsageError, match="Choose a plain word"):
        train_detector(home, Settings(), Request(name, (home.inbox,)), threads=1)


def test_the_same_folder_for_both_is_refused(train: Train, cone_folder: Path) -> None:
    """It would learn that a cone is no cone."""
    with pytest.raises(DataError, match="in the same folder"):
        train(cone_folder, others=(cone_folder,))
    with pytest.raises(DataError, match=r"gone does not exist"):
        train(cone_folder, others=(cone_folder.parent / "gone",))


def test_a_file_that_holds_no_weights_is_refused(
    home: Home, train: Train, tmp_path: Path, cone_folder: Path, other_folder: Path
) -> None:
    """A person who named a file would get a detector without it."""
    (tmp_path / "weights.h5").write_bytes(b"none")
    with pytest.raises(WeightsError, match=r"weights\.h5.* Name Keras's file .*with --weights"):
        train(cone_folder, others=(other_folder,), approach="all", weights=tmp_path / "weights.h5")
    assert list(home.detectors.iterdir()) == []


def test_ctrl_c_leaves_the_earlier_one_and_nothing_else(
    home: Home, detector: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who waits no longer would have no detector, or half of one."""
    before = {one.name: one.read_bytes() for one in detector.iterdir()}

    @contextmanager
    def impatient(label: str, _total: int) -> Iterator[Callable[[], None]]:
        if label.startswith("training"):
            raise KeyboardInterrupt
        yield lambda: None

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for patch in (False, True):
        if patch:
            monkeypatch.setattr(training, "write_detector_report", interrupted)
        watch = training.unwatched if patch else impatient
        with pytest.raises(KeyboardInterrupt):
            train_detector(
                home, Settings(), Request(CLASS, approach="branch"), threads=1, watch=watch
            )
        assert {one.name: one.read_bytes() for one in detector.iterdir()} == before
        assert (hidden(home), home.removed.exists()) == ([], False)


def test_a_full_disk_while_it_is_judged_is_one_line(
    train: Train, cone_folder: Path, other_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback after minutes."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/tmp/x")

    monkeypatch.setattr("models.detector.judging.contest.saved_size", full)
    with pytest.raises(HomeError, match=r"cannot go on: no space left on device"):
        train(cone_folder, others=(other_folder,))
