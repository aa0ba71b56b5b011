"""The support images of a first run: a few drawings for each of the classes `cylinder`, `ticket`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket

# Elevation in degrees and extent in units: the side, tilts both ways, and nearly both ends.
_CYLINDERS: Final = (
    (0.0, 2.0),
    (12.0, 3.0),
    (28.0, 2.0),
    (45.0, 1.0),
    (62.0, 3.0),
    (78.0, 2.0),
    (-8.0, 1.0),
    (-22.0, 3.0),
    (-40.0, 2.0),
    (-58.0, 1.0),
    (-74.0, 3.0),
)

# Things bought, width in pixels, on a page, photographed, wear.
_TICKETS: Final = (
    (2, 480, False, False, 0.0),
    (5, 420, False, False, 0.0),
    (9, 440, False, False, 0.5),
    (16, 380, False, False, 0.5),
    (25, 340, False, False, 0.0),
    (3, 460, False, False, 1.0),
    (6, 300, True, False, 0.0),
    (3, 320, True, False, 0.5),
    (12, 300, True, False, 0.5),
    (5, 420, False, True, 1.0),
    (8, 400, False, True, 1.0),
    (1, 440, False, False, 0.5),
)


def ready_classes(seed: int = 7) -> Iterator[tuple[str, str, npt.NDArray[np.uint8]]]:
    """Yield (class, file name, uint8 pixels) of each support image; the same for the same seed."""
    for number, (elevation, extent) in enumerate(_CYLINDERS, start=1):
        rng = np.random.default_rng([seed, 1, number])
        pixels = draw_solid(
            "cylinder",
            rng,
            elevation=elevation,
            extent=extent,
            proportion=1.0,
            ground=(199, 255)[number % 2],
            smooth=number % 3 != 0,
        )
        yield "cylinder", f"cylinder-{number:02}.png", pixels
    for number, (items, width, on_page, photo, strength) in enumerate(_TICKETS, start=1):
        rng = np.random.default_rng([seed, 2, number])
        ticket = draw_ticket(
            rng, width=width, items=items, on_page=on_page, photo=photo, strength=strength
        )
        yield "ticket", f"ticket-{number:02}.png", ticket.pixels
