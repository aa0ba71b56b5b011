"""Views: all that a branch sees of a page, from one look at its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.page.prepare import Recipe, ink_steps, shape_steps
from models.page.texture import LENGTH, describe


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What a branch sees of n pages.

    Attributes:
        ink: float32 of shape (n, side, side, 1) in [0, 1], see `models.page.prepare.prepare`.
        texture: float32 of shape (n, LENGTH), see `models.page.texture.describe`; None for a
            branch that sees shape alone.
    """

    ink: NDArray[np.float32]
    texture: NDArray[np.float32] | None = None


def views_of(pages: Sequence[NDArray[np.uint8]], recipe: Recipe, *, texture: bool) -> Views:
    """What a branch sees of ``pages``; the ink of each is looked for once.

    Args:
        pages: pixels of any size, as `models.page.prepare.prepare` takes them; perhaps none.
        recipe: how they are prepared.
        texture: describe their textures too.
    """
    ink = np.zeros((len(pages), recipe.side, recipe.side, 1), np.float32)
    textures = np.zeros((len(pages), LENGTH), np.float32) if texture else None
    for row, page in enumerate(pages):
        _, (_, even), (_, found) = ink_steps(page, recipe)
        *_, (_, ink[row]) = shape_steps(found, recipe)
        if textures is not None:
            textures[row] = describe(even, found)
    return Views(ink, textures)
