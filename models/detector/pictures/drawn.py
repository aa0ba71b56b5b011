"""Drawn pictures of everything that the product can draw: something to judge by, if nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from models.detector.pictures.picture import MOST_SIDE, Picture
from models.drawing.documents import DOCUMENT_KINDS, draw_document
from models.drawing.solids import draw_solid
from models.page.picture import shrunk

DRAWN = "drawn"
"""What stands in place of a folder in the path of a drawn picture."""


def drawn_pictures(a_kind: int = 4, seed: int = 0) -> list[Picture]:
    """Documents of every kind and solids, none of them of the class.

    Args:
        a_kind: how many of each kind.
        seed: of all that is drawn.
    """
    found = []
    for kind in (*sorted(DOCUMENT_KINDS), "cone", "sphere"):
        for number in range(a_kind):
            rng = np.random.default_rng([seed, number, *kind.encode()])
            pixels = (
                draw_document(kind, rng)
                if kind in DOCUMENT_KINDS
                else draw_solid(kind, rng, size=480)  # type: ignore[arg-type]
            )
            name = f"{DRAWN}/{kind}/{number}"
            digest = hashlib.sha256(pixels.tobytes()).hexdigest()
            found.append(Picture(Path(name), digest, False, name, shrunk(pixels, MOST_SIDE)))
    return found
