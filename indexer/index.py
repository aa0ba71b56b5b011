"""The FAISS index over support embeddings: exact inner product, held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.spread import spread_of
from indexer.verdict import Match

NEAREST_CLASSES = 5
"""Classes that a search answers at most; each with its nearest example."""
_FIRST_LOOK = 32


@dataclass(frozen=True, slots=True)
class Example:
    """A support image that is in the index."""

    class_name: str
    name: str
    sha256: str


class SupportIndex:
    """Nearest support images by cosine distance.

    Embeddings are unit rows, so that inner product is cosine similarity; a flat index compares
    with all of them (2 ms over 100,000) and is never wrong.

    Args:
        examples: what the rows are.
        embeddings: float32 of shape (n_examples, dim), rows of length 1.
        branch_id: the branch that made them.

    Attributes:
        index_id: content hash of the examples.
        examples_by_class: how many each class has.
        spread_by_class: see `indexer.spread`; classes of fewer than three examples are left out.
    """

    def __init__(
        self, examples: Sequence[Example], embeddings: NDArray[np.float32], branch_id: str
    ) -> None:
        if len(examples) != len(embeddings):
            raise ValueError(f"{len(examples)} examples but {len(embeddings)} embeddings")
        self._examples = tuple(examples)
        self._faiss = faiss.IndexFlatIP(embeddings.shape[1])
        self._faiss.add(np.ascontiguousarray(embeddings, np.float32))
        self.index_id = _index_id(examples, branch_id)
        rows: dict[str, list[int]] = {}
        for row, example in enumerate(examples):
            rows.setdefault(example.class_name, []).append(row)
        self.examples_by_class = {name: len(held) for name, held in rows.items()}
        self.spread_by_class = {
            name: spread_of(embeddings[held]) for name, held in rows.items() if len(held) > 2
        }

    def __len__(self) -> int:
        return len(self._examples)

    def search(self, embeddings: NDArray[np.float32]) -> list[tuple[Match, ...]]:
        """For each query, the nearest example of each of the nearest classes, nearest first.

        Args:
            embeddings: float32 of shape (n_queries, dim), rows of length 1.
        """
        if not self._examples or not len(embeddings):
            return [()] * len(embeddings)
        wanted = min(NEAREST_CLASSES, len(self.examples_by_class))
        found: list[tuple[Match, ...]] = [()] * len(embeddings)
        waiting = np.arange(len(embeddings))
        look = _FIRST_LOOK
        # A class with many examples can hide the runner-up: look further until enough are seen.
        while len(waiting):
            look = min(look, len(self._examples))
            similarities, rows = self._faiss.search(embeddings[waiting], look)
            for query, similarity, row in zip(waiting, similarities, rows, strict=True):
                found[query] = self._nearest_of_each(similarity, row)
            if look == len(self._examples):
                break
            waiting = np.array([query for query in waiting if len(found[query]) < wanted], int)
            look *= 8
        return found

    def _nearest_of_each(
        self, similarities: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> tuple[Match, ...]:
        nearest: dict[str, Match] = {}
        for similarity, row in zip(similarities.tolist(), rows.tolist(), strict=True):
            example = self._examples[row]
            if example.class_name not in nearest:
                distance = min(2.0, max(0.0, 1.0 - similarity))
                nearest[example.class_name] = Match(example.class_name, example.name, distance)
                if len(nearest) == NEAREST_CLASSES:
                    break
        return tuple(nearest.values())


def _index_id(examples: Sequence[Example], branch_id: str) -> str:
    """16 hexadecimal digits over what is in the index, whatever the order it was read in."""
    rows = sorted(f"{one.name}\0{one.sha256}" for one in examples)
    text = "\n".join([branch_id, *rows])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
