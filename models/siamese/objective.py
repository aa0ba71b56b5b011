"""The contrastive objective: pairs of one class are drawn together, all others pushed apart."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="pigeonhole")
class ContrastiveLoss(keras.losses.Loss):  # type: ignore[misc]
    """Contrastive loss over all pairs that a batch holds.

    A batch of n pairs gives n x n comparisons of a left with a right image. Each left image is
    asked to find its partners among all right images, and each right image among the left ones:
    the supervised contrastive loss of Khosla et al. (2020) between two towers, whose unlabelled
    form is the multi-class n-pair loss of Sohn (2016).

    Args:
        scale: inverse temperature of the cosine similarities.
    """

    def __init__(self, scale: float = 20.0, name: str = "contrastive") -> None:
        super().__init__(name=name)
        self.scale = scale

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each pair, of shape (n,).

        Args:
            y_true: float of shape (n, n): 1 where left i and right j are of one class.
            y_pred: cosine similarities of shape (n, n): left i with right j.
        """
        forth = _rows(y_true, y_pred, self.scale)
        back = _rows(ops.transpose(y_true), ops.transpose(y_pred), self.scale)
        return (forth + back) / 2


def _rows(
    same: keras.KerasTensor, similarity: keras.KerasTensor, scale: float
) -> keras.KerasTensor:
    log_share = ops.log_softmax(ops.cast(similarity, "float32") * scale, axis=-1)
    same = ops.cast(same, "float32")
    return -ops.sum(same * log_share, axis=-1) / ops.maximum(ops.sum(same, axis=-1), 1.0)
