"""The Siamese network: two towers that share one branch (Bromley et al., 1993)."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="pigeonhole")
class Siamese(keras.Model):  # type: ignore[misc]
    """Compares each left image with each right one.

    Inputs are two arrays of shape (n, side, side, 1); the output, of shape (n, n), is the cosine
    similarity of left i and right j in [-1, 1]. Both go through the one branch in one call, so
    that batch normalisation sees both towers alike.
    """

    def __init__(self, branch: keras.Model, name: str = "siamese") -> None:
        super().__init__(name=name)
        self.branch = branch

    def call(
        self, inputs: tuple[keras.KerasTensor, keras.KerasTensor], training: bool | None = None
    ) -> keras.KerasTensor:
        """Similarities of shape (n, n)."""
        left, right = inputs
        n = ops.shape(left)[0]
        embeddings = self.branch(ops.concatenate([left, right], axis=0), training=training)
        return ops.matmul(embeddings[:n], ops.transpose(embeddings[n:]))
