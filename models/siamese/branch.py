"""The branch: one arm of the Siamese network. A page goes in, a unit vector comes out.

It has two eyes: one for the page's shape, one for its texture, which `models.siamese.join` puts
together. A branch without a join sees shape alone; so it is while its shape eye is trained.
"""

from __future__ import annotations

import keras

from models.siamese.join import build_join
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import BranchShape
from models.siamese.tilts import MeanOfTilts, Tilts


def build_branch(shape: BranchShape) -> keras.Model:
    """An untrained branch.

    Returns:
        Without a join: the shape eye, see `build_shape_eye`. With one: a model of two inputs,
        prepared pages, float32 of shape (batch, side, side, 1), and the descriptions of their
        textures, float32 of shape (batch, join.texture), in this order, to float32 unit rows of
        shape (batch, dim). Its layers ``shape_eye`` and ``join`` are models of their own.
    """
    eye = build_shape_eye(shape.eye)
    if shape.join is None:
        return eye
    join = build_join(shape.join)
    ink = keras.Input((shape.eye.side, shape.eye.side, 1), name="ink")
    texture = keras.Input((shape.join.texture,), name="texture")
    tilts = shape.join.tilts
    tilted = Tilts(tilts, dtype="float32", name="tilts")(ink)
    seen = MeanOfTilts(len(tilts), dtype="float32", name="mean_of_tilts")(eye(tilted))
    return keras.Model([ink, texture], join([seen, texture]), name="branch")
