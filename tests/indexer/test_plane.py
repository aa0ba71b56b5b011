from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.plane import laid_out


def groups(count: int, each: int, seed: int = 1) -> NDArray[np.float32]:
    """Unit rows in groups, each around a direction of its own."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(count, 64))
    rows = np.repeat(centres, each, axis=0) + 0.4 * rng.normal(size=(count * each, 64))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_what_lies_near_lies_near_on_the_map() -> None:
    """Two principal components show thirty classes as one cloud."""
    places = laid_out(groups(30, 5))
    assert places.shape == (150, 2)
    assert np.abs(places).max() == pytest.approx(1.0)
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (apart.argmin(axis=1) // 5 == np.arange(150) // 5).mean() > 0.95


def test_the_same_examples_make_the_same_map() -> None:
    """Whoever comes back would not find the spot that they had in mind."""
    rows = groups(4, 6)
    assert np.array_equal(laid_out(rows), laid_out(rows.copy()))


@pytest.mark.parametrize("count", range(7))
def test_few_examples_have_a_map(count: int) -> None:
    """The page of a new home would fail."""
    places = laid_out(groups(7, 1)[:count])
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(initial=0.0) <= 1.0
    assert len(np.unique(places.round(6), axis=0)) == count


def test_equal_examples_lie_together() -> None:
    """A picture that is stored twice would be a division by zero."""
    assert np.array_equal(laid_out(np.repeat(groups(1, 1), 6, axis=0)), np.zeros((6, 2)))
    places = laid_out(np.repeat(groups(3, 1), 4, axis=0))
    assert len(np.unique(places.round(6), axis=0)) == 3
