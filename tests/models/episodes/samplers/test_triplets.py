from __future__ import annotations

import pytest

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.samplers.triplets import TripletSampler
from tests.models.episodes.samplers.marking import SIDE, keys, numbers, source


def sampler(*sources: Source) -> TripletSampler:
    """A sampler that changes no picture."""
    return TripletSampler(sources, side=SIDE, batch=30, batches=9, seed=1)


def test_a_triplet_is_two_of_a_class_and_one_of_another_of_its_group() -> None:
    """The negative would be of the anchor's class, or too easy to teach anything."""
    made = sampler(source(0), source(100))
    for batch in range(9):
        images, labels = made[batch]
        anchors, positives, negatives = images[:10], images[10:20], images[20:]
        assert keys(anchors) == keys(positives)
        for one, other in zip(numbers(anchors), numbers(positives), strict=True):
            assert one != other
        for one, other in zip(keys(anchors), keys(negatives), strict=True):
            assert one != other
            assert one // 4 == other // 4
        assert (labels[:10] != labels[20:]).all()


def test_every_other_class_of_the_group_comes_as_a_negative() -> None:
    """Some letters would never be told apart."""
    made = sampler(source(0, classes=4))
    met = {
        pair
        for batch in range(9)
        for pair in zip(keys(made[batch][0][:10]), keys(made[batch][0][20:]), strict=True)
    }
    assert met == {(one, other) for one in range(4) for other in range(4) if one != other}


def test_a_class_alone_in_its_group_has_negatives_of_other_groups() -> None:
    """A collection without groups of its own could not be learned from."""
    images, _ = sampler(source(0, grouped=1))[0]
    pairs = zip(keys(images[:10]), keys(images[20:]), strict=True)
    assert all(one != other for one, other in pairs)


def test_one_class_alone_is_refused() -> None:
    """There would be no negative to draw."""
    with pytest.raises(DataError, match="source 100 has 1 class, a triplet needs 2"):
        sampler(source(0), source(100, classes=1))
