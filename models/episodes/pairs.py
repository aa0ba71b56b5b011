"""Batches of pairs for the Siamese network."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from config.errors import DataError
from models.episodes.augment import Augmentation
from models.episodes.classes import ImageClass, Source

Batch = tuple[tuple[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]


class PairSampler(keras.utils.PyDataset):  # type: ignore[misc]
    """Pairs of one class each, mixed from sources by weight; every two pairs are compared.

    Half of a source's pairs in a batch come from one of its groups: letters of one alphabet are
    harder to tell apart than letters of two, and more is learned from them.

    Batch i of an epoch is the same whenever it is asked for: chance depends on the seed, the
    epoch and i alone.

    Raises:
        DataError: a class has fewer than the two images that a pair needs, a batch has no room
            for each source, or there is no source or an empty one.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        pairs: int,
        batches: int,
        seed: int,
        augmentation: Augmentation | None = None,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        for source in sources:
            if not source.classes:
                raise DataError(f"{source.name} has no class of two images", "Leave it out")
            for one in source.classes:
                if len(one.images) < 2:
                    raise DataError(
                        f"class {one.name} of {source.name} has {len(one.images)} image, "
                        "a pair needs 2",
                        "Add an image to that folder or take the folder away",
                    )
        if not sources:
            raise DataError("there is nothing to learn from", "Name a folder with --data")
        if pairs < 2 * len(sources):
            raise DataError(f"{pairs} pairs a batch are too few for {len(sources)} sources")
        self._sources = sources
        self._pairs = pairs
        self._batches = batches
        self._seed = seed
        self._epoch = 0
        self._augmentation = augmentation or Augmentation()
        weights = np.array([source.weight for source in sources])
        self._shares = np.maximum(1, np.floor(pairs * weights / weights.sum())).astype(int)
        self._shares[int(np.argmax(weights))] += pairs - int(self._shares.sum())
        self._groups = [_groups(source) for source in sources]

    def __len__(self) -> int:
        return self._batches

    def on_epoch_end(self) -> None:
        """The next epoch's batches are others."""
        self._epoch += 1

    def __getitem__(self, index: int) -> Batch:
        """Batch ``index`` of this epoch.

        Returns:
            ((left, right), same): two float32 arrays of shape (pairs, side, side, 1), and
            float32 of shape (pairs, pairs), 1 where left i and right j are of one class.
        """
        rng = np.random.default_rng((self._seed, self._epoch, index))
        chosen = [
            (number, key, one)
            for number in range(len(self._sources))
            for key, one in self._choose(number, rng)
        ]
        left, right = [], []
        for _, _, one in chosen:
            first, second = rng.choice(len(one.images), 2, replace=False)
            left.append(self._augmentation.apply(one.images[first], rng))
            right.append(self._augmentation.apply(one.images[second], rng))
        labels = np.array([number * 1_000_000 + key for number, key, _ in chosen])
        same = (labels[:, None] == labels[None, :]).astype(np.float32)
        return (np.stack(left), np.stack(right)), same

    def _choose(self, number: int, rng: Generator) -> list[tuple[int, ImageClass]]:
        classes, groups = self._sources[number].classes, self._groups[number]
        share = int(self._shares[number])
        group = groups[rng.integers(len(groups))]
        near = rng.choice(group, min(len(group), share // 2), replace=False)
        anywhere = rng.integers(len(classes), size=share - len(near))
        return [(int(key), classes[key]) for key in (*near, *anywhere)]


def _groups(source: Source) -> list[NDArray[np.int64]]:
    members: dict[str, list[int]] = {}
    for key, one in enumerate(source.classes):
        members.setdefault(one.group, []).append(key)
    return [np.array(keys) for keys in members.values()]
