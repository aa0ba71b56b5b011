"""MobileNetV2 with weights that the tests save themselves; none of them asks a network."""

from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras.src.applications import mobilenet_v2
from keras.src.backend import config
from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

from config.errors import WeightsError
from models.detector.features import transfer as module
from models.detector.features.transfer import (
    CHANNELS,
    WEIGHTS_FILE,
    TransferSpace,
    build_mobilenet,
    imagenet_file,
    keep_features,
    kept_features,
    open_mobilenet,
)
from tests.models.detector.mobilenets import random_mobilenet
from tests.models.detector.scenes import scene

PLANES = np.stack([scene(seed, 224) for seed in range(3)])
NONE = np.zeros((0, 0), np.float32)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """With weights at random."""
    return random_mobilenet(5)


@pytest.fixture(scope="module")
def seen(network: keras.Model) -> np.ndarray:
    """What it sees of the planes, plainly: the same grey three times, in [-1, 1], and the mean."""
    shown = np.repeat(PLANES[..., np.newaxis].astype(np.float32) / 127.5 - 1, 3, axis=3)
    rows = np.asarray(network(shown, training=False)).mean(axis=(1, 2))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture(scope="module")
def space(network: keras.Model) -> TransferSpace:
    """One that keeps nothing."""
    return TransferSpace(network)


