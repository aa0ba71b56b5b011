"""Local descriptors as a network: what the gradients around a point look like.

Each is a SIFT descriptor (Lowe, 2004) on a dense grid, in convolutions: gradients, split by
orientation, summed over cells of a few pixels, four by four cells to a descriptor, and the root
of its share of the whole (RootSIFT: Arandjelovic and Zisserman, 2012). None of it is learned:
thirty pictures of a class cannot teach a network its first layers, and these need no teaching
(Oyallon et al., 2018, found the same of fixed wavelets).
"""

from __future__ import annotations

from typing import Any, Final

import keras
import numpy as np
from keras import layers, ops

ORIENTATIONS: Final = 8
CELLS: Final = 4
"""A descriptor has so many cells to a side."""
LENGTH: Final = CELLS * CELLS * ORIENTATIONS
"""Of a descriptor."""

_CELL: Final = 4  # pixels to a side, where they overlap by half
_NOISE: Final = 4.0  # what gradients add up to on a plain ground


@keras.saving.register_keras_serializable("pigeonhole")
class OrientedGradients(layers.Layer):  # type: ignore[misc]
    """Gradients by orientation: (batch, h, w, 1) to (batch, h, w, `ORIENTATIONS`)."""

    def call(self, inputs: Any) -> Any:
        """How strong the gradient is where it points about that way, else 0."""
        padded = ops.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="symmetric")
        across = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) / 2
        down = (padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]) / 2
        angles = np.arange(ORIENTATIONS // 2) * 2 * np.pi / ORIENTATIONS
        half = across * np.cos(angles).astype(np.float32) + down * np.sin(angles).astype(np.float32)
        # The other half of the circle points the other way.
        along = ops.relu(ops.concatenate([half, -half], axis=-1))
        # Its strength times the cosine cubed, without a root or a power.
        return along * along * along * (1 / (across * across + down * down + 1e-6))


@keras.saving.register_keras_serializable("pigeonhole")
class CellMeans(layers.Layer):  # type: ignore[misc]
    """Means over cells, nearer pixels weighing more, at every second pixel.

    A pixel's weight falls from the middle of its cell to nothing in the middle of the next, so
    that a small shift changes little; beyond the edge there is nothing.
    """

    def call(self, inputs: Any) -> Any:
        """(batch, h, w, c) to (batch, h / 2, w / 2, c)."""
        slope = np.convolve(np.ones(_CELL), np.ones(_CELL))
        window = np.outer(slope, slope) / slope.sum() ** 2
        kernel = np.repeat(window[:, :, np.newaxis, np.newaxis], inputs.shape[-1], axis=2)
        return ops.depthwise_conv(inputs, kernel.astype(np.float32), strides=2, padding="same")


@keras.saving.register_keras_serializable("pigeonhole")
class Descriptors(layers.Layer):  # type: ignore[misc]
    """Descriptors on a grid: cells in, (batch, points, `LENGTH` + 1) out.

    The last number is how strong the gradients are around the point.

    Args:
        stride: pixels of the picture between two points; even.
    """

    def __init__(self, *, stride: int, **options: Any) -> None:
        super().__init__(**options)
        self.stride = stride

    def call(self, inputs: Any) -> Any:
        """See the class."""
        apart, step = _CELL // 2, self.stride // 2
        reach = inputs.shape[1] - (CELLS - 1) * apart, inputs.shape[2] - (CELLS - 1) * apart
        cells = [
            inputs[:, y : y + reach[0] : step, x : x + reach[1] : step]
            for y in range(0, CELLS * apart, apart)
            for x in range(0, CELLS * apart, apart)
        ]
        found = ops.concatenate(cells, axis=-1)
        strength = ops.sum(found, axis=-1, keepdims=True)
        roots = ops.sqrt(found / (strength + _NOISE))
        rows = ops.concatenate([roots, strength], axis=-1)
        return ops.reshape(rows, (-1, rows.shape[1] * rows.shape[2], LENGTH + 1))


def points_of(side: int, shrink: int, stride: int) -> int:
    """How many descriptors one scale has.

    Args:
        side: height and width of the planes, in pixels.
        shrink: by how much the plane is shrunk, at least 1.
        stride: pixels between points there, even.

    Raises:
        ValueError: it has none.
    """
    if shrink < 1 or stride < 2 or stride % 2:
        raise ValueError(
            f"points cannot lie {stride} pixels apart on a plane shrunk {shrink} times"
        )
    cells = -(-(side // shrink) // 2)
    reach = cells - (CELLS - 1) * (_CELL // 2)
    if reach < 1:
        raise ValueError(f"a plane of {side} pixels shrunk {shrink} times has no descriptors")
    across = -(-reach // (stride // 2))
    return across * across


def build_descriptors(side: int, strides: tuple[tuple[int, int], ...]) -> keras.Model:
    """The fixed half of the network.

    Args:
        side: height and width of the planes, in pixels.
        strides: for each scale, by how much the plane is shrunk, and pixels between points there.

    Returns:
        A model from float32 of shape (batch, side, side, 1) in [0, 255] to float32 of shape
        (batch, points, `LENGTH` + 1).

    Raises:
        ValueError: a scale has no points.
    """
    for scale in strides:
        points_of(side, *scale)
    inputs = keras.Input((side, side, 1), name="plane")
    rows = []
    for shrink, stride in strides:
        x = layers.AveragePooling2D(shrink)(inputs) if shrink > 1 else inputs
        x = CellMeans()(OrientedGradients()(x))
        rows.append(Descriptors(stride=stride)(x))
    outputs = layers.Concatenate(axis=1)(rows) if len(rows) > 1 else rows[0]
    return keras.Model(inputs, outputs, name="descriptors")
