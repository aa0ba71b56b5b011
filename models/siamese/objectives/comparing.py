"""What objectives ask about the rows of one batch."""

from __future__ import annotations

import keras
from keras import ops


def same_class(labels: keras.KerasTensor) -> keras.KerasTensor:
    """Which rows are of one class: booleans of shape (batch, batch).

    Args:
        labels: whole numbers of shape (batch,), or (batch, 1) as Keras hands them to a loss.
    """
    labels = ops.reshape(labels, (-1,))
    return ops.equal(labels[:, None], labels[None, :])


def squared_distances(left: keras.KerasTensor, right: keras.KerasTensor) -> keras.KerasTensor:
    """Squared Euclidean distances of shape (n, m) between rows of (n, dim) and of (m, dim)."""
    lengths = ops.sum(left**2, axis=-1)[:, None] + ops.sum(right**2, axis=-1)[None, :]
    return ops.maximum(lengths - 2 * ops.matmul(left, ops.transpose(right)), 0.0)
