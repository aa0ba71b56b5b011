from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.siamese.objectives.contrastive import ContrastiveLoss

RNG = np.random.default_rng(0)


def loss_of(labels: tuple[int, ...], rows: NDArray, scale: float = 20.0) -> NDArray:
    """The loss of each image."""
    return np.asarray(ContrastiveLoss(scale).call(np.array(labels), rows.astype(np.float32)))


def unit(rows: NDArray) -> NDArray:
    """Rows of length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def by_hand(labels: tuple[int, ...], rows: NDArray, scale: float) -> NDArray:
    """The formula, one image at a time."""
    losses = []
    for i, label in enumerate(labels):
        others = [j for j in range(len(labels)) if j != i]
        shares = np.exp(scale * rows[others] @ rows[i])
        shares /= shares.sum()
        found = [-np.log(shares[n]) for n, j in enumerate(others) if labels[j] == label]
        losses.append(np.mean(found) if found else 0.0)
    return np.array(losses)


@pytest.mark.parametrize("labels", [(0, 1, 0, 1), (0, 0, 1, 2), (3, 3, 3, 3), (5, 1, 1, 5)])
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_it_is_the_formula(labels: tuple[int, ...], scale: float) -> None:
    """The network would learn something else than is written."""
    rows = unit(RNG.standard_normal((4, 3)))
    assert np.allclose(loss_of(labels, rows, scale), by_hand(labels, rows, scale), atol=1e-4)


def test_a_value_computed_on_paper() -> None:
    """Both the loss and its copy above could share one mistake."""
    rows = np.array([[1, 0], [1, 0], [0, 1.0], [0, 1.0]])
    # The partner has cosine 1, each of the two strangers 0.
    expected = -np.log(np.e / (np.e + 2))
    assert loss_of((0, 0, 1, 1), rows, 1.0) == pytest.approx([expected] * 4, abs=1e-6)


def test_labels_may_stand_in_a_column() -> None:
    """Keras hands them over so, and every image would be compared with one label."""
    rows = unit(RNG.standard_normal((4, 3)))
    column = np.array([[0], [1], [0], [1]])
    found = np.asarray(ContrastiveLoss().call(column, rows.astype(np.float32)))
    assert np.allclose(found, loss_of((0, 1, 0, 1), rows))


def test_it_falls_as_partners_come_closer() -> None:
    """Training would push them apart."""
    losses = []
    for angle in (1.2, 0.8, 0.4, 0.0):
        turned = [np.cos(angle), np.sin(angle), 0]
        rows = np.array([[1, 0, 0], turned, [0, 0, 1.0], [0, 0, 1.0]])
        losses.append(loss_of((0, 0, 1, 1), rows)[0])
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 1e-4


def test_extremes_stay_finite_and_an_image_alone_asks_for_nothing() -> None:
    """One batch would fill the weights with NaN."""
    for rows in (np.ones((4, 1)), np.array([[1.0], [-1], [1], [-1]])):
        assert np.isfinite(loss_of((0, 0, 1, 1), rows, 1000.0)).all()
    assert loss_of((0, 1, 2), unit(RNG.standard_normal((3, 4)))) == pytest.approx([0, 0, 0])
