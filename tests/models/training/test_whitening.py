from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from config.errors import DataError
from models.training.whitening import covariance_within, moments, whiten


def two_way(classes: int = 10, images: int = 30, seed: int = 0) -> list[NDArray[np.float32]]:
    """Classes that differ in the first of three numbers; the second is loud within them."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(0, 1, (classes, 1, 3)) * (1, 0.1, 0)
    spread = rng.normal(0, 1, (classes, images, 3)) * (0.01, 5, 0)
    return list((middles + spread).astype(np.float32))


def test_classes_count_alike_whatever_their_size() -> None:
    """A thousand receipts would decide what tells maps apart."""
    small, large = np.array([[0.0], [2.0]]), np.zeros((1000, 1))
    found = moments([small.astype(np.float32), large.astype(np.float32)])
    assert found.mean == pytest.approx([0.5])
    assert found.within == pytest.approx(np.array([[0.5]]))
    assert found.between == pytest.approx(np.array([[0.25]]))


def test_what_differs_within_classes_loses_its_weight() -> None:
    """The loudest number would decide, whatever it tells."""
    classes = two_way()
    found = moments(classes)
    projection = whiten(found.within, found, 3, 0.01)

    def nearest_is_right(rows: list[NDArray[np.float64]]) -> float:
        support = np.stack([one[0] for one in rows])
        query = np.stack([one[1] for one in rows])
        distance = np.linalg.norm(query[:, None] - support[None], axis=2)
        return float(np.mean(np.argmin(distance, axis=1) == np.arange(len(rows))))

    standard = [(one - found.mean) / np.sqrt(found.variance) for one in classes]
    assert nearest_is_right([one @ projection for one in standard]) > 2 * nearest_is_right(standard)


def test_whitened_classes_differ_alike_every_way() -> None:
    """The projection would not be a whitening."""
    rng = np.random.default_rng(1)
    mixing = rng.normal(size=(5, 5))
    classes = [
        ((rng.normal(size=(200, 5)) + 3 * rng.normal(size=5)) @ mixing).astype(np.float32)
        for _ in range(20)
    ]
    found = moments(classes)
    projection = whiten(found.within, found, 5, 1e-6)
    rows = [(one - found.mean) / np.sqrt(found.variance) @ projection for one in classes]
    assert covariance_within(rows) == pytest.approx(np.eye(5), abs=0.02)


def test_a_number_that_never_varies_does_no_harm() -> None:
    """Dividing by its deviation would drown all others."""
    found = moments(two_way())
    assert np.isfinite(whiten(found.within, found, 3, 0.05)).all()


def test_the_first_dimensions_are_the_telling_ones() -> None:
    """A shorter vector would keep what tells nothing."""
    found = moments(two_way())
    first = whiten(found.within, found, 1, 0.01)[:, 0]
    assert np.argmax(np.abs(first)) == 0


def test_one_class_is_not_enough() -> None:
    """There would be nothing that tells two classes apart."""
    with pytest.raises(DataError, match="1 classes have two images, whitening needs 2"):
        moments([np.zeros((2, 3), np.float32), np.zeros((1, 3), np.float32)])


@pytest.mark.parametrize("dim", [0, 4])
def test_more_dimensions_than_there_are_numbers_are_refused(dim: int) -> None:
    """The message would come from a shape deep in Keras."""
    found = moments(two_way())
    with pytest.raises(ValueError, match=f"{dim} dimensions"):
        whiten(found.within, found, dim, 0.05)
