from __future__ import annotations

import numpy as np
import pytest

from indexer.gallery import isolation_of


def test_isolation_is_the_median_distance_to_another_class() -> None:
    """How far apart the classes lie would be told by how far apart examples of one lie."""
    angles = np.array([0.0, 0.1, 1.0, 1.3])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    nearest = 1 - np.cos([1.0, 0.9, 0.9, 1.2])
    found = isolation_of(rows, np.array([0, 0, 1, 1]))
    assert found == pytest.approx(float(np.median(nearest)), abs=1e-5)


@pytest.mark.parametrize("labels", [[], [0], [0, 0, 0]])
def test_a_single_class_has_none(labels: list[int]) -> None:
    """A first class would be judged by a number that means nothing."""
    rows = np.ones((len(labels), 1), np.float32)
    assert isolation_of(rows, np.array(labels, np.int64)) is None


def test_a_sample_tells_about_as_much_as_all() -> None:
    """A large support set would be judged otherwise than a small one of the same classes."""
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((3000, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = np.arange(3000) // 3
    every, some = isolation_of(rows, labels, most=3000), isolation_of(rows, labels)
    assert some == pytest.approx(every, rel=0.1)