@pytest.fixture(scope="module")
def weights(network: keras.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of them, as Keras writes files now."""
    file = tmp_path_factory.mktemp("weights") / "mine.weights.h5"
    network.save_weights(file)
    return file


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keras's own folder, empty, and a server that is another folder."""
    home, server = tmp_path / "keras", tmp_path / "server"
    server.mkdir()
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.setattr(config, "_KERAS_DIR", str(home))
    monkeypatch.setattr(mobilenet_v2, "BASE_WEIGHT_PATH", server.as_uri() + "/")
    return home


def refused(weights: Path | None) -> str:
    """What is said where there are no weights: one line."""
    with pytest.raises(WeightsError) as caught:
        open_mobilenet(weights)
    assert caught.value.advice
    assert "\n" not in caught.value.message
    return str(caught.value)


def test_weights_of_a_file_are_used(
    weights: Path, network: keras.Model, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where there is no network; quietly, and the file is told from others by its hash."""
    found, digest = open_mobilenet(weights)
    for one, other in zip(found.get_weights(), network.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert len(digest) == 16
    assert capfd.readouterr().out == ""


def test_pictures_are_seen_as_mobilenet_sees(space: TransferSpace, seen: np.ndarray) -> None:
    """Unit rows, whatever stands beside a picture."""
    rows = space.features(PLANES, NONE)
    assert (rows.shape, rows.dtype) == ((3, CHANNELS), np.float32)
    assert np.allclose(rows, seen, atol=1e-5)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_picture_is_seen_twice(
    network: keras.Model, seen: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not within one call, not from one round to the next, not by another space that was given it."""
    kept: dict[str, np.ndarray] = {}
    first = TransferSpace(network, kept)
    shown: list[int] = []

    def counting(planes: np.ndarray) -> np.ndarray:
        shown.append(len(planes))
        return seen[[int(np.flatnonzero((one == PLANES).all(axis=(1, 2)))[0]) for one in planes]]

    monkeypatch.setattr(TransferSpace, "_seen", lambda _self, planes: counting(planes))
    assert np.array_equal(first.features(PLANES[[0, 1, 0]], NONE), seen[[0, 1, 0]])
    assert np.array_equal(first.features(PLANES[:2], NONE), seen[:2])
    assert np.array_equal(TransferSpace(network, kept).features(PLANES, NONE), seen)
    assert shown == [2, 1]
    assert len(kept) == 3


def test_features_are_kept_on_disk(tmp_path: Path) -> None:
    """The next training on the same pictures need not look at them."""
    file = tmp_path / "detectors" / "mobilenet.npz"
    kept = {f"{n:064x}": np.full(CHANNELS, n, np.float32) for n in range(3)}
    keep_features(file, kept)
    found = kept_features(file)
    assert found.keys() == kept.keys()
    for name, row in kept.items():
        assert np.array_equal(found[name], row)
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("cut", [0, 4, 200, 3000, None])
def test_a_damaged_cache_is_none(tmp_path: Path, cut: int | None) -> None:
    """A crash while it was written, or a full disk, would end every later training."""
    file = tmp_path / "mobilenet.npz"
    assert kept_features(file) == {}
    row = np.ones(CHANNELS, np.float32)
    keep_features(file, {"a": row} if cut is not None else {"a": row * np.nan})
    file.write_bytes(file.read_bytes()[:cut])
    assert kept_features(file) == {}


def test_a_cache_of_another_shape_is_none(tmp_path: Path) -> None:
    """Rows of other lengths cannot be weighed together."""
    file = tmp_path / "mobilenet.npz"
    np.savez(file, names=np.array(["a"]), rows=np.ones((1, 7), np.float32))
    assert kept_features(file) == {}
    np.savez(file, names=np.array(["a"]))
    assert kept_features(file) == {}


def test_a_file_that_holds_no_such_weights_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another network, a text, a folder, nothing: one line that names the file to bring."""
    spare = build_mobilenet()
    monkeypatch.setattr(module, "build_mobilenet", lambda: spare)
    other = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(other)
    said = refused(other)
    assert said.startswith(f"{other} holds no weights of MobileNetV2: its layers are others")
    assert said.endswith(f"Name Keras's file {WEIGHTS_FILE} with --weights")
    for name in ("text.h5", "text.weights.h5", "text.keras", "text.txt"):
        text = tmp_path / name
        text.write_text("no weights")
        assert f"{text} holds no weights of MobileNetV2" in refused(text)
    assert "cannot be used: no such file" in refused(tmp_path / "missing.h5")
    assert "cannot be used: is a directory" in refused(tmp_path)


def test_weights_that_are_no_numbers_are_refused(
    network: keras.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every score would be none."""
    file = tmp_path / "nan.weights.h5"
    spare = build_mobilenet()
    weights = spare.get_weights()
    weights[0][0] = np.nan
    spare.set_weights(weights)
    spare.save_weights(file)
    monkeypatch.setattr(module, "build_mobilenet", lambda: spare)
    assert "its weights are no numbers" in refused(file)


def test_without_network_and_file_it_says_what_to_bring(
    keras_home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Which file, and where to put it; and nothing is printed."""
    said = refused(None)
    assert said.startswith("MobileNetV2 has no weights here, and they cannot be fetched. Bring")
    assert WEIGHTS_FILE in said
    assert str(keras_home / "models" / WEIGHTS_FILE) in said
    assert "--weights" in said
    assert capfd.readouterr().out == ""


def test_what_is_fetched_is_put_where_keras_looks(
    keras_home: Path, network: keras.Model, capfd: pytest.CaptureFixture[str]
) -> None:
    """Once, without a bar on stdout, in the format in which the server has it."""
    served = keras_home.with_name("server") / WEIGHTS_FILE
    with h5py.File(served, "w") as file:
        save_weights_to_hdf5_group(file, network)
    found, digest = open_mobilenet(None)
    assert imagenet_file().is_file()
    assert np.array_equal(found.get_weights()[0], network.get_weights()[0])
    served.unlink()
    assert open_mobilenet(None)[1] == digest
    assert capfd.readouterr().out == ""
    assert keras.config.is_interactive_logging_enabled()


def test_a_download_that_broke_off_says_how_to_go_on(keras_home: Path) -> None:
    """Keras would take what lies there for the whole, for ever."""
    place = keras_home / "models" / WEIGHTS_FILE
    place.parent.mkdir(parents=True)
    place.write_text("<html>Sign in to this network</html>")
    said = refused(None)
    assert f"{place} holds no weights of MobileNetV2" in said
    assert "Remove it, and Keras fetches it again" in said
