"""The shape eye: a prepared page goes in, a unit vector comes out.

A small residual network (He et al., 2016) whose last map is flattened, not pooled: where a
stroke lies matters to a drawing as much as that it is there.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from models.siamese.shapes import EyeShape


@keras.saving.register_keras_serializable(package="pigeonhole")
class UnitLength(layers.Layer):  # type: ignore[misc]
    """Scale each row to Euclidean length 1, in float32 whatever the network computes in."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Rows of shape (batch, dim) to unit rows of the same shape."""
        return ops.normalize(ops.cast(inputs, "float32"), axis=-1)


def build_shape_eye(shape: EyeShape) -> keras.Model:
    """An untrained shape eye.

    Input float32 of shape (batch, side, side, 1) in [0, 1], ink is 1; output float32 of shape
    (batch, dim), rows of length 1.
    """
    inputs = keras.Input((shape.side, shape.side, 1), name="prepared")
    x = layers.Conv2D(shape.widths[0], 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in shape.widths:
        x = _residual(x, width)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(shape.dim, use_bias=False, dtype="float32")(x)
    x = layers.BatchNormalization(scale=False, dtype="float32")(x)
    unit = UnitLength(dtype="float32", name="embedding")(x)
    return keras.Model(inputs, unit, name="shape_eye")


def _residual(x: keras.KerasTensor, width: int) -> keras.KerasTensor:
    """Two 3x3 convolutions beside a shortcut."""
    shortcut = x
    if x.shape[-1] != width:
        shortcut = layers.Conv2D(width, 1, use_bias=False)(x)
        shortcut = layers.BatchNormalization()(shortcut)
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(layers.Add()([x, shortcut]))
