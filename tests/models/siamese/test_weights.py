from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from config.errors import WeightsError
from models.page.prepare import Recipe
from models.siamese.branch import TINY, build_branch
from models.siamese.weights import Manifest, load_branch, read_manifest, write_manifest

FILE = "tiny.weights.h5"
RECIPE = Recipe(side=TINY.side, working_side=64)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Manifest, keras.Model]:
    """Weights, their manifest, and the branch that they are of."""
    keras.utils.set_random_seed(1)
    branch = build_branch(TINY)
    path = tmp_path_factory.mktemp("weights") / FILE
    branch.save_weights(path)
    data = path.read_bytes()
    manifest = Manifest(
        weights=FILE,
        sha256=hashlib.sha256(data).hexdigest(),
        branch=asdict(TINY),
        recipe=RECIPE,
        training={"seed": 1},
        calibration={"crowding": 0.5},
    )
    return data, manifest, branch


@pytest.fixture
def manifest_path(shipped: tuple[bytes, Manifest, keras.Model], tmp_path: Path) -> Path:
    """Both files in a folder of their own, to be spoilt."""
    data, manifest, _ = shipped
    (tmp_path / FILE).write_bytes(data)
    write_manifest(tmp_path / "manifest.json", manifest)
    return tmp_path / "manifest.json"


def edit(path: Path, **changes: Any) -> None:
    """Change what the manifest says."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(path: Path) -> str:
    """The one line that a user is told."""
    with pytest.raises(WeightsError) as caught:
        load_branch(path)
    assert "\n" not in str(caught.value)
    assert "Install Pigeonhole again" in caught.value.advice or "version" in caught.value.advice
    return str(caught.value)


def test_weights_come_back_as_they_were(
    shipped: tuple[bytes, Manifest, keras.Model], manifest_path: Path
) -> None:
    """What was trained is not what would judge."""
    _, manifest, branch = shipped
    found, read = load_branch(manifest_path)
    assert read == manifest
    pages = np.random.default_rng(0).random((3, 16, 16, 1), np.float32)
    assert np.array_equal(found(pages), branch(pages))
    assert not found.trainable


def test_a_manifest_can_be_read_by_people(manifest_path: Path) -> None:
    """Two of them could not be compared line by line."""
    text = manifest_path.read_text(encoding="utf-8")
    assert text.count("\n") > 10
    assert text.endswith("}\n")
    assert json.loads(text)["format"] == 1


def test_other_bytes_are_refused(manifest_path: Path) -> None:
    """A half-copied file would judge by noise."""
    file = manifest_path.parent / FILE
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    told = refused(manifest_path)
    assert "sha256" in told
    assert hashlib.sha256(data).hexdigest()[:12] in told
    assert read_manifest(manifest_path).sha256[:12] in told


@pytest.mark.parametrize("gone", [FILE, "manifest.json"])
def test_a_missing_file_is_named(manifest_path: Path, gone: str) -> None:
    """The user would not know what to install again."""
    (manifest_path.parent / gone).unlink()
    assert f"{gone} cannot be read: No such file" in refused(manifest_path)


@pytest.mark.parametrize(
    "branch",
    [
        asdict(TINY) | {"dim": 9},
        asdict(TINY) | {"widths": [4, 9]},
        asdict(TINY) | {"widths": [4]},
        asdict(TINY) | {"widths": [4, 8, 8, 8, 8, 8]},
        asdict(TINY) | {"depth": 3},
        asdict(TINY) | {"side": 32},
    ],
)
def test_weights_of_another_shape_are_refused(manifest_path: Path, branch: dict) -> None:
    """Keras would tell of layers in a hundred lines, or the first page in a traceback."""
    edit(manifest_path, branch=branch)
    assert "fit its manifest" in refused(manifest_path) or branch["side"] != TINY.side


def test_a_file_that_holds_no_weights_is_refused(manifest_path: Path) -> None:
    """A manifest may well match a file that is no network's."""
    (manifest_path.parent / FILE).write_bytes(b"no weights")
    edit(manifest_path, sha256=hashlib.sha256(b"no weights").hexdigest())
    assert f"{FILE} does not fit its manifest" in refused(manifest_path)


def test_another_format_is_refused(manifest_path: Path) -> None:
    """A later version's manifest would be half understood."""
    edit(manifest_path, format=2)
    assert "another format" in refused(manifest_path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", '"text"', "null", "{}", '{"format": 1}', '{"format": 1, "branch": 5}'],
)
def test_what_is_no_manifest_is_refused(manifest_path: Path, text: str) -> None:
    """The user would see a traceback."""
    manifest_path.write_text(text)
    assert "manifest.json is" in refused(manifest_path)


def test_a_manifest_with_an_impossible_recipe_is_refused(manifest_path: Path) -> None:
    """Pages would be prepared in a way that was never trained."""
    edit(manifest_path, recipe=asdict(RECIPE) | {"morphology": "open"})
    assert "'open'" in refused(manifest_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, sha256="0" * 64),
        lambda one: replace(one, branch=one.branch | {"dim": 9}),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=65)),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=64, morphology="erode")),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=64, spill=0.003)),
    ],
)
def test_the_branch_id_is_of_all_that_decides_an_embedding(
    shipped: tuple[bytes, Manifest, keras.Model], change: Callable[[Manifest], Manifest]
) -> None:
    """Cached embeddings of another preparation would be compared with new ones."""
    manifest = shipped[1]
    assert change(manifest).branch_id != manifest.branch_id


def test_the_branch_id_is_of_nothing_else(
    shipped: tuple[bytes, Manifest, keras.Model], manifest_path: Path
) -> None:
    """A note in the manifest would make every example be embedded again."""
    manifest = shipped[1]
    other = replace(manifest, weights="moved.weights.h5", training={}, scores={"x": 1})
    assert other.branch_id == manifest.branch_id
    assert replace(manifest, calibration={}).branch_id == manifest.branch_id
    assert read_manifest(manifest_path).branch_id == manifest.branch_id
    assert len(manifest.branch_id) == 16
