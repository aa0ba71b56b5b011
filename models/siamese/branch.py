"""The branch: one arm of the Siamese network. A page goes in, a unit vector comes out.

It has two eyes: one for the page's shape, one for its texture, which `models.siamese.join` puts
together. A branch without a join sees shape alone; so it is while its shape eye is trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import ops

from models.siamese.join import build_join
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import BranchShape, JoinShape
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
    ink, texture = _inputs(shape.eye.side, shape.join.texture)
    is_drawing = join.get_layer("gate")(texture) > shape.join.halfway
    seen = ops.where(is_drawing, _tilted(eye, ink, shape.join.tilts), eye(ink))
    return keras.Model([ink, texture], join([seen, texture]), name="branch")


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The ways in which a joined branch looks at pages, as models that share its weights.

    The branch itself takes every page in both ways and keeps one.

    Attributes:
        gate: descriptions of shape (batch, texture) to the shape's weight, of shape (batch, 1).
        upright: what the branch is to pages that are no drawings.
        tilted: what it is to drawings.
    """

    gate: keras.Model
    upright: keras.Model
    tilted: keras.Model


def looks_of(branch: keras.Model, shape: JoinShape) -> Looks:
    """The ways in which a joined ``branch`` looks at pages.

    Args:
        branch: see `build_branch`.
        shape: of its join.
    """
    eye, join = branch.get_layer("shape_eye"), branch.get_layer("join")
    ink, texture = _inputs(eye.input_shape[1], shape.texture)
    return Looks(
        join.get_layer("gate"),
        keras.Model([ink, texture], join([eye(ink), texture])),
        keras.Model([ink, texture], join([_tilted(eye, ink, shape.tilts), texture])),
    )


def _inputs(side: int, texture: int) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    return keras.Input((side, side, 1), name="ink"), keras.Input((texture,), name="texture")


def _tilted(
    eye: keras.Model, ink: keras.KerasTensor, tilts: tuple[float, ...]
) -> keras.KerasTensor:
    turned = Tilts(tilts, dtype="float32")(ink)
    return MeanOfTilts(len(tilts), dtype="float32")(eye(turned))
