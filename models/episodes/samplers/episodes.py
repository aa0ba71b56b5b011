"""Batches that are episodes, for the prototypical objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.random import Generator

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.samplers.base import Row, Sampler


class EpisodeSampler(Sampler):
    """An episode a batch: some classes, and of each a few support images and queries.

    Since rows are ordered by their place in the unit, the support set comes first: one image
    of every class, then the next one of every class; and after it the queries.

    Args:
        sources: see `Sampler`.
        shots: support images a class.
        queries: a class, other images than its support.
        options: see `Sampler`.

    Attributes:
        ways: classes an episode, all different: as many as a batch has room for.

    Raises:
        DataError: see `Sampler`; or a source has fewer classes than its share of the ways.
    """

    unit = "class of an episode"

    def __init__(
        self, sources: Sequence[Source], *, batch: int, shots: int, queries: int, **options: Any
    ) -> None:
        self.rows = self.least = shots + queries
        super().__init__(sources, batch=batch, **options)
        self.ways = self.batch // self.rows
        for source, most in zip(sources, self.most_units(), strict=True):
            if len(source.classes) < most:
                raise DataError(
                    f"{source.name} has {len(source.classes)} classes, "
                    f"its share of an episode's {self.ways} ways is {most}",
                    "Lower --batch or its weight",
                )

    def draw(self, number: int, count: int, rng: Generator) -> list[list[Row]]:
        """Different classes, half of them from one group."""
        return [
            [self.row(number, key, image) for image in self.images(number, key, self.rows, rng)]
            for key in self.half_of_one_group(number, count, rng, twice=False)
        ]
