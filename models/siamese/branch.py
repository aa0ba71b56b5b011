"""The branch: a prepared page goes in, a unit vector comes out.

A small residual network (He et al., 2016) whose last map is flattened, not pooled: where a
stroke lies matters to a drawing as much as that it is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers, ops


@dataclass(frozen=True, slots=True)
class BranchShape:
    """The branch's dimensions.

    Attributes:
        side: height and width of the input, in pixels.
        widths: channels of the residual blocks; each halves the map's side.
        dim: length of the embedding.
    """

    side: int = 64
    widths: tuple[int, ...] = (32, 64, 128)
    dim: int = 128

    def __post_init__(self) -> None:
        # The stem halves once, each block once more, and something must be left to flatten.
        least = 2 ** (len(self.widths) + 1)
        if self.side < least:
            raise ValueError(
                f"side {self.side} is less than {least}, for {len(self.widths)} blocks"
            )


TINY = BranchShape(side=16, widths=(4, 8), dim=8)
"""The cheapest branch that is one: only for testing."""


@keras.saving.register_keras_serializable(package="pigeonhole")
class UnitLength(layers.Layer):  # type: ignore[misc]
    """Scale each row to Euclidean length 1, in float32 whatever the network computes in."""

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Rows of shape (batch, dim) to unit rows of the same shape."""
        return ops.normalize(ops.cast(inputs, "float32"), axis=-1)


def build_branch(shape: BranchShape) -> keras.Model:
    """An untrained branch.

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
    return keras.Model(inputs, UnitLength(dtype="float32", name="embedding")(x), name="branch")


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
