from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from config.errors import DataError
from models.siamese.embedder import Embedder
from models.siamese.shapes import TINY
from models.siamese.weights import Manifest, load_branch
from models.training.folder import MANIFEST_FILE, WEIGHTS_FILE, RunFolder
from models.training.plan import Objective
from models.training.trainer import train
from tests.models.training.toy import HELD_OUT, PLAN, RECIPE, SOURCES, longer, run, source

Rows = list[Mapping[str, Any]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest, Rows]:
    """A run folder that did not exist, the manifest, and what was reported."""
    out = tmp_path_factory.mktemp("runs") / "deep" / "first"
    return out, *run(
        out,
        decided={"hold_out": ["c"]},
        provenance={"command": "pigeonhole train"},
        calibrate=lambda embed: {"dim": embed(np.zeros((2, 16, 16, 1), np.float32)).shape[1]},
    )


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was stopped after its first epoch."""

    def stop(_row: Mapping[str, Any]) -> None:
        raise KeyboardInterrupt

    out = tmp_path_factory.mktemp("runs") / "stopped"
    with pytest.raises(KeyboardInterrupt):
        run(out, report=stop)
    return out


def timeless(rows: Rows) -> Rows:
    """The history without what the clock said."""
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def weights_of(out: Path) -> list[np.ndarray]:
    """The trained weights."""
    return load_branch(out / MANIFEST_FILE)[0].get_weights()


def assert_alike(one: Path, other: Path) -> None:
    """Both hold the same network."""
    for left, right in zip(weights_of(one), weights_of(other), strict=True):
        assert np.allclose(left, right, atol=1e-5)


def test_what_is_trained_can_be_used(trained: tuple[Path, Manifest, Rows]) -> None:
    """The service would refuse the weights that a training of hours has left."""
    out, manifest, _ = trained
    branch, read = load_branch(out / MANIFEST_FILE)
    assert read == manifest
    assert branch.output_shape == (None, TINY.dim)
    assert Embedder(out / MANIFEST_FILE).embed([np.zeros((9, 9), np.uint8)]).shape == (1, TINY.dim)


def test_the_manifest_says_how_it_came_about(trained: tuple[Path, Manifest, Rows]) -> None:
    """Nobody could repeat it, or tell what was learned from what."""
    out, manifest, told = trained
    assert manifest.sha256 == hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest()
    assert manifest.recipe == RECIPE
    assert manifest.branch == TINY
    training = manifest.training
    assert training["command"] == "pigeonhole train"
    assert training["plan"]["seed"] == PLAN.seed
    assert training["plan"]["objective"] == "cosine"
    assert training["hold_out"] == ["c"]
    assert training["images"] == told[-1]["images"] == 3 * 4 * 16
    assert (
        training["sources"]["two"].items() >= {"weight": 1.0, "classes": 10, "images": 40}.items()
    )
    assert training["held_out"]["one"]["classes"] == 6
    best = told[training["best_epoch"] - 1]
    assert manifest.scores["held-out one-shot"] == best["held_out"]
    assert manifest.calibration == {"dim": TINY.dim}


def test_each_epoch_is_kept_and_told(trained: tuple[Path, Manifest, Rows]) -> None:
    """Nobody could tell how it went."""
    out, _, told = trained
    lines = [json.loads(line) for line in (out / "history.jsonl").read_text().splitlines()]
    assert lines == told
    assert [row["epoch"] for row in told] == [1, 2, 3]
    assert told[0]["learning_rate"] > told[-1]["learning_rate"] == 0
    assert list(told[0]["held_out"]) == ["one", "two"]
    assert [found["ways"] for found in told[0]["held_out"].values()] == [5, 3]
    assert len((out / "classes.txt").read_text().splitlines()) == 20


def test_a_finished_run_is_not_overwritten(trained: tuple[Path, Manifest, Rows]) -> None:
    """Yesterday's weights would be gone."""
    out, manifest, _ = trained
    with pytest.raises(DataError, match="already holds a trained network") as caught:
        run(out)
    assert "--out" in caught.value.advice
    assert hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest() == manifest.sha256


