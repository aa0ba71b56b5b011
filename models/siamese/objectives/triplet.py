"""The triplet objective: nearer to its own class than to any other, by a margin."""

from __future__ import annotations

import keras
from keras import ops

from models.siamese.objectives.comparing import same_class, squared_distances

_FAR = 1e9
"""More than any distance between unit rows."""


class TripletLoss(keras.losses.Loss):  # type: ignore[misc]
    """Hinge on squared distances (Schroff et al., "FaceNet", 2015), over the hardest triplets.

    Each image of a batch is an anchor in turn; it is compared with the furthest image of its
    class and the nearest of another ("batch hard": Hermans et al., 2017).

    Args:
        margin: by how much the squared distance to the other class is to be larger; FaceNet's.
    """

    def __init__(self, margin: float = 0.2) -> None:
        super().__init__(name="triplet")
        self.margin = margin

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each anchor, of shape (batch,); 0 where no other image is of its class.

        Args:
            y_true: labels of shape (batch,) or (batch, 1), whole numbers.
            y_pred: unit rows of shape (batch, dim).
        """
        distances = squared_distances(y_pred, y_pred)
        same = same_class(y_true)
        partners = ops.cast(same, y_pred.dtype) - ops.eye(ops.shape(y_pred)[0], dtype=y_pred.dtype)
        furthest = ops.max(distances * partners, axis=-1)
        nearest = ops.min(ops.where(same, _FAR, distances), axis=-1)
        loss = ops.maximum(furthest - nearest + self.margin, 0.0)
        return loss * ops.max(partners, axis=-1)
