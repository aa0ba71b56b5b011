from __future__ import annotations

import pytest

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.samplers.episodes import EpisodeSampler
from tests.models.episodes.samplers.marking import SIDE, keys, numbers, source


def sampler(*sources: Source, ways: int = 6, shots: int = 2, queries: int = 1) -> EpisodeSampler:
    """A sampler that changes no picture."""
    return EpisodeSampler(
        sources,
        shots=shots,
        queries=queries,
        side=SIDE,
        batch=ways * (shots + queries),
        batches=3,
        seed=1,
    )


@pytest.mark.parametrize(("shots", "queries"), [(1, 3), (2, 1), (3, 1)])
def test_an_episode_has_different_classes_and_different_images(shots: int, queries: int) -> None:
    """A query would be its own example, or have two right answers."""
    made = sampler(source(0), source(100), shots=shots, queries=queries)
    assert made.ways == 6
    for batch in range(3):
        images, labels = made[batch]
        ways = labels[:6].tolist()
        assert len(set(ways)) == 6
        # Support first, one image of every class after another; the queries after it.
        assert labels.tolist() == ways * (shots + queries)
        drawn = list(zip(keys(images), numbers(images), strict=True))
        assert len(set(drawn)) == len(drawn)


def test_half_of_the_classes_are_of_one_group() -> None:
    """The hard comparisons would be rare."""
    made = sampler(source(0, classes=80), ways=8)
    for batch in range(3):
        groups = [key // 4 for key in keys(made[batch][0][:8])]
        assert max(groups.count(group) for group in groups) >= 4


def test_too_few_classes_are_refused_with_both_numbers() -> None:
    """A class would come twice in an episode, against itself."""
    with pytest.raises(DataError, match=r"source 0 has 5 classes, .* 6 ways is 6"):
        sampler(source(0, classes=5))
    with pytest.raises(DataError, match=r"source 100 has 2 classes, .* 6 ways is 3"):
        sampler(source(0), source(100, classes=2))
    assert len(sampler(source(0, classes=6))[0][1]) == 18
