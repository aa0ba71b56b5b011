from __future__ import annotations

import keras
import numpy as np
import pytest

from models.siamese.objectives.cosine import CosineClassifier, CosineLoss

RNG = np.random.default_rng(0)


def test_the_head_answers_cosines() -> None:
    """A long vector would count as a good match."""
    head = CosineClassifier(5)
    rows = RNG.standard_normal((3, 4)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = np.asarray(head(rows))
    directions = np.asarray(head.directions)
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert found.shape == (3, 5)
    assert found.dtype == np.float32
    assert np.allclose(found, rows @ directions.T, atol=1e-5)


def test_the_margin_grows_with_the_batches_that_are_trained_on() -> None:
    """A full margin from the start keeps the network from learning anything."""
    head = CosineClassifier(5, margin=0.3, growth=4)
    rows = np.ones((2, 4), np.float32) / 2
    head(rows)
    assert float(head.margin()) == 0
    margins = []
    for _ in range(6):
        head(rows, training=True)
        head(rows, training=False)  # judging is not training
        margins.append(float(head.margin()))
    assert margins == pytest.approx([0.075, 0.15, 0.225, 0.3, 0.3, 0.3], abs=1e-6)


def test_the_margin_is_kept_with_the_weights() -> None:
    """A run that is gone on with would begin its margin anew."""
    head, again = (CosineClassifier(3, growth=4) for _ in range(2))
    rows = np.ones((2, 4), np.float32) / 2
    for one in (head, again):
        one(rows)
    head(rows, training=True)
    again.set_weights(head.get_weights())
    assert float(again.margin()) == float(head.margin()) > 0
    assert [one.trainable for one in head.weights] == [True, False]


@pytest.mark.parametrize("margin", [0.0, 0.3])
def test_it_is_the_formula(margin: float) -> None:
    """The margin would help the wrong classes, or the scale be missing."""
    cosines = RNG.uniform(-1, 1, (4, 6)).astype(np.float32)
    labels = np.array([2, 0, 5, 2])
    found = np.asarray(CosineLoss(lambda: margin, scale=24.0).call(labels[:, None], cosines))
    logits = 24.0 * cosines.astype(float)
    logits[np.arange(4), labels] -= 24.0 * margin
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert np.allclose(found, -np.log(shares[np.arange(4), labels]), atol=1e-3)


def test_labels_of_many_classes_survive_keras() -> None:
    """In sixteen bits, labels beyond 256 would become their neighbours."""
    loss = CosineLoss(lambda: 0.0, scale=24.0)
    cosines = np.full((1, 20_000), -1.0, np.float32)
    cosines[0, 19_999] = 1
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        right = float(loss(np.array([19_999]), cosines))
        wrong = float(loss(np.array([19_998]), cosines))
    finally:
        keras.config.set_dtype_policy("float32")
    assert right < 1e-3
    assert wrong > 40
