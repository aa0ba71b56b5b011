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
from models.page.texture import LENGTH
from models.siamese.branch import build_branch
from models.siamese.shapes import TINY, TINY_JOINED, BranchShape
from models.siamese.weights import Manifest, load_branch, read_manifest, write_manifest

FILE = "tiny.weights.h5"
RECIPE = Recipe(side=TINY.eye.side, working_side=64)
Shipped = tuple[bytes, Manifest, keras.Model]


def made(shape: BranchShape, folder: Path) -> Shipped:
    """Weights, their manifest, and the branch that they are of."""
    keras.utils.set_random_seed(1)
    branch = build_branch(shape)
    branch.save_weights(folder / FILE)
    data = (folder / FILE).read_bytes()
    manifest = Manifest(
        weights=FILE,
        sha256=hashlib.sha256(data).hexdigest(),
        branch=shape,
        recipe=RECIPE,
        training={"seed": 1},
        calibration={"crowding": 0.5},
    )
    return data, manifest, branch


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """A branch that sees shape alone."""
    return made(TINY, tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """A branch of two eyes."""
    return made(TINY_JOINED, tmp_path_factory.mktemp("joined"))


@pytest.fixture
def manifest_path(shipped: Shipped, tmp_path: Path) -> Path:
    """Both files in a folder of their own, to be spoilt."""
    return written(shipped, tmp_path)


def written(weights: Shipped, folder: Path) -> Path:
    """Both files in a folder."""
    data, manifest, _ = weights
    (folder / FILE).write_bytes(data)
    write_manifest(folder / "manifest.json", manifest)
    return folder / "manifest.json"


def edit(path: Path, **changes: Any) -> None:
    """Change what the manifest says."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(path: Path) -> str:
    """The one line that a user is told."""
    with pytest.raises(WeightsError) as caught:
        load_branch(path)
    assert "\n" not in str(caught.value)
    assert "Train them again" in caught.value.advice or "version" in caught.value.advice
    return str(caught.value)


def test_weights_come_back_as_they_were(shipped: Shipped, manifest_path: Path) -> None:
    """What was trained is not what would judge."""
    _, manifest, branch = shipped
    found, read = load_branch(manifest_path)
    assert read == manifest
    pages = np.random.default_rng(0).random((3, 16, 16, 1), np.float32)
    assert np.array_equal(found(pages), branch(pages))
    assert not found.trainable


def test_both_eyes_come_back_as_they_were(joined: Shipped, tmp_path: Path) -> None:
    """The texture eye would judge by numbers that nobody solved for."""
    _, manifest, branch = joined
    rng = np.random.default_rng(0)
    for part in ("texture_eye", "gate"):
        standard = branch.get_layer("join").get_layer(part).get_layer("standard")
        mean, variance = rng.normal(size=LENGTH), rng.uniform(0.5, 2, LENGTH)
        standard.set_weights([mean, variance, np.int32(1)])
        standard.finalize_state()
    branch.save_weights(tmp_path / FILE)
    data = (tmp_path / FILE).read_bytes()
    manifest = replace(manifest, sha256=hashlib.sha256(data).hexdigest())
    found, read = load_branch(written((data, manifest, branch), tmp_path))
    assert read == manifest
    ink = rng.random((3, 16, 16, 1), np.float32)
    texture = rng.normal(size=(3, LENGTH)).astype(np.float32)
    assert np.array_equal(found([ink, texture]), branch([ink, texture]))
    assert not found.trainable


def test_a_manifest_can_be_read_by_people(manifest_path: Path) -> None:
    """Two of them could not be compared line by line."""
    text = manifest_path.read_text(encoding="utf-8")
    assert text.count("\n") > 10
    assert text.endswith("}\n")
    found = json.loads(text)
    assert found["format"] == 2
    assert found["branch"]["eye"] == {"side": 16, "widths": [4, 8], "dim": 8}


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
    ("eye", "told"),
    [
        ({"dim": 9}, "does not fit its manifest"),
        ({"widths": [4, 9]}, "does not fit its manifest"),
        ({"widths": [4]}, "does not fit its manifest"),
        ({"widths": [4, 8, 8, 8, 8, 8]}, "side 16 is less than 128"),
        ({"depth": 3}, "depth"),
        ({"side": 32}, "prepares pages of side 16, its branch takes 32"),
    ],
)
def test_weights_of_another_shape_are_refused(
    manifest_path: Path, eye: dict[str, Any], told: str
) -> None:
    """Keras would tell of layers in a hundred lines, or the first page in a traceback."""
    edit(manifest_path, branch={"eye": asdict(TINY.eye) | eye, "join": None})
    assert told in refused(manifest_path)


@pytest.mark.parametrize(
    ("join", "told"),
    [
        (None, "does not fit its manifest"),
        ({"texture_dim": 5}, "does not fit its manifest"),
        ({"shape_dim": 9}, "is 8 long, its join takes 9"),
        ({"least_shape": 1}, "least_shape 1"),
        ({"gates": 2}, "gates"),
        ({"texture": LENGTH + 5}, f"for {LENGTH + 5} numbers about a page's texture"),
    ],
)
def test_a_join_that_does_not_fit_is_refused(
    joined: Shipped, tmp_path: Path, join: dict[str, Any] | None, told: str
) -> None:
    """Pages would be compared by half of what was learned, or by noise."""
    path = written(joined, tmp_path)
    found = None if join is None else asdict(TINY_JOINED)["join"] | join
    edit(path, branch={"eye": asdict(TINY.eye), "join": found})
    assert told in refused(path)


def test_weights_for_another_description_of_texture_are_refused(
    joined: Shipped, tmp_path: Path
) -> None:
    """The message would speak of tensors, and nobody know what to do."""
    data, manifest, _ = joined
    join = replace(TINY_JOINED.join, texture=LENGTH + 59)
    made = replace(manifest, branch=BranchShape(TINY.eye, join))
    told = refused(written((data, made, None), tmp_path))
    assert f"{LENGTH + 59} numbers" in told
    assert f"this version finds {LENGTH}" in told


def test_an_eye_without_its_join_is_refused(shipped: Shipped, tmp_path: Path) -> None:
    """The join would be left at random, and every page embed as noise."""
    data, manifest, branch = shipped
    path = written((data, replace(manifest, branch=TINY_JOINED), branch), tmp_path)
    assert "does not fit its manifest" in refused(path)


def test_a_file_that_holds_no_weights_is_refused(manifest_path: Path) -> None:
    """A manifest may well match a file that is no network's."""
    (manifest_path.parent / FILE).write_bytes(b"no weights")
    edit(manifest_path, sha256=hashlib.sha256(b"no weights").hexdigest())
    assert f"{FILE} does not fit its manifest" in refused(manifest_path)


@pytest.mark.parametrize("written", [1, 3, "two", None])
def test_another_format_is_refused(manifest_path: Path, written: object) -> None:
    """Another version's manifest would be half understood."""
    edit(manifest_path, format=written)
    told = refused(manifest_path)
    assert f"is of format {written!r}, this version reads 2" in told


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "5", '"text"', "null", "{}", '{"format": 2}', '{"format": 2, "branch": 5}',
        '{"format": 2, "branch": {"eye": {"side": 16, "widths": 4, "dim": 8}, "join": null}}',
        '{"format": 2, "branch": {"eye": {"side": "a", "widths": [], "dim": 8}, "join": null}}',
        '{"format": 2, "branch": {"side": 16, "widths": [4, 8], "dim": 8}}',
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_refused(manifest_path: Path, text: str) -> None:
    """The user would see a traceback."""
    manifest_path.write_text(text)
    assert "manifest.json is not a manifest of weights" in refused(manifest_path)


def test_a_manifest_with_an_impossible_recipe_is_refused(manifest_path: Path) -> None:
    """Pages would be prepared in a way that was never trained."""
    edit(manifest_path, recipe=asdict(RECIPE) | {"morphology": "open"})
    assert "'open'" in refused(manifest_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: replace(one, sha256="0" * 64),
        lambda one: replace(one, branch=BranchShape(replace(TINY.eye, dim=9))),
        lambda one: replace(one, branch=TINY_JOINED),
        lambda one: replace(
            one, branch=replace(TINY_JOINED, join=replace(TINY_JOINED.join, least_shape=0.3))
        ),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=65)),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=64, morphology="erode")),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=64, spill=0.003)),
        lambda one: replace(one, recipe=Recipe(side=16, working_side=64, margin=0)),
        lambda one: replace(one, calibration={"choice": 1.0}),
    ],
)
def test_the_branch_id_is_of_all_that_decides_a_verdict(
    shipped: Shipped, change: Callable[[Manifest], Manifest]
) -> None:
    """Cached embeddings, or scores, of another branch would be taken for this one's."""
    manifest = shipped[1]
    assert change(manifest).branch_id != manifest.branch_id


