"""Batches of triplets, for the triplet objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.samplers.base import Row, Sampler


class TripletSampler(Sampler):
    """An anchor, another image of its class, and an image of another class of its group.

    A negative from the same alphabet is harder than one from anywhere, and it is the hard ones
    that teach (Schroff et al., 2015). Where the anchor's class is alone in its group, the
    negative is of any other class of the source.

    Raises:
        DataError: see `Sampler`; or a source has one class only.
    """

    unit = "triplet"
    rows = 3
    least = 2

    def __init__(self, sources: Sequence[Source], **options: Any) -> None:
        super().__init__(sources, **options)
        for source in sources:
            if len(source.classes) < 2:
                raise DataError(
                    f"{source.name} has 1 class, a triplet needs 2",
                    "Add a class or leave the source out",
                )

    def draw(self, number: int, count: int, rng: Generator) -> list[list[Row]]:
        """Anchors uniform over the source's classes; their classes may come twice."""
        triplets = []
        for anchor in rng.integers(len(self.classes(number)), size=count).tolist():
            near = self.group_of(number, anchor)
            others = near if len(near) > 1 else np.arange(len(self.classes(number)))
            # One of the others, the anchor's class skipped.
            place = int(rng.integers(len(others) - 1))
            negative = int(others[place + (place >= int(np.searchsorted(others, anchor)))])
            keys = (anchor, anchor, negative)
            images = (
                *self.images(number, anchor, 2, rng),
                *self.images(number, negative, 1, rng),
            )
            triplets.append(
                [self.row(number, key, image) for key, image in zip(keys, images, strict=True)]
            )
        return triplets
