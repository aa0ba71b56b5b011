from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from config.errors import DataError
from models.detector.judging.rounds import divisions, rounds_of
from models.detector.pictures.picture import Picture

GREY = np.zeros((8, 8), np.uint8)


def pictures_of(positives: Sequence[str], others: Sequence[str]) -> list[Picture]:
    """One picture for each name of a group."""
    return [
        Picture(Path(f"{number}.png"), f"{number:064}", number < len(positives), group, GREY)
        for number, group in enumerate((*positives, *others))
    ]


def of_each(n_positive: int, n_other: int) -> list[Picture]:
    """So many pictures, each a group of its own."""
    return pictures_of(
        [f"p{number}" for number in range(n_positive)], [f"o{number}" for number in range(n_other)]
    )


def test_a_group_is_never_parted() -> None:
    """Else pictures of one scene would be learned from and judged by."""
    names = [f"p{number // 3}" for number in range(31)]
    pictures = pictures_of(names, [f"o{number // 2}" for number in range(162)])
    rounds = rounds_of(pictures)
    for name in {one.group for one in pictures}:
        assert len({rounds[i] for i, one in enumerate(pictures) if one.group == name}) == 1


def test_both_kinds_are_spread_evenly() -> None:
    """Else one round would judge by two pictures and another by twenty."""
    pictures = of_each(31, 162)
    rounds = rounds_of(pictures)
    positive = np.array([one.positive for one in pictures])
    for kind in (positive, ~positive):
        amounts = np.bincount(rounds[kind], minlength=5)
        assert len(amounts) == 5
        assert amounts.max() - amounts.min() <= 1


def test_large_groups_leave_room_for_the_small() -> None:
    """A group of ten is a round; the single pictures share the others."""
    pictures = pictures_of(["large"] * 10 + [f"p{n}" for n in range(20)], ["a", "b", "c"])
    rounds = rounds_of(pictures, rounds=3)
    assert np.bincount(rounds[:30]).tolist() == [10, 10, 10]


def test_a_seed_tells_the_division() -> None:
    """What is judged twice is judged alike; another seed is another division."""
    pictures = of_each(12, 40)
    assert np.array_equal(rounds_of(pictures, seed=3), rounds_of(pictures, seed=3))
    assert not np.array_equal(rounds_of(pictures, seed=3), rounds_of(pictures, seed=4))


@pytest.mark.parametrize(("n_positive", "n_other", "rounds"), [(4, 50, 4), (3, 50, 3), (20, 4, 4)])
def test_few_groups_make_fewer_rounds(n_positive: int, n_other: int, rounds: int) -> None:
    """Each round has at least one picture of each kind."""
    found = rounds_of(of_each(n_positive, n_other))
    assert set(found.tolist()) == set(range(rounds))


def test_the_class_alone_can_be_divided() -> None:
    """Without others there is still something to learn from and to be judged by."""
    assert set(rounds_of(of_each(9, 0)).tolist()) == set(range(5))


def test_copies_of_one_picture_are_no_collection() -> None:
    """Ten copies of two scenes: the message says how many count, and what to add."""
    with pytest.raises(DataError) as caught:
        rounds_of(pictures_of(["a"] * 5 + ["b"] * 5, ["o1", "o2", "o3"]))
    assert "too few pictures of the class: 10, of which 2 independent" in str(caught.value)
    assert "Add 1 picture or more" in str(caught.value)


def test_two_other_pictures_are_too_few() -> None:
    """Others that are there must do for each round as well."""
    with pytest.raises(DataError, match="too few other pictures: 2, of which 2 independent"):
        rounds_of(of_each(9, 2))


def test_mixed_groups_never_leave_a_round_without_a_kind() -> None:
    """The same scene with and without the thing stays together, and rounds are made fewer."""
    pictures = pictures_of([*"abcdefgh"], [*"abc", "x"])
    rounds = rounds_of(pictures)
    positive = np.array([one.positive for one in pictures])
    for number in range(int(rounds.max()) + 1):
        assert positive[rounds == number].any()
        assert not positive[rounds == number].all()


def test_two_rounds_leave_nothing_to_learn_from() -> None:
    """The caller asks for what cannot be."""
    with pytest.raises(ValueError, match="2 rounds are too few"):
        rounds_of(of_each(9, 9), rounds=2)


def test_every_picture_is_the_test_once() -> None:
    """And validates once, and is learned from in all other rounds."""
    rounds = rounds_of(of_each(11, 23))
    parts = list(divisions(rounds))
    assert len(parts) == 5
    assert sorted(np.concatenate([one.test for one in parts]).tolist()) == list(range(34))
    assert sorted(np.concatenate([one.validation for one in parts]).tolist()) == list(range(34))
    for number, one in enumerate(parts):
        everything = np.concatenate([one.train, one.validation, one.test])
        assert sorted(everything.tolist()) == list(range(34))
        assert set(rounds[one.validation].tolist()) == {(number + 1) % 5}
