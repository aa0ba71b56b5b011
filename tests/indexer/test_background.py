from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.background import Background, Query
from indexer.cohort import Cohort


def labelled(sizes: list[int]) -> list[NDArray[np.float32]]:
    """Classes that lie at right angles, whose images differ by a little each."""
    rows = np.eye(len(sizes) + max(sizes), dtype=np.float32)
    found = [
        rows[key] + 0.3 * rows[len(sizes) : len(sizes) + size] for key, size in enumerate(sizes)
    ]
    return [one / np.linalg.norm(one, axis=1, keepdims=True) for one in found]


def draw(sizes: list[int], groups: list[str], number: int = 400) -> list[Query]:
    """Queries over these classes, two in five of strangers."""
    background = Background(labelled(sizes), groups, np.random.default_rng(1))
    most = len(sizes) - 1
    return [
        Query.of(background.episode(1 + n % most, 0.4), 14.0, background.centres)
        for n in range(number)
    ]


@pytest.mark.parametrize("sizes", [[2, 2, 2], [2, 9, 30, 3], [20] * 40])
def test_a_query_is_of_one_shown_class_or_of_none(sizes: list[int]) -> None:
    """The calibration would be fitted to wrong answers."""
    queries = draw(sizes, [f"g{key % 3}" for key in range(len(sizes))])
    for number, query in enumerate(queries):
        assert len(query.distances) == 1 + number % (len(sizes) - 1)
        assert query.cohort_distance == np.inf
        # The same image is at distance 0, a fellow at 0.08, another class at 0.9.
        near = query.distances < 0.2
        assert near.sum() == (query.own is not None)
        assert query.own is None or near[query.own]
        assert query.distances.min() > 0.01, "the query is one of its own examples"


def test_a_small_group_counts_as_much_as_a_large_one() -> None:
    """A thousand icons would outvote nine kinds of documents."""
    background = Background(
        labelled([2] * 100), ["icons"] * 96 + ["scans"] * 4, np.random.default_rng(2)
    )
    first = [background._classes(2)[0] >= 96 for _ in range(2000)]
    assert np.mean(first) == pytest.approx(0.5, abs=0.05)


def test_a_group_counts_by_its_weight() -> None:
    """Ten alphabets would outvote the documents that people drop."""
    background = Background(
        labelled([2] * 100),
        ["icons"] * 96 + ["scans"] * 4,
        np.random.default_rng(2),
        weights={"scans": 3.0},
    )
    chosen = [background._classes(2) for _ in range(2000)]
    shown, strangers = np.mean([[one >= 96 for one in pair] for pair in chosen], axis=0)
    assert shown == pytest.approx(0.75, abs=0.05)
    assert strangers == pytest.approx(0.7, abs=0.08)


def test_a_stranger_of_a_kind_of_the_cohort_lies_near_it() -> None:
    """The cohort would tell nothing, or tell classes from themselves."""
    held = labelled([4] * 8)
    cohort = Cohort.of([(str(key), one) for key, one in enumerate(held)])
    background = Background(held, ["g"] * 8, np.random.default_rng(5), cohort=cohort)
    for _ in range(50):
        query = Query.of(background.episode(3, 0.5), 14.0, background.centres)
        assert (query.cohort_distance < 0.2) == (query.own is None)


def test_pairs_are_of_one_class_or_of_two() -> None:
    """The kernel would be as sharp as chance."""
    pairs = Background(labelled([3] * 9), ["g"] * 9, np.random.default_rng(3)).pairs(200)
    assert pairs.same.mean() == 0.5
    assert (pairs.distances[pairs.same] < 0.2).all()
    assert (pairs.distances[pairs.same] > 0.01).all()
    assert (pairs.distances[~pairs.same] > 0.5).all()


@pytest.mark.parametrize("shots", [(1, 1), (5, 5), (2, 4)])
def test_as_many_examples_are_shown_as_are_asked_for(shots: tuple[int, int]) -> None:
    """A table of one example a class would be one of five."""
    background = Background(labelled([6] * 9), ["g"] * 9, np.random.default_rng(4))
    for _ in range(50):
        counts = np.bincount(background.episode(4, 0.5, shots).labels)
        assert len(counts) == 4
        assert shots[0] <= counts.min() <= counts.max() <= shots[1]
