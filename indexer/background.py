"""Support sets and queries drawn from background classes, as users' would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from config.errors import DataError
from indexer.cohort import NOBODY, Cohort, cohort_distances, unclaimed
from indexer.kernel import class_distances

_SHOTS = ((1, 1), (1, 1), (5, 5), (1, 5), (2, 12))


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Distances of two images each.

    Attributes:
        distances: float64 of shape (n,).
        same: bool of shape (n,), whether both are of one class.
    """

    distances: NDArray[np.float64]
    same: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """An image, and the support set that it is compared with.

    Attributes:
        query: the image's embedding, float32 of shape (dim,).
        support: embeddings of the examples, float32 of shape (n_examples, dim).
        labels: of shape (n_examples,), the class of each, 0 to n_classes - 1, ascending.
        own: the class that the image is of; None for a stranger.
        asked: the background class that the image is of.
    """

    query: NDArray[np.float32]
    support: NDArray[np.float32]
    labels: NDArray[np.int64]
    own: int | None
    asked: int


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What an episode comes to.

    Attributes:
        distances: float64 of shape (n_classes,), see `indexer.kernel`.
        cohort_distance: see `indexer.cohort.cohort_distances`.
        own: the class that it is of; None for a stranger.
    """

    distances: NDArray[np.float64]
    cohort_distance: float
    own: int | None

    @classmethod
    def of(cls, episode: Episode, sharpness: float, centres: NDArray[np.float32]) -> Query:
        """Compare the image with the classes.

        Args:
            episode: see `Episode`.
            sharpness: see `indexer.kernel.class_distances`.
            centres: of the cohort, see `indexer.cohort.Cohort.rows`.
        """
        distances = np.clip(1 - episode.support @ episode.query, 0, 2)
        (aside,) = cohort_distances(episode.query[np.newaxis], unclaimed(centres, episode.support))
        return cls(class_distances(distances, episode.labels, sharpness), float(aside), episode.own)


class Background:
    """Draws from classes in groups.

    Half of the support sets are of one group where it is large enough, each group as often as its
    weight says, whatever its size; the others mix groups. A stranger is of a class that is not
    shown, half of the time of the same group.

    Args:
        embeddings: one array a class that the branch was not trained on, float32 of shape
            (n_images, dim), rows of length 1, at least 2 images each; at least 3 classes.
        groups: the group of each class: its alphabet, its kind. Each group counts as much,
            whatever its size, but for its weight.
        rng: of the draw.
        weights: of groups, by name, above 0; 1 for those that are not named.
        cohort: kinds that the branch was trained on.

    Raises:
        DataError: too few classes, or a class of one image.

    Attributes:
        centres: of the cohort, see `indexer.cohort.Cohort.rows`.
    """

    def __init__(
        self,
        embeddings: Sequence[NDArray[np.float32]],
        groups: Sequence[str],
        rng: Generator,
        weights: Mapping[str, float] | None = None,
        cohort: Cohort = NOBODY,
    ) -> None:
        if len(embeddings) < 3 or min(map(len, embeddings)) < 2:
            raise DataError(
                f"{len(embeddings)} classes are held out, of "
                f"{min(map(len, embeddings), default=0)} images or more; calibration needs "
                "3 classes of 2 images",
                "Hold out more classes, or classes with more images",
            )
        self.centres = cohort.rows()
        self._rng = rng
        # Shuffled once: a run of rows from any start is then a random choice of images.
        self._rows = np.concatenate([rng.permutation(held) for held in embeddings])
        self._sizes = np.array([len(held) for held in embeddings])
        self._starts = np.cumsum(self._sizes) - self._sizes
        names, self._groups = np.unique(np.array(groups), return_inverse=True)
        self._members = [np.nonzero(self._groups == key)[0] for key in range(len(names))]
        counted = np.array([(weights or {}).get(str(name), 1.0) for name in names])
        self._shares = counted / counted.sum()
        # Within a group every class counts alike.
        self._weights = (self._shares / [len(one) for one in self._members])[self._groups]

    def __len__(self) -> int:
        """Number of classes."""
        return len(self._sizes)

    def pairs(self, number: int) -> Pairs:
        """Pairs of two images, half of them of one class, the others of two."""
        distances, same = np.empty(number), np.arange(number) % 2 == 0
        for key in range(number):
            one, other = self._classes(2)
            if same[key]:
                other = one
            start = int(self._rng.integers(self._sizes[one]))
            place = start + 1 if same[key] else int(self._rng.integers(self._sizes[other]))
            distances[key] = 1 - self._image(one, start) @ self._image(other, place)
        return Pairs(distances, same)

    def episode(
        self, n_classes: int, strangers: float, shots: tuple[int, int] | None = None
    ) -> Episode:
        """One support set and one query.

        Args:
            n_classes: number of classes shown; fewer than there are.
            strangers: share of queries of no class.
            shots: fewest and most examples of a class, where it has as many. None varies: of the
                support sets, two in five have one example a class, one has 5, one 1 to 5 and one
                2 to 12.
        """
        rng = self._rng
        *shown, stranger = self._classes(n_classes + 1)
        keys = np.array(shown)
        own = None if rng.random() < strangers else int(rng.integers(len(keys)))
        asked = stranger if own is None else shown[own]
        place = int(rng.integers(self._sizes[asked]))
        first = rng.integers(self._sizes[keys])
        room = self._sizes[keys]
        if own is not None:
            # All images of its class but the query, which the run of rows ends before.
            first[own], room[own] = place + 1, room[own] - 1
        least, most = shots or _SHOTS[rng.integers(len(_SHOTS))]
        counts = np.minimum(rng.integers(least, most, size=len(keys), endpoint=True), room)
        labels = np.repeat(np.arange(len(keys)), counts)
        steps = np.arange(len(labels)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = (first[labels] + steps) % self._sizes[keys][labels] + self._starts[keys][labels]
        return Episode(self._image(asked, place), self._rows[rows], labels, own, asked)

    def _classes(self, number: int) -> list[int]:
        """Classes to show and, last, the stranger's."""
        rng = self._rng
        members = self._members[rng.choice(len(self._members), p=self._shares)]
        if rng.random() < 0.5 and len(members) >= number:
            chosen = rng.choice(members, number, replace=False)
        else:
            # A random order in which a small group's classes come as early as a large one's.
            keys = rng.exponential(size=len(self._groups)) / self._weights
            chosen = np.argsort(keys)[:number]
        if rng.random() < 0.5:
            return [int(key) for key in chosen]
        others = np.setdiff1d(np.arange(len(self._groups)), chosen[:-1])
        odds = self._weights[others]
        return [*map(int, chosen[:-1]), int(rng.choice(others, p=odds / odds.sum()))]

    def _image(self, key: int, place: int) -> NDArray[np.float32]:
        row: NDArray[np.float32] = self._rows[self._starts[key] + place % self._sizes[key]]
        return row
