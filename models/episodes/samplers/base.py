"""What all samplers share: labelled batches that depend on seed, epoch and number alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import keras
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from config.errors import DataError
from config.words import counted
from models.episodes.classes import ImageClass, Source

Batch = tuple[NDArray[np.float32], NDArray[np.int32]]
"""Images of shape (batch, side, side, 1) in [0, 1], ink is 1; labels of shape (batch,)."""
Row = tuple[int, NDArray[np.uint8]]
"""A label and the image, uint8 of shape (side, side), before it is augmented."""


class Sampler(keras.utils.PyDataset, ABC):  # type: ignore[misc]
    """Batches of units: one image, a pair, a triplet, or the images of one class in an episode.

    Each source has its share of the units by its weight: over many batches exactly, in one
    batch to within one unit (systematic sampling). Rows are ordered by their place in the unit:
    the first images of all units, then all second ones, and so on.

    Batch i of an epoch is the same whenever it is asked for: chance depends on the seed, the
    epoch and i alone.

    A label is the class's number, counted through all sources; `names` says which it is.

    Args:
        sources: what to draw from.
        side: height and width that every image must have, in pixels.
        batch: images a batch at most; it has as many whole units as fit.
        batches: an epoch.
        seed: where chance starts from.

    Attributes:
        unit: what a unit is called in messages.
        rows: images a unit.
        least: images that a class must have.
        batch: images that a batch has.
        epoch: the epoch whose batches are given, from 0; Keras moves it on.
        names: ``source/class`` of each label.

    Raises:
        DataError: there is no source, or an empty one; a class has fewer images than a unit
            takes, or of another size; a batch has no room for two units; two classes have one
            name.
    """

    unit: str
    rows: int
    least: int

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        side: int,
        batch: int,
        batches: int,
        seed: int,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        if not sources:
            raise DataError("there is nothing to learn from", "Name a folder with --data")
        for source in sources:
            _check(source, side, self.least, self.unit)
        units = batch // self.rows
        if units < 2:
            raise DataError(
                f"a batch of {batch} is less than twice the {self.rows} images of a {self.unit}",
                f"Choose {2 * self.rows} or more with --batch",
            )
        self.batch = units * self.rows
        self.epoch = 0
        self.names = _names(sources)
        self._sources = sources
        self._batches = batches
        self._seed = seed
        weights = np.array([source.weight for source in sources])
        self._edges = np.concatenate([[0.0], np.cumsum(units * weights / weights.sum())])
        self._edges[-1] = units  # exactly, whatever rounding has done
        self._groups = [_groups(source) for source in sources]
        self._firsts = np.cumsum([0, *(len(source.classes) for source in sources)])

    def __len__(self) -> int:
        return self._batches

    def on_epoch_end(self) -> None:
        """The next epoch's batches are others."""
        self.epoch += 1

    def __getitem__(self, index: int) -> Batch:
        """Batch ``index`` of this epoch."""
        rng = np.random.default_rng((self._seed, self.epoch, index))
        counts = np.diff(np.floor(self._edges + rng.random()).astype(int))
        units = [
            (source.augmentation, unit)
            for number, source in enumerate(self._sources)
            for unit in self.draw(number, int(counts[number]), rng)
        ]
        rows = [(change, unit[place]) for place in range(self.rows) for change, unit in units]
        images = [change.apply(picture, rng) for change, (_, picture) in rows]
        return np.stack(images), np.array([label for _, (label, _) in rows], np.int32)

    @abstractmethod
    def draw(self, number: int, count: int, rng: Generator) -> list[list[Row]]:
        """``count`` units from source ``number``."""

    def classes(self, number: int) -> tuple[ImageClass, ...]:
        """The classes of source ``number``; a class's key is its place here."""
        return self._sources[number].classes

    def row(self, number: int, key: int, image: int) -> Row:
        """One image of class ``key`` of source ``number``."""
        return int(self._firsts[number]) + key, self.classes(number)[key].images[image]

    def images(self, number: int, key: int, count: int, rng: Generator) -> list[int]:
        """Numbers of ``count`` different images of a class."""
        there = len(self.classes(number)[key].images)
        if count == 1:  # many times faster than a choice
            return [int(rng.integers(there))]
        return [int(image) for image in rng.choice(there, count, replace=False)]

    def group_of(self, number: int, key: int) -> NDArray[np.int64]:
        """Keys of the classes of a class's group, rising, itself included."""
        return self._groups[number][self.classes(number)[key].group]

    def half_of_one_group(
        self, number: int, count: int, rng: Generator, *, twice: bool = True
    ) -> list[int]:
        """Keys of ``count`` classes, half of them from one group.

        Letters of one alphabet are harder to tell apart than letters of two, and where the
        batch itself holds what is compared, more is learned from them.

        Args:
            number: of the source.
            count: of classes.
            rng: where chance comes from.
            twice: a class of the other half may come twice.
        """
        groups = list(self._groups[number].values())
        group = groups[rng.integers(len(groups))]
        near = rng.choice(group, min(len(group), count // 2), replace=False)
        anywhere = np.arange(len(self.classes(number)))
        rest = rng.choice(
            anywhere if twice else np.setdiff1d(anywhere, near), count - len(near), replace=twice
        )
        return [int(key) for key in (*near, *rest)]

    def most_units(self) -> list[int]:
        """The most units that a batch may have of each source."""
        return [int(most) for most in np.ceil(np.diff(self._edges) - 1e-9)]


def _check(source: Source, side: int, least: int, unit: str) -> None:
    if not source.classes:
        raise DataError(f"{source.name} has no class to learn from", "Leave it out")
    for one in source.classes:
        if len(one.images) < least:
            raise DataError(
                f"class {one.name} of {source.name} has {counted(len(one.images), 'image')}, "
                f"a {unit} needs {least}",
                f"Add images, take the class away, or write least={least} after its --data",
            )
        if one.images.shape[1:] != (side, side):
            found = " x ".join(str(n) for n in one.images.shape[1:])
            raise DataError(
                f"class {one.name} of {source.name} has images of {found} pixels, "
                f"the network takes {side} x {side}",
                "Prepare them with the recipe of the network",
            )


def _names(sources: Sequence[Source]) -> tuple[str, ...]:
    names = [f"{source.name}/{one.name}" for source in sources for one in source.classes]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DataError(
                f"two classes are named {name}", "Tell their sources apart with name=NAME in --data"
            )
        seen.add(name)
    return tuple(names)


def _groups(source: Source) -> dict[str, NDArray[np.int64]]:
    members: dict[str, list[int]] = {}
    for key, one in enumerate(source.classes):
        members.setdefault(one.group, []).append(key)
    return {group: np.array(keys) for group, keys in members.items()}
