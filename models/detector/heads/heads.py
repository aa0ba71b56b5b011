"""Heads: from features to one number that is higher the more it is the class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

HeadKind = Literal["dense", "nearest", "distance"]
Rows = NDArray[np.float32]
Scores = NDArray[np.float64]

NEIGHBOURS = 3
"""Nearest positives over which `DistanceHead` takes the mean: one alone may be an odd picture."""


class Head(Protocol):
    """See the module."""

    kind: ClassVar[HeadKind]

    def scores(self, features: Rows) -> Scores:
        """One number a row of ``features``, float32 of shape (n, d), unit rows; of shape (n,)."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it is made of, by name: what `head_of` makes it of again."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class DenseHead:
    """A weighted sum, learned from positives and others: the logit of a logistic regression.

    Attributes:
        weights: float64 of shape (d,).
        bias: what is added.
    """

    kind: ClassVar[HeadKind] = "dense"
    weights: NDArray[np.float64]
    bias: float

    def scores(self, features: Rows) -> Scores:
        """See `Head`."""
        found: Scores = features.astype(np.float64) @ self.weights + self.bias
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See `Head`."""
        return {"weights": self.weights, "bias": np.array(self.bias)}


@dataclass(frozen=True, slots=True, eq=False)
class NearestHead:
    """How much nearer the nearest positive is than the nearest other, by cosine similarity.

    Attributes:
        positives: float32 of shape (p, d), unit rows; at least one.
        others: float32 of shape (o, d), unit rows; at least one.
    """

    kind: ClassVar[HeadKind] = "nearest"
    positives: Rows
    others: Rows

    def scores(self, features: Rows) -> Scores:
        """See `Head`."""
        found: Scores = _nearest(features, self.positives) - _nearest(features, self.others)
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See `Head`."""
        return {"positives": self.positives, "others": self.others}


@dataclass(frozen=True, slots=True, eq=False)
class DistanceHead:
    """How near the nearest positives are: of others it has seen none.

    Attributes:
        positives: float32 of shape (p, d), unit rows; at least one.
    """

    kind: ClassVar[HeadKind] = "distance"
    positives: Rows

    def scores(self, features: Rows) -> Scores:
        """Minus the mean cosine distance to the `NEIGHBOURS` nearest positives, in [-2, 0]."""
        similar = np.sort(features @ self.positives.T, axis=1)[:, -NEIGHBOURS:]
        found: Scores = similar.mean(axis=1).astype(np.float64) - 1.0
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See `Head`."""
        return {"positives": self.positives}


def _nearest(features: Rows, rows: Rows) -> Scores:
    found: Scores = (features @ rows.T).max(axis=1).astype(np.float64)
    return found


def head_of(kind: HeadKind, arrays: Mapping[str, NDArray[Any]]) -> Head:
    """The head that gave these `Head.arrays`.

    Raises:
        KeyError: one is missing.
        ValueError: one has another shape.
    """
    if kind == "dense":
        weights, bias = arrays["weights"], arrays["bias"]
        if weights.ndim != 1 or not len(weights) or bias.shape:
            raise ValueError("weights are no row of numbers")
        return DenseHead(weights.astype(np.float64), float(bias))
    rows = {name: arrays[name] for name in ("positives", "others") if name in arrays}
    if any(held.ndim != 2 or not len(held) for held in rows.values()):
        raise ValueError("examples are no rows of numbers")
    if len({held.shape[1] for held in rows.values()}) > 1:
        raise ValueError("examples are of different lengths")
    if kind == "nearest":
        return NearestHead(rows["positives"], rows["others"])
    return DistanceHead(rows["positives"])
