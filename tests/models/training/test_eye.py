from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.errors import DataError, WeightsError
from models.page.prepare import Recipe
from models.siamese.branch import build_branch
from models.siamese.shapes import TINY, TINY_JOINED, BranchShape
from models.siamese.weights import Manifest, write_manifest
from models.training.eye import eye_training, finished_eye

TRAINING = {"command": "pigeonhole train --data letters", "hold_out": ["Latin"]}


def finished(path: Path, shape: BranchShape = TINY, training: dict[str, Any] = TRAINING) -> Any:
    """A run folder as training leaves it; its branch."""
    path.mkdir(exist_ok=True)
    branch = build_branch(shape)
    branch.save_weights(path / "siamese.weights.h5")
    manifest = Manifest(
        weights="siamese.weights.h5",
        sha256=hashlib.sha256((path / "siamese.weights.h5").read_bytes()).hexdigest(),
        branch=shape,
        recipe=Recipe(side=shape.eye.side),
        training=training,
    )
    write_manifest(path / "siamese.manifest.json", manifest)
    return branch


def refused(path: Path, error: type[DataError | WeightsError] = DataError) -> str:
    """What is said; nothing is written."""
    inside = path if path.is_dir() else path.parent
    before = {one: one.read_bytes() for one in inside.rglob("*") if one.is_file()}
    with pytest.raises(error) as caught:
        finished_eye(path)
    assert before == {one: one.read_bytes() for one in inside.rglob("*") if one.is_file()}
    return str(caught.value)


def alike(one: Any, other: Any) -> bool:
    """Whether two networks have the same weights."""
    return all(
        np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True)
    )


def test_an_eye_is_named_by_its_folder_or_its_manifest(tmp_path: Path) -> None:
    """A person would have to guess which."""
    branch = finished(tmp_path)
    for path in (tmp_path, tmp_path / "siamese.manifest.json"):
        eye, manifest = finished_eye(path)
        assert alike(eye, branch)
        assert eye_training(manifest) == TRAINING


def test_the_eye_of_a_joined_branch_can_be_joined_again(tmp_path: Path) -> None:
    """The shape eye would have to be trained anew for another set of kinds."""
    branch = finished(tmp_path, TINY_JOINED, {"command": "second", "eye": TRAINING})
    eye, manifest = finished_eye(tmp_path)
    assert alike(eye, branch.get_layer("shape_eye"))
    assert eye_training(manifest) == TRAINING


def test_weights_of_another_training_are_refused(tmp_path: Path) -> None:
    """The manifest would tell of a training that its eye has not had."""
    finished(tmp_path)
    (tmp_path / "siamese.weights.h5").write_bytes(b"others")
    said = refused(tmp_path, WeightsError)
    assert f"has sha256 {hashlib.sha256(b'others').hexdigest()[:12]}…, its manifest says" in said
    assert str(tmp_path / "siamese.weights.h5") in said
    assert said.endswith("Train it again, or name another with --eye")


def test_a_manifest_of_another_version_is_refused(tmp_path: Path) -> None:
    """Its numbers would be taken for other ones."""
    finished(tmp_path)
    file = tmp_path / "siamese.manifest.json"
    found = json.loads(file.read_text()) | {"format": 1}
    file.write_text(json.dumps(found))
    said = refused(tmp_path, WeightsError)
    assert f"{file} is of format 1, this version reads 2" in said


def test_an_unfinished_training_says_how_far_it_came(tmp_path: Path) -> None:
    """A person would not know whether to wait or to begin again."""
    settings = {"format": 1, "plan": {"epochs": 9}}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    said = refused(tmp_path)
    assert f"the training in {tmp_path} is not finished, it has come to epoch 0 of 9" in said
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "state.json").write_text(json.dumps({"epoch": 4}))
    assert "it has come to epoch 4 of 9" in refused(tmp_path)
    assert "Finish it with the command that began it" in refused(tmp_path)


def test_a_run_folder_of_another_version_names_both(tmp_path: Path) -> None:
    """Half of what it holds would be misread."""
    (tmp_path / "settings.json").write_text('{"format": 7}')
    said = refused(tmp_path)
    assert f"{tmp_path} holds a run of format 7, this version goes on with 1" in said
    assert "--eye" in said


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, there: bool) -> None:
    """A mistyped path would be a traceback."""
    path = tmp_path / "run"
    if there:
        path.mkdir()
    said = refused(path)
    assert str(path) in said
    assert ("holds no siamese.manifest.json" if there else "does not exist") in said
