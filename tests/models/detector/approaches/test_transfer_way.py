from __future__ import annotations

import keras
import numpy as np
import pytest

from models.detector.approaches import head as head_module
from models.detector.approaches import looks as looks_module
from models.detector.approaches import transfer as module
from models.detector.approaches.approach import Lesson, Material
from models.detector.approaches.transfer import UNFROZEN, TransferWay
from models.detector.features.transfer import UNTIL
from models.detector.heads.dense import train_dense
from models.detector.saved.manifest import NETWORK_FILE
from tests.models.detector.mobilenets import random_mobilenet
from tests.models.detector.scenes import scene

N = 8


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """With weights at random."""
    return random_mobilenet(6)


@pytest.fixture(scope="module")
def material() -> Material:
    """Half of them are striped."""
    labels = np.arange(N) % 2 == 0
    planes = np.stack([scene(seed, 224) for seed in range(N)])
    planes[labels, ::4] = 0
    planes[labels, 1::4] = 0
    return Material(labels, planes, np.zeros((N, 2), np.float32))


@pytest.fixture(scope="module")
def kept() -> dict[str, np.ndarray]:
    """Features that one test after the other finds there."""
    return {}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures as they are, and a short training."""
    monkeypatch.setattr(looks_module, "CHANGED", 0)
    monkeypatch.setattr(module, "_TUNED", 2)
    monkeypatch.setattr(head_module, "EPOCHS", 2)


def turned(material: Material) -> Material:
    """The same with labels to the contrary."""
    return Material(~material.labels, material.planes, material.embeddings)


@pytest.mark.slow
def test_what_is_held_keeps_the_last_block_frozen(
    network: keras.Model, material: Material, kept: dict[str, np.ndarray]
) -> None:
    """Where training it makes what is held worse, the network is as it was."""
    before = [weights.copy() for weights in network.get_weights()]
    found = TransferWay(network, kept).learn(Lesson(material, (), turned(material)))
    assert found.variant == ""
    assert (len(found.losses[0]), len(found.losses[1])) == (2, 2)
    for one, other in zip(before, network.get_weights(), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.slow
def test_the_last_block_is_unfrozen_where_that_is_better(
    network: keras.Model,
    material: Material,
    kept: dict[str, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It beats the frozen one on what is held; nothing before it moves; what is saved is that."""
    monkeypatch.setattr(module, "_RATE", 1e-3)
    before = [weights.copy() for weights in network.get_weights()]
    lesson = Lesson(material, (), material)
    found = TransferWay(network, kept).learn(lesson)
    assert found.variant == UNFROZEN
    for one, other in zip(before, network.get_weights(), strict=True):
        assert np.array_equal(one, other)
    changed = found.space._network  # type: ignore[attr-defined]
    first = changed.layers.index(changed.get_layer(UNTIL)) + 1
    moved = {
        place
        for place, (one, other) in enumerate(zip(network.layers, changed.layers, strict=True))
        for old, new in zip(one.get_weights(), other.get_weights(), strict=True)
        if not np.array_equal(old, new)
    }
    assert moved
    assert min(moved) >= first
    logits = found.scores(material)
    misfit = np.logaddexp(0, logits) - material.labels * logits
    assert misfit.mean() < min(found.losses[1])
    assert dict(found.networks) == {NETWORK_FILE: found.space.save}  # type: ignore[attr-defined]


def test_features_are_looked_up(
    network: keras.Model, material: Material, kept: dict[str, np.ndarray]
) -> None:
    """The frozen network sees each picture once, whatever is learned, and as often as it is."""
    way = TransferWay(network, kept)
    way.learn(Lesson(material, (), None, epochs=1))
    known = dict(kept)
    found = way.learn(Lesson(material, (), None, epochs=3))
    assert kept.keys() == known.keys()
    assert (found.epochs, found.variant, len(found.losses[0])) == (3, "", 3)
    plain = found.space.features(material.planes, material.embeddings)[np.newaxis]
    head = train_dense(plain, material.labels, None, seed=0, epochs=3).head
    assert np.array_equal(found.head.arrays()["weights"], head.weights)


@pytest.mark.slow
def test_what_was_chosen_is_learned_again(
    network: keras.Model, material: Material, kept: dict[str, np.ndarray]
) -> None:
    """The last lesson has nothing that is held, and is told what the rounds chose."""
    found = TransferWay(network, kept).learn(Lesson(material, (), None, 1, UNFROZEN))
    assert found.variant == UNFROZEN
    frozen = TransferWay(network, kept).learn(Lesson(material, (), None, 1))
    assert not np.array_equal(found.scores(material), frozen.scores(material))


def test_without_others_only_the_class_is_looked_at(
    network: keras.Model, material: Material
) -> None:
    """Honest one-class learning: others are not even seen."""
    kept: dict[str, np.ndarray] = {}
    way = TransferWay(network, kept, "distance")
    found = way.learn(Lesson(material, (), material))
    assert len(kept) == len(found.head.arrays()["positives"]) == material.labels.sum()
    assert (way.title, way.steps, found.epochs) == ("transfer, distance", 1, 0)
    own = found.scores(material.part(np.flatnonzero(material.labels)))
    assert ((own <= 0) & (own >= -2)).all()
