"""What all feature spaces have in common."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Approach = Literal["cnn", "transfer", "branch"]
"""A network of the detector's own; MobileNet's features; the product's own embedding."""

Features = NDArray[np.float32]


class FeatureSpace(Protocol):
    """Turns pictures into rows of numbers that a head can weigh."""

    def features(self, planes: NDArray[np.uint8], embeddings: NDArray[np.float32]) -> Features:
        """One row a picture.

        Args:
            planes: uint8 of shape (n, 224, 224), see `models.detector.pictures.plane`.
            embeddings: float32 of shape (n, dim), unit rows: the same pictures' embeddings by
                the product's branch. Only the approach ``branch`` looks at them.

        Returns:
            float32 of shape (n, d), rows of length 1; all zeros where there is nothing to see, as
            in a picture of one shade.
        """
        ...


class BranchSpace:
    """The product's own embedding, as it is: nothing is learned, and nothing has to be saved."""

    def features(self, planes: NDArray[np.uint8], embeddings: NDArray[np.float32]) -> Features:
        """The embeddings; see `FeatureSpace`."""
        del planes
        return embeddings
