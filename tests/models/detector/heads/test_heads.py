from __future__ import annotations

import numpy as np
import pytest

from models.detector.heads.heads import DenseHead, DistanceHead, Head, NearestHead, head_of

ROWS = np.eye(4, dtype=np.float32)
HEADS = [
    DenseHead(np.array([1.0, -2.0, 0.5, 0.0]), 0.25),
    NearestHead(ROWS[:2], ROWS[2:]),
    DistanceHead(ROWS[:2]),
]


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_made_again_of_its_arrays(head: Head) -> None:
    """What is saved answers as what was judged."""
    again = head_of(head.kind, head.arrays())
    assert np.array_equal(head.scores(ROWS), again.scores(ROWS))


def test_what_heads_say() -> None:
    """A weighted sum; how much nearer one kind is; how near the class is."""
    dense, nearest, distance = (head.scores(ROWS) for head in HEADS)
    assert dense.tolist() == [1.25, -1.75, 0.75, 0.25]
    assert nearest.tolist() == [1, 1, -1, -1]
    assert distance.tolist() == [-0.5, -0.5, -1, -1]


def test_one_odd_example_does_not_decide() -> None:
    """Three nearest are asked, of many."""
    head = DistanceHead(np.stack([ROWS[0], ROWS[1], ROWS[1], ROWS[1]]))
    assert head.scores(ROWS[:2]).tolist() == pytest.approx([-2 / 3, 0])


@pytest.mark.parametrize(
    ("kind", "arrays"),
    [
        ("dense", {"weights": ROWS, "bias": np.array(0.0)}),
        ("dense", {"weights": np.zeros(0), "bias": np.array(0.0)}),
        ("dense", {"weights": ROWS[0], "bias": ROWS[0]}),
        ("nearest", {"positives": ROWS, "others": ROWS[0]}),
        ("nearest", {"positives": ROWS, "others": ROWS[:, :3]}),
        ("distance", {"positives": ROWS[:0]}),
    ],
)
def test_arrays_of_another_shape_are_refused(kind: str, arrays: dict[str, np.ndarray]) -> None:
    """Else the first page would find out."""
    with pytest.raises(ValueError):
        head_of(kind, arrays)


@pytest.mark.parametrize(
    ("kind", "name"), [("dense", "weights"), ("nearest", "positives"), ("distance", "positives")]
)
def test_an_array_that_is_missing_is_named(kind: str, name: str) -> None:
    """By its name."""
    with pytest.raises(KeyError, match=name):
        head_of(kind, {})
