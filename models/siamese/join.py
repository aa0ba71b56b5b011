"""The join: what two eyes see of a page, as one unit vector for one index.

Let g be the weight of the shape, 1 on a drawing and small on a page, and c what all textures are
given in common. The cosine of two joined vectors is then sqrt(g g') times that of their shapes
plus sqrt((1 - g)(1 - g')) times (c + (1 - c) times that of their textures). So two drawings are
compared by shape alone, two pages mostly by texture, and a drawing is farther from a page than
pages are from one another.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.siamese.shapes import JoinShape
from models.siamese.texture_eye import build_texture_eye


@keras.saving.register_keras_serializable(package="pigeonhole")
class Join(layers.Layer):  # type: ignore[misc]
    """Put two unit vectors side by side, each with the root of its weight.

    Args:
        common: see `JoinShape`.
    """

    def __init__(self, common: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.common = common

    def call(
        self, inputs: tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]
    ) -> keras.KerasTensor:
        """Joined unit rows.

        Args:
            inputs: unit rows of shape (batch, m) and (batch, n), and the first ones' weight in
                [0, 1], of shape (batch, 1).

        Returns:
            Unit rows of shape (batch, m + 1 + n).
        """
        shape, texture, gate = inputs
        # A compiled gate of 1 can be greater than 1 by a rounding error.
        rest = ops.sqrt(ops.maximum(1 - gate, 0))
        parts = [
            ops.sqrt(gate) * shape,
            self.common**0.5 * rest,
            (1 - self.common) ** 0.5 * rest * texture,
        ]
        return ops.concatenate(parts, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What makes the same layer again."""
        return {**super().get_config(), "common": self.common}


def build_gate(length: int, least_shape: float) -> keras.Model:
    """An untrained gate: how much the shape counts, by the page's texture.

    The hard sigmoid reaches 1 and stays there: a drawing's nearest neighbours are then exactly
    those of its shape.

    Returns:
        A model from float32 of shape (batch, length) to (batch, 1) in [least_shape, 1]. Its layer
        ``standard`` keeps the mean and the variance of descriptions, its layer ``drawing`` the
        weights; the output of that is 3 and more for a drawing, -3 and less for a page.
    """
    inputs = keras.Input((length,), name="texture")
    x = layers.Normalization(dtype="float32", name="standard")(inputs)
    x = layers.Dense(1, activation="hard_sigmoid", dtype="float32", name="drawing")(x)
    x = layers.Rescaling(1 - least_shape, least_shape, dtype="float32", name="weight")(x)
    return keras.Model(inputs, x, name="gate")


def build_join(shape: JoinShape) -> keras.Model:
    """An untrained join of two eyes; the texture eye and the gate are layers of it.

    Returns:
        A model from unit rows of shape (batch, shape_dim) and descriptions of shape
        (batch, texture), in this order, to float32 unit rows of shape (batch, dim).
    """
    seen = keras.Input((shape.shape_dim,), name="shape")
    texture = keras.Input((shape.texture,), name="texture")
    eye = build_texture_eye(shape.texture, shape.texture_dim)
    gate = build_gate(shape.texture, shape.least_shape)
    joined = Join(shape.common, dtype="float32", name="joined")([seen, eye(texture), gate(texture)])
    return keras.Model([seen, texture], joined, name="join")
