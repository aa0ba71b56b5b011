"""The cosine objective: a softmax over the cosines with one unit vector a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops


class CosineClassifier(layers.Layer):  # type: ignore[misc]
    """A classifier without bias and lengths: only directions count.

    Since it knows the direction of every class, each image is compared with all of them, and
    not just with those that happen to be in its batch. It is thrown away after training.

    The margin of the loss is kept here, as it grows with the number of batches that the layer
    has been trained on: so it is saved and restored with the weights, on every Keras backend.

    Args:
        n_classes: number of classes.
        margin: the margin at the end, in cosine.
        growth: number of batches over which it grows from 0, linearly.
    """

    def __init__(self, n_classes: int, *, margin: float = 0.3, growth: int = 1) -> None:
        super().__init__(dtype="float32", name="cosine_classifier")
        self.n_classes = n_classes
        self.final_margin = margin
        self.growth = max(1, growth)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the directions, float32 of shape (n_classes, dim), and the count of batches."""
        self.directions = self.add_weight(
            shape=(self.n_classes, input_shape[-1]), initializer="glorot_normal", name="directions"
        )
        self.batches = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="batches"
        )

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Unit rows of shape (batch, dim) to cosines of shape (batch, n_classes)."""
        if training:
            self.batches.assign_add(1.0)
        return ops.matmul(inputs, ops.transpose(ops.normalize(self.directions, axis=-1)))

    def margin(self) -> Any:
        """The margin now, a scalar tensor."""
        return self.final_margin * ops.minimum(1.0, self.batches / self.growth)


class CosineLoss(keras.losses.Loss):  # type: ignore[misc]
    """Softmax cross-entropy of scaled cosines, less an additive margin for the right class.

    Large margin cosine loss: Wang et al., "CosFace", 2018.

    Args:
        margin: asked anew for each batch; a scalar.
        scale: inverse temperature of the cosines.
    """

    def __init__(self, margin: Callable[[], Any], scale: float = 24.0) -> None:
        super().__init__(name="cosine")
        self.margin = margin
        self.scale = scale

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each image, of shape (batch,).

        Args:
            y_true: labels of (batch,) or (batch, 1), whole numbers.
            y_pred: cosines of shape (batch, n_classes).
        """
        labels = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        right = ops.one_hot(labels, y_pred.shape[-1], dtype=y_pred.dtype)
        logits = self.scale * (y_pred - right * self.margin())
        return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
