from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.siamese.objectives.triplet import TripletLoss


def on_circle(*degrees: float) -> NDArray[np.float32]:
    """Unit rows at these angles."""
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def loss_of(labels: tuple[int, ...], rows: NDArray, margin: float = 0.2) -> NDArray:
    """The loss of each anchor."""
    return np.asarray(TripletLoss(margin).call(np.array(labels), rows))


def squared(degrees: float) -> float:
    """Squared distance of two unit rows at this angle."""
    return 2 - 2 * np.cos(np.deg2rad(degrees))


def test_the_hardest_of_each_kind_count() -> None:
    """Easy triplets, most of them, would drown the few that teach."""
    rows = on_circle(0, 10, 40, 60, 180)
    found = loss_of((0, 0, 0, 1, 1), rows)
    # Anchor 0: its furthest partner stands at 40 degrees, the nearest stranger at 60.
    assert found[0] == pytest.approx(max(0, squared(40) - squared(60) + 0.2), abs=1e-5)
    assert found[2] == pytest.approx(squared(40) - squared(20) + 0.2, abs=1e-5)
    assert found[3] == pytest.approx(squared(120) - squared(20) + 0.2, abs=1e-5)


def test_classes_that_are_far_apart_cost_nothing() -> None:
    """Training would never come to rest."""
    assert loss_of((0, 0, 1, 1), on_circle(0, 5, 180, 185)) == pytest.approx([0] * 4)


def test_an_image_alone_asks_for_nothing() -> None:
    """A negative that came without a partner would be pushed from itself."""
    found = loss_of((0, 0, 1), on_circle(0, 10, 12))
    assert found[2] == 0
    assert (found[:2] > 0).all()


def test_labels_may_stand_in_a_column() -> None:
    """Keras hands them over so."""
    rows = on_circle(0, 10, 40, 60)
    found = np.asarray(TripletLoss().call(np.array([[0.0], [0], [1], [1]]), rows))
    assert np.allclose(found, loss_of((0, 0, 1, 1), rows))
