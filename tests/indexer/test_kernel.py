from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.kernel import NEIGHBOURS, class_distance, class_distances

classes = st.lists(
    st.lists(st.floats(0, 2), min_size=1, max_size=12), min_size=1, max_size=6
)  # distances to the examples of each class
sharpnesses = st.floats(1, 200)


def of(held: list[list[float]], sharpness: float) -> np.ndarray:
    """The distances to classes with examples this far off."""
    labels = np.repeat(np.arange(len(held)), [len(one) for one in held])
    return class_distances(np.concatenate([np.array(one) for one in held]), labels, sharpness)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=9), sharpnesses)
def test_one_example_is_its_distance(held: list[float], sharpness: float) -> None:
    """With one example a class, the answer would be another than the nearest neighbour's."""
    assert of([[one] for one in held], sharpness) == pytest.approx(held, abs=1e-6)


@given(classes, sharpnesses)
def test_several_lie_between_the_nearest_and_the_mean(
    held: list[list[float]], sharpness: float
) -> None:
    """More examples would move a class nearer than any of them, or farther than all."""
    for found, one in zip(of(held, sharpness), held, strict=True):
        near = sorted(one)[:NEIGHBOURS]
        assert near[0] - 1e-6 <= found <= np.mean(near) + 1e-6


@given(classes, sharpnesses, st.randoms())
def test_the_order_of_examples_does_not_count(
    held: list[list[float]], sharpness: float, random: st.DataObject
) -> None:
    """Renaming an example would change a verdict."""
    shuffled = [random.sample(one, len(one)) for one in held]  # type: ignore[attr-defined]
    assert of(shuffled, sharpness) == pytest.approx(of(held, sharpness))


def test_examples_of_another_manner_are_no_burden() -> None:
    """A class of tickets from many shops would lie far from every ticket."""
    near = [0.1] * NEIGHBOURS
    assert of([near, near + [1.0] * 500], 14.0) == pytest.approx([0.1, 0.1])


def test_no_class_is_no_distance() -> None:
    """An empty support set would end in a traceback."""
    assert class_distances(np.zeros(0), np.zeros(0, np.int64), 14.0).shape == (0,)


@given(st.lists(st.floats(0, 2), min_size=1, max_size=9), sharpnesses)
def test_one_class_or_many_is_the_same(held: list[float], sharpness: float) -> None:
    """`classes check` would foresee what does not happen."""
    found = class_distance(np.array([held, held]), sharpness)
    assert found == pytest.approx(np.repeat(of([held], sharpness), 2))
    left_out = class_distance(np.array([[np.inf, *held]]), sharpness)
    assert left_out == pytest.approx(found[:1])


def test_a_class_without_an_example_is_infinitely_far() -> None:
    """A class of one example, left out, would be as near as can be."""
    assert class_distance(np.array([[np.inf]]), 14.0) == [np.inf]
