"""What can be said of a query before anything is fitted: signals that are often proposed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.background import Episode
from indexer.cohort import cohort_distances, unclaimed
from indexer.kernel import class_distances

SIGNALS = (
    "nearest example",
    "prototype",
    "kernel of 5",
    "less the cohort's",
    "gap to the runner-up",
    "ratio to the runner-up",
    "relative to own neighbours",
    "energy",
    "posterior",
)
"""Each is the higher the surer that the query is of one of the classes."""
OF_SEVERAL = frozenset(SIGNALS[4:])
"""Those that say nothing, or nothing of their own, of a single class."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the signals say of one query.

    Attributes:
        values: by signal.
        right: by way of choosing the nearest class, whether it is the right one.
    """

    values: dict[str, float]
    right: dict[str, bool]


def tell(episode: Episode, sharpness: float, centres: NDArray[np.float32]) -> Told:
    """All signals of one query.

    Args:
        episode: the query and its support set.
        sharpness: of the kernel; also the inverse temperature of energy and posterior.
        centres: of the cohort.
    """
    support, labels = episode.support, episode.labels
    each = np.clip(1 - support @ episode.query, 0, 2)
    starts = np.searchsorted(labels, np.arange(labels[-1] + 1))
    near = np.minimum.reduceat(each, starts)
    means = np.add.reduceat(support, starts, axis=0)
    prototype = 1 - (means @ episode.query) / np.maximum(np.linalg.norm(means, axis=1), 1e-9)
    kernel = class_distances(each, labels, sharpness)
    order = np.sort(kernel)
    second = order[1] if len(order) > 1 else order[0]
    (aside,) = cohort_distances(episode.query[np.newaxis], unclaimed(centres, support))
    likeness = np.exp(-sharpness * (kernel - order[0]))
    return Told(
        values={
            "nearest example": float(-near.min()),
            "prototype": float(-prototype.min()),
            "kernel of 5": float(-order[0]),
            "less the cohort's": float(min(aside, 2.0) - order[0]),
            "gap to the runner-up": float(second - order[0]),
            "ratio to the runner-up": float(-order[0] / max(second, 1e-3)),
            "relative to own neighbours": -_relative(support, labels, each),
            "energy": float(-order[0] + np.log(likeness.sum()) / sharpness),
            "posterior": float(1 / likeness.sum()),
        },
        right={
            name: episode.own is not None and int(distances.argmin()) == episode.own
            for name, distances in (
                ("nearest example", near), ("prototype", prototype), ("kernel of 5", kernel),
            )
        },
    )  # fmt: skip


def _relative(
    support: NDArray[np.float32], labels: NDArray[np.int64], each: NDArray[np.float32]
) -> float:
    """Distance to the nearest example, over that example's to the nearest of another class."""
    nearest = int(each.argmin())
    others = labels != labels[nearest]
    if not others.any():
        return float(each[nearest])
    own = float((1 - support[others] @ support[nearest]).min())
    return float(each[nearest] / max(own, 1e-3))
