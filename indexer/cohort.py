"""The cohort: kinds of pages that a scan may be of though none of the classes is.

As in speaker verification (Rosenberg et al., 1992; Reynolds, Quatieri and Dunn, 2000): whether a
scan is of a class is told better by how much nearer it lies to it than to others of whom much is
known, than by how near it lies. A home that has tickets and nothing else would take every page of
print for one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_STORED: Final = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class Cohort:
    """Kinds of pages, each by the mean of its embeddings.

    Attributes:
        centres: name of each kind, and its mean embedding, scaled to length 1, as little-endian
            float16: bytes, so that two cohorts can be compared.
    """

    centres: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, kinds: Iterable[tuple[str, NDArray[np.float32]]]) -> Cohort:
        """Each kind by its mean.

        Args:
            kinds: name and embeddings, float32 of shape (n_images, dim), unit rows.
        """
        means = ((name, rows.mean(axis=0)) for name, rows in kinds)
        return cls(
            tuple(
                (name, (mean / np.linalg.norm(mean)).astype(_STORED).tobytes())
                for name, mean in means
            )
        )

    @classmethod
    def read(cls, stored: Mapping[str, str]) -> Cohort:
        """The cohort that stands in a manifest.

        Raises:
            ValueError: its centres are no embeddings of one length.
        """
        found = cls(
            tuple((name, base64.b64decode(text, validate=True)) for name, text in stored.items())
        )
        lengths = {len(row) for _, row in found.centres}
        if len(lengths) > 1 or 0 in lengths:
            raise ValueError("the centres of the cohort are not of one length")
        with np.errstate(invalid="ignore"):
            if not np.isfinite(found.rows()).all():
                raise ValueError("a centre of the cohort is no direction")
        return found

    def stored(self) -> dict[str, str]:
        """As it stands in a manifest."""
        return {name: base64.b64encode(row).decode("ascii") for name, row in self.centres}

    def rows(self) -> NDArray[np.float32]:
        """The centres, float32 of shape (n_kinds, dim), rows of length 1; (0, 0) without any."""
        if not self.centres:
            return np.zeros((0, 0), np.float32)
        rows = np.stack([np.frombuffer(row, _STORED) for _, row in self.centres])
        wide = rows.astype(np.float32)
        wide /= np.linalg.norm(wide, axis=1, keepdims=True)
        return wide


NOBODY: Final = Cohort(())
"""A cohort of no kinds: nothing is known of what strangers look like."""


def unclaimed(centres: NDArray[np.float32], support: NDArray[np.float32]) -> NDArray[np.float32]:
    """The centres of the kinds that no class is of.

    Each example claims the kind that it lies nearest to: a class of tickets is not to be told
    from tickets.

    Args:
        centres: float32 of shape (n_kinds, dim), rows of length 1.
        support: embeddings of all examples, float32 of shape (n_examples, dim), rows of length 1.

    Returns:
        Some of the rows of ``centres``.
    """
    if not len(centres) or not len(support):
        return centres
    return np.delete(centres, np.unique((support @ centres.T).argmax(axis=1)), axis=0)


def cohort_distances(
    embeddings: NDArray[np.float32], centres: NDArray[np.float32]
) -> NDArray[np.float64]:
    """How far each image is from the nearest of these kinds.

    Args:
        embeddings: float32 of shape (n, dim), rows of length 1.
        centres: see `unclaimed`.

    Returns:
        Cosine distances, float64 of shape (n,) in [0, 2]; infinity where there are no centres.
    """
    if not len(centres):
        return np.full(len(embeddings), np.inf)
    nearest: NDArray[np.float32] = (embeddings @ centres.T).max(axis=1)
    return np.clip(1.0 - nearest.astype(np.float64), 0.0, 2.0)
