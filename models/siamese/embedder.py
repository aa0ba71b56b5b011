"""Pages to embeddings, as one compiled function over a batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.page.views import Views, views_of
from models.siamese.branch import looks_of
from models.siamese.weights import load_branch


class Embedder:
    """The branch at work.

    ``keras.Model.predict`` spends 70 ms a call on its own machinery; the compiled function
    beneath it takes under one. It is traced once, for every batch size.

    Attributes:
        recipe: how pages are prepared for this branch.
        branch_id: content hash of weights, dimensions and recipe.
        dim: length of an embedding.
        sees_texture: it has two eyes, and its views need a texture.
        calibration: what the manifest says about distances; read by the indexer.
    """

    def __init__(self, manifest_path: Path) -> None:
        branch, manifest = load_branch(manifest_path)
        self.recipe = manifest.recipe
        self.branch_id = manifest.branch_id
        self.calibration = manifest.calibration
        self.dim = manifest.branch.dim
        self.sees_texture = manifest.branch.join is not None
        ink = tf.TensorSpec((None, self.recipe.side, self.recipe.side, 1), tf.float32)
        if manifest.branch.join is None:
            self._upright = _compiled(branch, ink)
        else:
            self._halfway = manifest.branch.join.halfway
            texture = tf.TensorSpec((None, manifest.branch.join.texture), tf.float32)
            looks = looks_of(branch, manifest.branch.join)
            self._gate = _compiled(looks.gate, texture)
            self._upright = _compiled(looks.upright, ink, texture)
            self._tilted = _compiled(looks.tilted, ink, texture)

    def embed(self, pages: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embeddings of ``pages``.

        Args:
            pages: pixels of any size, as `models.page.prepare.prepare` takes them.

        Returns:
            float32 of shape (n_pages, dim), rows of length 1.
        """
        if not pages:
            return np.zeros((0, self.dim), np.float32)
        return self.embed_views(views_of(pages, self.recipe, texture=self.sees_texture))

    def embed_views(self, views: Views) -> NDArray[np.float32]:
        """Embeddings, of shape (n, dim), of the views of n pages.

        Raises:
            ValueError: the branch sees texture, and the views have none.
        """
        if not self.sees_texture:
            found: NDArray[np.float32] = self._upright(views.ink).numpy()
            return found
        if views.texture is None:
            raise ValueError("this branch sees texture: make its views with texture=True")
        drawings = self._gate(views.texture).numpy()[:, 0] > self._halfway
        embeddings = np.empty((len(views.ink), self.dim), np.float32)
        # Tilts are for drawings: pages, most of what is judged, take a third of the time without.
        for rows, look in ((~drawings, self._upright), (drawings, self._tilted)):
            if rows.any():
                embeddings[rows] = look(views.ink[rows], views.texture[rows]).numpy()
        return embeddings


def _compiled(model: keras.Model, *inputs: tf.TensorSpec) -> Any:
    """The model as a function of arrays, traced now: the first drawing need not wait for it."""

    @tf.function(input_signature=inputs)  # type: ignore[untyped-decorator, unused-ignore]
    def forward(*seen: tf.Tensor) -> tf.Tensor:
        return model(seen if len(seen) > 1 else seen[0], training=False)

    forward.get_concrete_function()
    return forward
