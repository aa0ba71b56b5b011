from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.detector.features.cnn import BATCH, CnnShape, CnnSpace
from tests.models.detector.scenes import scene

SMALL = CnnShape(((4, 8),), words=4, dim=8)
NONE = np.zeros((0, 0), np.float32)


@pytest.fixture(scope="module")
def planes() -> np.ndarray:
    """A few more than a batch."""
    few = [scene(seed, 224) for seed in range(6)]
    return np.stack([few[number % 6] for number in range(BATCH + 2)])


@pytest.fixture(scope="module")
def space(planes: np.ndarray) -> CnnSpace:
    """One that has learned."""
    space = CnnSpace(SMALL)
    space.learn(planes[:6], seed=1)
    return space


def test_batches_are_not_seen(space: CnnSpace, planes: np.ndarray) -> None:
    """A picture is what it is, whatever stands beside it."""
    rows = space.features(planes, NONE)
    assert (rows.shape, rows.dtype) == ((len(planes), 2 * 4 * 8), np.float32)
    assert np.allclose(rows[BATCH:], space.features(planes[BATCH:], NONE), atol=1e-5)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_light_is_not_seen(space: CnnSpace) -> None:
    """Half the contrast and another brightness is the same picture."""
    plane = scene(20, 224)
    darker = (plane / 2 + 40).astype(np.uint8)
    one, other, another = space.features(np.stack([plane, darker, scene(21, 224)]), NONE)
    assert one @ other > 0.95 > one @ another


def test_a_blank_picture_is_like_nothing(space: CnnSpace) -> None:
    """Its row is all zeros, and finite."""
    rows = space.features(
        np.stack([np.full((224, 224), grey, np.uint8) for grey in (0, 255)]), NONE
    )
    assert (rows == 0).all()


def test_blank_pictures_can_be_learned_from() -> None:
    """A folder of blank pages would end the training."""
    space = CnnSpace(SMALL)
    space.learn(np.zeros((1, 224, 224), np.uint8), seed=0)
    assert np.isfinite(space.features(scene(1, 224)[np.newaxis], NONE)).all()


def test_what_is_saved_is_the_same_space(
    space: CnnSpace, planes: np.ndarray, tmp_path: Path
) -> None:
    """Another process sees what was seen in training."""
    file = tmp_path / "network.weights.h5"
    space.save(file)
    again = CnnSpace(CnnShape.of(json.loads(json.dumps(asdict(SMALL)))))
    again.load(file)
    assert np.array_equal(space.features(planes[:3], NONE), again.features(planes[:3], NONE))


def test_weights_of_another_network_are_refused(space: CnnSpace, tmp_path: Path) -> None:
    """Keras only warns of a layer that is missing, and goes on with what stood there."""
    file = tmp_path / "network.weights.h5"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save_weights(file)
    with pytest.raises(ValueError, match="its layers are others"):
        CnnSpace(SMALL).load(file)
    file.write_bytes(b"no weights at all")
    with pytest.raises(ValueError, match="damaged"):
        CnnSpace(SMALL).load(file)
    space.save(file)
    with pytest.raises(ValueError, match="its layers are others"):
        CnnSpace(CnnShape(((4, 8),), words=5, dim=8)).load(file)


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": 10**9},
        {"words": 0},
        {"words": "64"},
        {"words": 1.5},
        {"words": float("inf")},
        {"dim": 129},
        {"dim": True},
        {"strides": []},
        {"strides": "ab"},
        {"strides": None},
        {"strides": [[1]]},
        {"strides": [[1, 8]] * 9},
        {"strides": [[1, 8]] * 10**5},
        {"strides": [[1, 1]]},
        {"strides": [[1, 0]]},
        {"strides": [[1, -8]]},
        {"strides": [[0, 8]]},
        {"strides": [[-4, 8]]},
        {"strides": [[10**9, 8]]},
        {"strides": [[1, 2]]},
        {"strides": [[1, 8], [1, 4], [2, 2]], "words": 256},
        {"strides": [[float("nan"), 8]]},
    ],
)
def test_hostile_settings_are_refused_before_memory_is_taken(wrong: dict[str, Any]) -> None:
    """A manifest of somebody else's would take all memory of the service."""
    with pytest.raises(ValueError):
        CnnShape.of(asdict(CnnShape()) | wrong)


def test_the_usual_settings_pass() -> None:
    """The limits leave room above what is used."""
    assert CnnShape.of(json.loads(json.dumps(asdict(CnnShape())))) == CnnShape()
    assert CnnShape(((1, 8), (2, 4), (4, 4)), words=256, dim=128)
