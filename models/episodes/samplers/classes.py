"""Batches of single images, for objectives that know every class."""

from __future__ import annotations

from numpy.random import Generator

from models.episodes.samplers.base import Row, Sampler


class ClassSampler(Sampler):
    """Single images: a class drawn uniformly within its source, an image uniformly within it.

    A classifier compares each image with every class, so that nothing is won by having
    similar classes in one batch.
    """

    unit = "class"
    rows = 1
    least = 1

    def draw(self, number: int, count: int, rng: Generator) -> list[list[Row]]:
        """Classes that may come twice."""
        return [
            [self.row(number, key, image) for image in self.images(number, key, 1, rng)]
            for key in rng.integers(len(self.classes(number)), size=count).tolist()
        ]
