"""What all approaches have in common: what they are given, and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.detector.features.space import Approach, FeatureSpace
from models.detector.heads.heads import Head, HeadKind

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Pictures in the forms in which approaches take them.

    Attributes:
        labels: bool of shape (n,), whether each is of the class.
        planes: uint8 of shape (n, 224, 224).
        embeddings: by the product's branch, float32 of shape (n, dim), unit rows.
    """

    labels: NDArray[np.bool_]
    planes: NDArray[np.uint8]
    embeddings: NDArray[np.float32]

    def part(self, rows: Rows) -> Material:
        """Some of them."""
        return Material(self.labels[rows], self.planes[rows], self.embeddings[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What an approach is given to learn from.

    Attributes:
        learn: pictures to learn from, some of the class and, but in one-class learning, others.
        grounds: the same pictures on other grounds, each of the same shape.
        held: pictures to choose by and to know when to stop; None where ``epochs`` says it.
        epochs: of training, where that is known already.
        variant: of the approach, where that is known already: see `Learned`.
        seed: of whatever is drawn.
        after: called after each epoch, and after each variant of the pictures that was seen.
    """

    learn: Material
    grounds: Sequence[Material]
    held: Material | None
    epochs: int | None = None
    variant: str = ""
    seed: int = 0
    after: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """What came of it.

    Attributes:
        space: what sees.
        head: what weighs.
        losses: after each epoch, of what was learned from and of what was held; empty where
            nothing is trained by epochs.
        epochs: the epoch whose weights these are; 0 where there are none.
        variant: what was chosen by the pictures that were held, for people; empty without a choice.
        settings: what the space is built with, for the manifest.
        networks: what writes each of its files, by name.
    """

    space: FeatureSpace
    head: Head
    losses: tuple[tuple[float, ...], tuple[float, ...]] = ((), ())
    epochs: int = 0
    variant: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    networks: Mapping[str, Callable[[Path], object]] = field(default_factory=dict)

    def scores(self, material: Material) -> NDArray[np.float64]:
        """How much each picture is of the class, of shape (n,), before calibration."""
        return self.head.scores(self.space.features(material.planes, material.embeddings))


class Way(Protocol):
    """An approach with a head.

    Attributes:
        title: for people, unique among those that are tried.
        steps: how often it calls `Lesson.after` in a lesson, at most: for a progress bar.
    """

    @property
    def title(self) -> str: ...  # noqa: D102 - see the class
    @property
    def approach(self) -> Approach: ...  # noqa: D102
    @property
    def head(self) -> HeadKind: ...  # noqa: D102
    @property
    def steps(self) -> int: ...  # noqa: D102

    def learn(self, lesson: Lesson) -> Learned:
        """Learn, and say what came of it."""
        ...
