"""What a verdict needs to know of the whole support set: the gallery, as biometrics calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 64  # rows compared at a time: 100,000 examples then take 25 MB


@dataclass(frozen=True, slots=True)
class Gallery:
    """The classes that a scan is compared with.

    Attributes:
        examples_by_class: number of support images of each class.
        isolation: see `isolation_of`; None with fewer than two classes.
    """

    examples_by_class: Mapping[str, int]
    isolation: float | None


def isolation_of(
    embeddings: NDArray[np.float32], labels: NDArray[np.int64], *, most: int = 512
) -> float | None:
    """How far apart the classes lie: the median distance of an example to another class.

    It tells how far a stranger of the same kind would lie: five solids lie closer together than
    five kinds of documents do.

    Args:
        embeddings: float32 of shape (n, dim), rows of length 1.
        labels: of shape (n,), the class of each.
        most: examples that are looked at; of more, every so many.

    Returns:
        In [0, 2]; None with fewer than two classes.
    """
    if not len(labels) or (labels == labels[0]).all():
        return None
    some = np.arange(0, len(labels), -(-len(labels) // most))
    nearest = []
    for at in range(0, len(some), _CHUNK):
        rows = some[at : at + _CHUNK]
        similarity = embeddings[rows] @ embeddings.T
        similarity[labels[rows][:, None] == labels] = -1.0
        nearest.append(similarity.max(axis=1))
    return float(np.clip(np.median(1.0 - np.concatenate(nearest)), 0.0, 2.0))
