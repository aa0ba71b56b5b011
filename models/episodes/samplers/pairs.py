"""Batches of pairs, for the contrastive objective."""

from __future__ import annotations

from numpy.random import Generator

from models.episodes.samplers.base import Row, Sampler


class PairSampler(Sampler):
    """Two images of one class each; half of a source's pairs come from one of its groups.

    The other pairs of a batch are what each is told apart from.
    """

    unit = "pair"
    rows = 2
    least = 2

    def draw(self, number: int, count: int, rng: Generator) -> list[list[Row]]:
        """Pairs of classes that may come twice in a batch: their labels say so."""
        return [
            [self.row(number, key, image) for image in self.images(number, key, 2, rng)]
            for key in self.half_of_one_group(number, count, rng)
        ]
