"""The texture eye: a description of a page's texture goes in, a unit vector comes out.

One linear projection, whose weights `models.training.whitening` solves for. With one or five
examples a class, and classes that were never trained on, it is ahead of every network with a
hidden layer that was tried: those learn the kinds they are shown.
"""

from __future__ import annotations

import keras
from keras import layers

from models.siamese.shape_eye import UnitLength


def build_texture_eye(length: int, dim: int) -> keras.Model:
    """An untrained texture eye.

    Args:
        length: of a description, see `models.page.texture.LENGTH`.
        dim: of the embedding.

    Returns:
        A model from float32 of shape (batch, length) to float32 unit rows of shape (batch, dim).
        Its layer ``standard`` keeps the mean and the variance of descriptions, its layer
        ``projection`` the weights, of shape (length, dim).
    """
    inputs = keras.Input((length,), name="texture")
    x = layers.Normalization(dtype="float32", name="standard")(inputs)
    x = layers.Dense(dim, use_bias=False, dtype="float32", name="projection")(x)
    return keras.Model(inputs, UnitLength(dtype="float32", name="unit")(x), name="texture_eye")
