from __future__ import annotations

import numpy as np
import pytest

from models.siamese.objectives.comparing import same_class, squared_distances


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_same_class_says_which_rows_are(shape: tuple[int, ...]) -> None:
    """Strangers would be drawn together."""
    labels = np.array([3, 1, 3]).reshape(shape)
    assert np.asarray(same_class(labels)).tolist() == [
        [True, False, True],
        [False, True, False],
        [True, False, True],
    ]


def test_distances_are_squared_and_never_negative() -> None:
    """Rounding below zero would turn up as NaN in a root, or as a bargain in a loss."""
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((5, 3)), rng.standard_normal((4, 3))
    found = np.asarray(squared_distances(left.astype(np.float32), right.astype(np.float32)))
    assert np.allclose(found, ((left[:, None] - right[None]) ** 2).sum(-1), atol=1e-4)
    same = np.float32(rng.standard_normal((50, 3)))
    assert np.asarray(squared_distances(same, same)).min() >= 0