@pytest.mark.slow
@pytest.mark.parametrize(  # with a head, and without
    "objective", ["cosine", pytest.param("contrastive", marks=pytest.mark.slow)]
)
def test_an_interrupted_run_comes_to_the_same_end(objective: Objective, tmp_path: Path) -> None:
    """Whoever stops a training would get another network, or have an epoch twice."""
    plan = longer(objective=objective)
    _, whole = run(tmp_path / "whole", plan)

    def stop(row: Mapping[str, Any]) -> None:
        if row["epoch"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", plan, report=stop)
    keras.utils.set_random_seed(99)
    _, told = run(tmp_path / "cut", plan)
    assert timeless(told) == timeless(whole)
    history = RunFolder(tmp_path / "cut")
    lines = (history.path / "history.jsonl").read_text().splitlines()
    assert timeless([json.loads(line) for line in lines]) == timeless(told)
    assert_alike(tmp_path / "whole", tmp_path / "cut")


@pytest.mark.slow
def test_a_run_that_died_at_its_very_end_is_finished(tmp_path: Path) -> None:
    """All epochs would be there and no network."""

    def die(_embed: object) -> dict[str, Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, calibrate=die)
    assert not (tmp_path / MANIFEST_FILE).exists()
    manifest, told = run(tmp_path)
    assert len(told) == 3
    assert load_branch(tmp_path / MANIFEST_FILE)[1] == manifest


@pytest.mark.slow
def test_a_run_that_had_ended_early_is_not_trained_on(tmp_path: Path) -> None:
    """Gone on with, it would come to another end than uninterrupted."""
    plan = longer(epochs=40, batches=1, patience=1)

    def die(_embed: object) -> dict[str, Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, plan, calibrate=die)
    ended = len((tmp_path / "history.jsonl").read_text().splitlines())
    assert ended < 40
    manifest, _ = run(tmp_path, plan)
    assert manifest.training["epochs"] == ended


@pytest.mark.slow
def test_the_same_seed_trains_the_same_network(
    trained: tuple[Path, Manifest, Rows], tmp_path: Path
) -> None:
    """No result could be repeated."""
    out, _, told = trained
    _, again = run(tmp_path / "again")
    assert timeless(again) == timeless(told)
    assert_alike(out, tmp_path / "again")
    _, other = run(tmp_path / "other", longer(seed=4))
    assert other[0]["loss"] != pytest.approx(told[0]["loss"])


@pytest.mark.slow
def test_weights_trained_in_bfloat16_are_float32(tmp_path: Path) -> None:
    """The service, which computes in float32, could not load them."""
    manifest, _ = run(tmp_path, longer(precision="mixed_bfloat16"))
    assert keras.config.dtype_policy().name == "float32"
    assert {one.dtype for one in weights_of(tmp_path)} == {np.dtype("float32")}
    assert manifest.training["plan"]["precision"] == "mixed_bfloat16"


@pytest.mark.slow
def test_changed_data_are_noticed(stopped: Path) -> None:
    """A run would go on with other images, and its result never be repeated."""
    one = SOURCES[0].classes[0]
    changed = one.images.copy()
    changed[0, 0, 0] ^= 255
    touched = replace(SOURCES[0], classes=(replace(one, images=changed), *SOURCES[0].classes[1:]))
    for sources, said in [
        ((touched, SOURCES[1]), r"sources\.one\.sha256"),
        ((source("one", 1, classes=9), SOURCES[1]), r"sources\.one\.classes 10, .* has 9"),
    ]:
        with pytest.raises(DataError, match=said):
            train(sources, HELD_OUT, shape=TINY.eye, recipe=RECIPE, plan=PLAN, out=stopped)
    with pytest.raises(DataError, match=r"has plan\.seed 3, this command has 8"):
        run(stopped, longer(seed=8))


@pytest.mark.slow
def test_a_damaged_checkpoint_is_named(stopped: Path, tmp_path: Path) -> None:
    """A traceback would come from the depths of HDF5."""
    out = shutil.copytree(stopped, tmp_path / "damaged")
    (state,) = (out / "checkpoint").glob("training-*")
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(DataError, match=f"{state.name} cannot be gone on with"):
        run(out)


def test_data_that_cannot_be_learned_from_leave_nothing(tmp_path: Path) -> None:
    """A run that failed could not be tried again."""
    out = tmp_path / "run"
    with pytest.raises(DataError, match="a batch of 1"):
        run(out, longer(batch=1))
    with pytest.raises(DataError, match="0 classes are held out"):
        train(SOURCES, [], shape=TINY.eye, recipe=RECIPE, plan=PLAN, out=out)
    assert not out.exists()


@pytest.mark.slow
def test_damaged_best_weights_are_told_before_more_is_trained(
    stopped: Path, tmp_path: Path
) -> None:
    """The run would be trained to its last epoch first, and end in a traceback."""
    out = shutil.copytree(stopped, tmp_path / "damaged")
    (best,) = (out / "checkpoint").glob("best-*")
    best.write_bytes(best.read_bytes()[:1000])
    told: Rows = []
    with pytest.raises(DataError, match=f"{best.name} cannot be gone on with: it is damaged"):
        run(out, report=told.append)
    assert len(told) == 1
    best.unlink()
    with pytest.raises(DataError, match=f"{best.name} is missing"):
        run(out)


@pytest.mark.slow
def test_a_history_that_lacks_something_is_named(stopped: Path, tmp_path: Path) -> None:
    """A KeyError would come after minutes of reading, or at the very end."""
    out = shutil.copytree(stopped, tmp_path / "damaged")
    (out / "history.jsonl").write_text('{"epoch": 1, "loss": 1}\n')
    with pytest.raises(DataError, match=r"history\.jsonl has no seconds of epoch 1"):
        run(out)
