from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from config.errors import DataError, UsageError
from models.drawing.documents import DOCUMENT_KINDS
from models.episodes.spec import DataSpec
from models.siamese.shapes import JoinShape
from models.siamese.weights import SHIPPED, Manifest, load_branch, read_manifest, write_manifest
from models.training.eye import eye_training
from service.desk.training.joining import join_eyes

KINDS = ("staves", "register", "typescript", "maze")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten icons in two sets, and pages of four kinds."""
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    for number in range(10):
        folder = root / "icons" / "ab"[number % 2] / f"icon{number}"
        folder.mkdir(parents=True)
        corners = rng.integers(10, 90, (3, 2))
        for image in range(5):
            pixels = np.full((100, 100), 255, np.uint8)
            cv2.polylines(pixels, [corners + rng.integers(-3, 4, (3, 2))], True, 0, 2)
            cv2.imwrite(str(folder / f"{image}.png"), pixels)
    for kind in KINDS:
        (root / "kinds" / kind).mkdir(parents=True)
        for image in range(4):
            cv2.imwrite(str(root / "kinds" / kind / f"{image}.png"), DOCUMENT_KINDS[kind](rng, 400))
    return root


def join(data: Path, out: Path, **options: Any) -> tuple[Manifest, list[str]]:
    """The manifest, and the lines that were told."""
    lines: list[str] = []
    given = {
        "eye": SHIPPED, "hold_out": frozenset({"b", "maze"}), "drawings": 2, "solids": False,
    } | options  # fmt: skip
    manifest = join_eyes(
        [DataSpec(data / "icons")],
        [DataSpec(data / "kinds")],
        seed=1,
        out=out,
        provenance={"command": "pigeonhole train --eye"},
        tell=lines.append,
        **given,
    )
    return manifest, lines


def files(path: Path) -> dict[Path, bytes]:
    """Every file below a folder."""
    return {one: one.read_bytes() for one in path.rglob("*") if one.is_file()}


@pytest.mark.slow
def test_a_shape_eye_and_kinds_of_documents_become_a_branch(data: Path, tmp_path: Path) -> None:
    """The command would leave weights that nothing can use, or another shape eye."""
    steps: dict[str, list[int]] = {}

    @contextmanager
    def watch(label: str, total: int) -> Iterator[Callable[[], None]]:
        steps[label] = [total, 0]

        def advance() -> None:
            steps[label][1] += 1

        yield advance

    manifest, lines = join(data, tmp_path / "run", watch=watch)
    branch, read = load_branch(tmp_path / "run" / "siamese.manifest.json")
    assert read == manifest
    assert manifest.branch.join == JoinShape()
    eye, _ = load_branch(SHIPPED)
    if read_manifest(SHIPPED).branch.join is not None:
        eye = eye.get_layer("shape_eye")
    for one, other in zip(
        branch.get_layer("shape_eye").get_weights(), eye.get_weights(), strict=True
    ):
        assert np.array_equal(one, other)
    training = manifest.training
    assert training["command"] == "pigeonhole train --eye"
    assert training["eye"] == eye_training(read_manifest(SHIPPED))
    assert training["join"]["hold_out"] == ["b", "maze"]
    assert training["join"]["sources"]["pages"]["read"]["kinds"] == 3
    assert training["join"]["sources"]["drawings"]["icons"]["pages"] == 10  # two of each of five
    assert training["join"]["held_out"] == {
        "icons": {"classes": 5, "images": 25},
        "pages": {"classes": 1, "images": 4},
        "drawn pages": {"classes": 1, "images": 20},  # mazes
    }
    assert manifest.scores["held-out one-shot"].keys() == {"icons"}
    assert manifest.scores["held-out gate"]["pages"] == {"images": 4, "wrong": 0}
    assert manifest.calibration["cohort"].keys() == {"register", "staves", "typescript"}
    assert (tmp_path / "run" / "classes.txt").read_text().split() == [
        "register", "staves", "typescript",
    ]  # fmt: skip
    assert all(done == total for label, (total, done) in steps.items() if label != "icons")
    (line,) = lines
    assert line.startswith("the eye's training did not hold out b: if it saw them")

    before = files(tmp_path)
    with pytest.raises(DataError, match="already holds a trained network"):
        join(data, tmp_path / "run")
    assert files(tmp_path) == before


@pytest.mark.slow
def test_it_can_be_done_again(data: Path, tmp_path: Path) -> None:
    """The shipped weights could not be made again from their manifest."""
    one, _ = join(data, tmp_path / "one", solids=True, hold_out=frozenset({"b"}))
    other, lines = join(data, tmp_path / "other", solids=True, hold_out=frozenset({"b"}))
    assert one.training == other.training
    assert one.calibration == other.calibration
    assert one.scores == other.scores
    weights = [load_branch(tmp_path / name / "siamese.manifest.json")[0] for name in
               ("one", "other")]  # fmt: skip
    for here, there in zip(*(branch.get_weights() for branch in weights), strict=True):
        assert np.array_equal(here, there)
    assert "solids" in one.scores["held-out one-shot"]
    assert any("no kind of --pages is held out" in line for line in lines)


@pytest.mark.slow
def test_classes_that_the_eye_has_learned_are_told(data: Path, tmp_path: Path) -> None:
    """Scores and calibration on them would be too good, and nobody would know."""
    eye = read_manifest(SHIPPED)
    trained = eye.training["eye"]
    sources = {**trained["sources"], "icons": {}}
    held = {**trained["held_out"], "icons": {"classes": 2}}
    folder = tmp_path / "eye"
    folder.mkdir()
    training = {**eye.training, "eye": {**trained, "sources": sources, "held_out": held}}
    write_manifest(folder / "siamese.manifest.json", replace(eye, training=training))
    (folder / eye.weights).symlink_to(SHIPPED.parent / eye.weights)
    _, lines = join(data, tmp_path / "run", eye=folder)
    assert any("held out 2 classes of icons, here 5 are" in line for line in lines)


@pytest.mark.slow
def test_kinds_that_are_folds_are_judged_by_and_learned(data: Path, tmp_path: Path) -> None:
    """Kinds to calibrate by would be lost to training, or calibrate a branch that knows them."""
    folds = [frozenset({"maze"}), frozenset({"staves", "register", "letter"})]
    manifest, lines = join(data, tmp_path / "run", hold_out=frozenset({"b"}), folds=folds)
    join_settings = manifest.training["join"]
    assert join_settings["folds"] == [["maze"], ["letter", "register", "staves"]]
    assert join_settings["sources"]["pages"]["read"]["kinds"] == 4
    assert join_settings["held_out"] == {
        "icons": {"classes": 5, "images": 25},  # the same five in both folds: they count once
        "pages": {"classes": 3, "images": 12},
        "drawn pages": {"classes": 4, "images": 80},
    }
    assert manifest.calibration["cohort"].keys() == {*KINDS}
    assert not any("no kind of --pages is held out" in line for line in lines)

    plain, _ = join(data, tmp_path / "plain", hold_out=frozenset({"b"}))
    weights = [load_branch(tmp_path / name / "siamese.manifest.json")[0] for name in
               ("run", "plain")]  # fmt: skip
    for here, there in zip(*(branch.get_weights() for branch in weights), strict=True):
        assert np.array_equal(here, there), "the last join has learned all folds"
    assert plain.calibration != manifest.calibration


@pytest.mark.parametrize(
    ("folds", "said"),
    [
        ([{"mase"}], "--fold .mase. names no kind .* Did you mean maze?"),
        ([{""}], "--fold .. names no kind .* There are 33: answer_sheet, "),
        ([{"maze"}, {"maze", "staves"}], "--fold .maze. is in 2 folds"),
        ([{"b"}], "--fold .b. names no kind"),
    ],
)
def test_a_fold_of_no_kind_is_refused(
    data: Path, tmp_path: Path, folds: list[set[str]], said: str
) -> None:
    """A kind would be thought judged by though a typing error left it out."""
    with pytest.raises(UsageError) as caught:
        join(data, tmp_path / "run", hold_out=frozenset({"b"}), folds=[*map(frozenset, folds)])
    assert re.search(said, f"{caught.value} {caught.value.advice}")
    assert not (tmp_path / "run").exists()


def test_what_is_interrupted_leaves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with half a network could not be told from a whole one."""

    def interrupted(*_args: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("service.desk.training.rounds.fit_calibration", interrupted)
    with pytest.raises(KeyboardInterrupt):
        join(data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("hold_out", "said"),
    [
        ({"a", "b"}, "10 classes of drawings held out and 0 are left to learn from"),
        ({"icon1", "maze"}, "2 classes of 2 images and more are held out, .* need 3"),
    ],
)
def test_too_few_classes_are_refused_at_once(
    data: Path, tmp_path: Path, hold_out: set[str], said: str
) -> None:
    """Minutes would pass before a message that could have come at the start."""
    with pytest.raises(DataError, match=said):
        join(data, tmp_path / "run", hold_out=frozenset(hold_out))
    assert not (tmp_path / "run").exists()


def test_the_folder_of_an_unfinished_shape_eye_is_left_alone(data: Path, tmp_path: Path) -> None:
    """Hours of training would be mixed with another network."""
    (tmp_path / "run").mkdir()
    settings = {"format": 1, "plan": {"epochs": 9}}
    (tmp_path / "run" / "settings.json").write_text(json.dumps(settings))
    before = files(tmp_path)
    with pytest.raises(DataError, match="holds the training of a shape eye that is not finished"):
        join(data, tmp_path / "run")
    with pytest.raises(DataError, match="has come to epoch 0 of 9"):
        join(data, tmp_path / "other", eye=tmp_path / "run")
    assert files(tmp_path) == before


@pytest.mark.slow
def test_images_that_cannot_be_read_are_named_once(data: Path, tmp_path: Path) -> None:
    """A collection could shrink unnoticed."""
    bad = data / "kinds" / "maze" / "bad.png"
    bad.write_bytes(b"no picture")
    try:
        _, lines = join(data, tmp_path / "run")
    finally:
        bad.unlink()
    (line,) = [line for line in lines if line.startswith("left out: ")]
    assert f"{bad} is no image" in line
    assert lines[-1] == "images left out because they cannot be read: 1"
