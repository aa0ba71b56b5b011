"""The contrastive objective: images of one class are drawn together, all others pushed apart."""

from __future__ import annotations

import keras
from keras import ops

from models.siamese.objectives.comparing import same_class


class ContrastiveLoss(keras.losses.Loss):  # type: ignore[misc]
    """Each image is asked to find the others of its class among all others of the batch.

    The supervised contrastive loss (Khosla et al., 2020, L_out), whose form with one positive
    is the multi-class n-pair loss (Sohn, 2016).

    Args:
        scale: inverse temperature of the cosine similarities.
    """

    def __init__(self, scale: float = 20.0) -> None:
        super().__init__(name="contrastive")
        self.scale = scale

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each image, of shape (batch,); 0 where no other is of its class.

        Args:
            y_true: labels of shape (batch,) or (batch, 1), whole numbers.
            y_pred: unit rows of shape (batch, dim).
        """
        logits = self.scale * ops.matmul(y_pred, ops.transpose(y_pred))
        itself = ops.eye(ops.shape(y_pred)[0], dtype=y_pred.dtype)
        log_share = ops.log_softmax(logits - 1e9 * itself, axis=-1)
        partners = ops.cast(same_class(y_true), y_pred.dtype) - itself
        found = ops.sum(partners * log_share, axis=-1)
        return -found / ops.maximum(ops.sum(partners, axis=-1), 1.0)
