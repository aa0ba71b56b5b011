from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.siamese.objective import ContrastiveLoss

RNG = np.random.default_rng(0)


def loss_of(same: NDArray[np.float32], similarity: NDArray[np.float32], scale: float) -> NDArray:
    """The loss of each pair."""
    return np.asarray(ContrastiveLoss(scale).call(same, similarity))


def by_hand(same: NDArray[np.float32], similarity: NDArray[np.float32], scale: float) -> NDArray:
    """The formula, one comparison at a time."""

    def one_way(same: NDArray, similarity: NDArray) -> list[float]:
        rows = []
        for i in range(len(same)):
            shares = np.exp(scale * similarity[i].astype(float))
            shares /= shares.sum()
            partners = np.flatnonzero(same[i])
            rows.append(-np.log(shares[partners]).sum() / max(len(partners), 1))
        return rows

    return (np.array(one_way(same, similarity)) + one_way(same.T, similarity.T)) / 2


def labels(*classes: int) -> NDArray[np.float32]:
    """Which left is of the class of which right."""
    row = np.array(classes)
    return (row[:, None] == row[None, :]).astype(np.float32)


@pytest.mark.parametrize("classes", [(0, 1, 2, 3), (0, 0, 1, 2), (0, 0, 0, 0), (0, 1, 0, 1)])
@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_it_is_the_formula(classes: tuple[int, ...], scale: float) -> None:
    """The network would learn something else than is written."""
    similarity = RNG.uniform(-1, 1, (4, 4)).astype(np.float32)
    found = loss_of(labels(*classes), similarity, scale)
    assert found.shape == (4,)
    assert np.allclose(found, by_hand(labels(*classes), similarity, scale), atol=1e-4)


def test_a_value_computed_on_paper() -> None:
    """Both the loss and its copy above could share one mistake."""
    similarity = np.float32([[1, 0], [0, 1]])
    # Each of the two partners holds e / (e + 1) of its row, and of its column.
    expected = -np.log(np.e / (np.e + 1))
    assert loss_of(labels(0, 1), similarity, 1.0) == pytest.approx([expected] * 2, abs=1e-6)


def test_it_falls_as_partners_come_closer() -> None:
    """Training would push them apart."""
    apart = np.full((4, 4), 0.2, np.float32)
    losses = [
        loss_of(labels(0, 1, 2, 3), apart + near * np.eye(4, dtype=np.float32), 20.0).mean()
        for near in (-0.2, 0.0, 0.2, 0.5, 0.8)
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[1] == pytest.approx(np.log(4), abs=1e-5)
    assert losses[-1] < 1e-4


def test_it_rises_as_strangers_come_closer() -> None:
    """Classes would fall into one heap."""
    near = np.eye(4, dtype=np.float32)
    closer = near.copy()
    closer[0, 1] = 0.9
    assert loss_of(labels(0, 1, 2, 3), closer, 20.0)[0] > loss_of(labels(0, 1, 2, 3), near, 20.0)[0]


def test_others_of_the_class_are_partners_too() -> None:
    """Two pairs of one class in a batch would be pushed apart as strangers."""
    similarity = np.float32([[1, 1, -1], [1, 1, -1], [-1, -1, 1]])
    as_one = loss_of(labels(0, 0, 1), similarity, 20.0)
    as_two = loss_of(labels(0, 1, 2), similarity, 20.0)
    # Whichever of its partners is asked for: each holds half of the share, and no more is asked.
    assert as_one[:2] == pytest.approx([np.log(2)] * 2, abs=1e-4)
    swapped = np.float32([[0.2, 1, -1], [1, 0.2, -1], [-1, -1, 1]])
    evened = np.float32([[0.6, 0.6, -1], [0.6, 0.6, -1], [-1, -1, 1]])
    assert loss_of(labels(0, 0, 1), evened, 20.0)[0] < loss_of(labels(0, 0, 1), swapped, 20.0)[0]
    assert as_two[2] == pytest.approx(as_one[2], abs=1e-5)


def test_extremes_stay_finite() -> None:
    """One batch would fill the weights with NaN."""
    for similarity in (np.ones((3, 3)), -np.ones((3, 3)), 1 - 2 * np.eye(3)):
        found = loss_of(labels(0, 1, 2), similarity.astype(np.float32), 1000.0)
        assert np.isfinite(found).all()
    # A row without any partner asks for nothing.
    assert loss_of(np.zeros((2, 2), np.float32), np.eye(2, dtype=np.float32), 20.0) == (
        pytest.approx([0, 0])
    )