def test_the_branch_id_is_of_nothing_else(shipped: Shipped, manifest_path: Path) -> None:
    """A note in the manifest would make every example be embedded again."""
    manifest = shipped[1]
    other = replace(manifest, weights="moved.weights.h5", training={}, scores={"x": 1})
    assert other.branch_id == manifest.branch_id
    assert read_manifest(manifest_path).branch_id == manifest.branch_id
    assert len(manifest.branch_id) == 16


SHAPE = {"eye": asdict(TINY.eye), "join": None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"branch": SHAPE | {"eye": asdict(TINY.eye) | {"widths": []}}}, "branch.eye: widths []"),
        ({"branch": SHAPE | {"eye": asdict(TINY.eye) | {"widths": [0]}}}, "branch.eye: widths [0]"),
        ({"branch": SHAPE | {"eye": asdict(TINY.eye) | {"dim": 0}}}, "branch.eye: dim 0 must be"),
        ({"branch": {"eye": asdict(TINY.eye) | {"side": "a"}}}, 'branch.eye.side is "a", it must'),
        ({"branch": 5}, "branch is 5, it must be an object"),
        ({"weights": 5}, "weights is 5, it must be a text"),
        ({"sha256": None}, "sha256 is null, it must be a text"),
        ({"scores": []}, "scores is [], it must be an object"),
        ({"recipe": {"working_side": "512"}}, 'working_side is "512", it must be a whole number'),
        ({"recipe": {"working_side": 0}}, "recipe.working_side is 0, it must be 8 or more"),
        ({"recipe": {"spill": float("nan")}}, "recipe.spill is NaN, it must be a number"),
        ({"weights": "../tiny.weights.h5"}, "which is no file beside it"),
        ({"weights": "\0"}, "which is no file beside it"),
        ({"more": 1}, "more in it is not known to this version"),
    ],
)
def test_a_wrong_entry_is_named(manifest_path: Path, changes: dict[str, Any], said: str) -> None:
    """The message would blame another entry, or be a traceback."""
    edit(manifest_path, **changes)
    told = refused(manifest_path)
    assert said in told
    assert "manifest.json" in told


def test_a_missing_entry_is_named(manifest_path: Path) -> None:
    """Nobody would know what the file lacks."""
    found = json.loads(manifest_path.read_text())
    del found["sha256"]
    manifest_path.write_text(json.dumps(found))
    assert "sha256 is missing in it" in refused(manifest_path)


def test_weights_are_not_their_manifest(manifest_path: Path) -> None:
    """Who names the file that was trained would read of a codec."""
    with pytest.raises(WeightsError, match=f"{FILE} holds weights") as caught:
        read_manifest(manifest_path.parent / FILE)
    assert "Name the manifest beside it" in caught.value.advice


def test_a_misfit_is_told_in_few_words(manifest_path: Path) -> None:
    """Keras writes several sentences, about layers that nobody knows."""
    edit(manifest_path, branch=SHAPE | {"eye": asdict(TINY.eye) | {"dim": 9}})
    assert "does not fit its manifest: its layers are others. " in refused(manifest_path)
