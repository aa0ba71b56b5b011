"""Pages to embeddings, as one compiled function over a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.page.prepare import prepare
from models.siamese.weights import load_branch


class Embedder:
    """The branch at work.

    ``keras.Model.predict`` spends 70 ms a call on its own machinery; the compiled function
    beneath it takes under one. It is traced once, for every batch size.

    Attributes:
        recipe: how pages are prepared for this branch.
        branch_id: content hash of weights and recipe.
        dim: length of an embedding.
        calibration: what the manifest says about distances; read by the indexer.
    """

    def __init__(self, manifest_path: Path) -> None:
        branch, manifest = load_branch(manifest_path)
        self.recipe = manifest.recipe
        self.branch_id = manifest.branch_id
        self.calibration = manifest.calibration
        self.dim = int(branch.output_shape[-1])
        side = self.recipe.side

        @tf.function(  # type: ignore[untyped-decorator, unused-ignore]
            input_signature=[tf.TensorSpec((None, side, side, 1), tf.float32)]
        )
        def forward(prepared: tf.Tensor) -> tf.Tensor:
            return branch(prepared, training=False)

        self._forward = forward

    def embed(self, pages: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embeddings of ``pages``.

        Args:
            pages: pixels of any size, as `models.page.prepare.prepare` takes them.

        Returns:
            float32 of shape (n_pages, dim), rows of length 1.
        """
        if not pages:
            return np.zeros((0, self.dim), np.float32)
        return self.embed_prepared(np.stack([prepare(page, self.recipe) for page in pages]))

    def embed_prepared(self, prepared: NDArray[np.float32]) -> NDArray[np.float32]:
        """Embeddings, of shape (n, dim), of prepared pages of shape (n, side, side, 1)."""
        embeddings: NDArray[np.float32] = self._forward(prepared).numpy()
        return embeddings
