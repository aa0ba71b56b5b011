"""The Siamese network: one branch, its weights shared by every image (Bromley et al., 1993)."""

from __future__ import annotations

import keras


class Siamese(keras.Model):  # type: ignore[misc]
    """Applies one branch to every image of a batch; the objective compares what comes out.

    A network of two or three towers with shared weights is the same as one tower that sees the
    images of all of them in one batch. So batch normalisation sees them alike, too.

    Args:
        branch: images of shape (batch, side, side, 1) to unit rows of shape (batch, dim).
        head: what the objective puts on top while it trains; None compares the rows themselves.
    """

    def __init__(self, branch: keras.Model, head: keras.layers.Layer | None = None) -> None:
        super().__init__(name="siamese")
        self.branch = branch
        self.head = head

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Embeddings of shape (batch, dim), or what the head makes of them."""
        rows = self.branch(inputs, training=training)
        return rows if self.head is None else self.head(rows, training=training)
