from __future__ import annotations

from models.episodes.classes import Source
from models.episodes.samplers.pairs import PairSampler
from tests.models.episodes.samplers.marking import SIDE, keys, numbers, source


def sampler(*sources: Source, batch: int = 24) -> PairSampler:
    """A sampler that changes no picture."""
    return PairSampler(sources, side=SIDE, batch=batch, batches=3, seed=1)


def test_a_pair_is_two_images_of_one_class() -> None:
    """The network would be told that two classes are one, or learn that equal is equal."""
    made = sampler(source(0), source(100))
    for batch in range(3):
        images, labels = made[batch]
        left, right = images[:12], images[12:]
        assert keys(left) == keys(right)
        assert (labels[:12] == labels[12:]).all()
        assert all(one != other for one, other in zip(numbers(left), numbers(right), strict=True))


def test_half_of_a_share_is_of_one_group() -> None:
    """The hard comparisons, letters of one alphabet, would be rare."""
    made = sampler(source(0, classes=80, images=2), batch=16)
    for batch in range(3):
        groups = [key // 4 for key in keys(made[batch][0][:8])]
        assert max(groups.count(group) for group in groups) >= 4
