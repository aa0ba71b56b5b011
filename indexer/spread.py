"""How much the examples of a class differ from one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def spread_of(embeddings: NDArray[np.float32]) -> float:
    """How much examples of a class differ: the median distance of one to its nearest fellow.

    Args:
        embeddings: float32 of shape (n_examples, dim), rows of length 1, at least two; of more
            than 512 every so many are looked at.
    """
    some = embeddings[:: -(-len(embeddings) // 512)]
    similarity = some @ some.T
    np.fill_diagonal(similarity, -1.0)
    return float(np.median(1.0 - similarity.max(axis=1)))
