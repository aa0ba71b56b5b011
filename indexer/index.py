"""The FAISS index over support embeddings: exact inner product, held in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.calibration import NEAREST_CLASSES
from indexer.cohort import NOBODY, Cohort, cohort_distances, unclaimed
from indexer.kernel import class_distances
from indexer.verdict import Match

_SHORTLIST = 2 * NEAREST_CLASSES  # classes with a near example, whose other examples are looked at
_FIRST_LOOK = 32


@dataclass(frozen=True, slots=True)
class Example:
    """A support image that is in the index."""

    class_name: str
    name: str
    sha256: str


class SupportIndex:
    """Nearest classes by cosine distance.

    Embeddings are unit rows, so that inner product is cosine similarity; a flat index compares
    with all of them (2 ms over 100,000) and is never wrong.

    Args:
        examples: what the rows are.
        embeddings: float32 of shape (n_examples, dim), rows of length 1.
        branch_id: the branch that made them.
        sharpness: see `indexer.kernel.class_distances`.
        cohort: what strangers may be.

    Attributes:
        examples: ordered by class.
        embeddings: of the examples, in the same order.
        index_id: content hash of the examples.
        examples_by_class: number of support images of each class.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        embeddings: NDArray[np.float32],
        branch_id: str,
        *,
        sharpness: float,
        cohort: Cohort = NOBODY,
    ) -> None:
        if len(examples) != len(embeddings):
            raise ValueError(f"{len(examples)} examples but {len(embeddings)} embeddings")
        self.index_id = _index_id(examples, branch_id)
        self._sharpness = sharpness
        names = np.array([example.class_name for example in examples], object)
        # A class is one slice of rows.
        order = np.argsort(names, kind="stable")
        self.examples = tuple(examples[row] for row in order)
        self.embeddings = np.ascontiguousarray(embeddings[order], np.float32)
        self._names, self._labels = np.unique(names[order], return_inverse=True)
        self._starts = np.searchsorted(self._labels, np.arange(len(self._names) + 1))
        counts = zip(self._names.tolist(), np.diff(self._starts).tolist(), strict=True)
        self.examples_by_class: dict[str, int] = dict(counts)
        self._strangers = unclaimed(cohort.rows(), self.embeddings)
        self._faiss = faiss.IndexFlatIP(embeddings.shape[1])
        self._faiss.add(self.embeddings)

    def __len__(self) -> int:
        return len(self.examples)

    def search(self, embeddings: NDArray[np.float32]) -> list[tuple[Match, ...]]:
        """For each query the nearest classes, nearest first.

        Args:
            embeddings: float32 of shape (n_queries, dim), rows of length 1.
        """
        if not self.examples or not len(embeddings):
            return [()] * len(embeddings)
        return [
            self._compare(query, labels)
            for query, labels in zip(embeddings, self._shortlists(embeddings), strict=True)
        ]

    def cohort_distances(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """How far each query is from the nearest kind of the cohort that no class is of.

        Args:
            embeddings: float32 of shape (n_queries, dim), rows of length 1.

        Returns:
            See `indexer.cohort.cohort_distances`.
        """
        return cohort_distances(embeddings, self._strangers)

    def _shortlists(self, embeddings: NDArray[np.float32]) -> list[NDArray[np.int64]]:
        """The classes of the nearest examples of each query, ascending, at least `_SHORTLIST`."""
        wanted = min(_SHORTLIST, len(self._names))
        found: list[NDArray[np.int64]] = [self._labels[:0]] * len(embeddings)
        waiting = np.arange(len(embeddings))
        look = _FIRST_LOOK
        # A class with many examples can hide the others: look further until enough are seen.
        while len(waiting):
            look = min(look, len(self.examples))
            _, rows = self._faiss.search(embeddings[waiting], look)
            for query, row in zip(waiting, rows, strict=True):
                found[query] = np.unique(self._labels[row])
            if look == len(self.examples):
                break
            waiting = np.array([query for query in waiting if len(found[query]) < wanted], int)
            look *= 8
        return found

    def _compare(self, query: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[Match, ...]:
        """The nearest of these classes, by all of their examples."""
        slices = [slice(self._starts[label], self._starts[label + 1]) for label in labels]
        each = [np.clip(1.0 - self.embeddings[one] @ query, 0.0, 2.0) for one in slices]
        owners = np.repeat(np.arange(len(labels)), [len(one) for one in each])
        distances = class_distances(np.concatenate(each), owners, self._sharpness)
        return tuple(
            Match(
                self._names[labels[key]],
                self.examples[slices[key].start + int(each[key].argmin())].name,
                float(distances[key]),
            )
            for key in np.argsort(distances, kind="stable")[:NEAREST_CLASSES]
        )


def _index_id(examples: Sequence[Example], branch_id: str) -> str:
    """16 hexadecimal digits over what is in the index, whatever the order it was read in."""
    rows = sorted(f"{one.name}\0{one.sha256}" for one in examples)
    text = "\n".join([branch_id, *rows])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
