"""Layouts of one kind of document: nine invoices, or nine forms, with other fillings each time."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from models.drawing import wear

from .bench import Bench
from .episodes import judged
from .pictures import Picture, PictureClass, Pixels
from .rows import Row, Targets, outcome_rows
from .templates import TEMPLATES

LINE: Final = "nine layouts of one kind"
TARGETS: Final = {1: Targets(right=0.98), 5: Targets(right=0.995)}
LAYOUTS: Final = 9
_SETS: Final = 3
_FILLINGS: Final = 20
_WIDTH: Final = 640
_WEAR: Final = 0.5
"""Of `wear.age`; it and the most rows of goods in `templates` were set after a look at results. At
full wear, one sheet in six photographed and goods down the whole page, the first weights were wrong
on 24 forms and 50 invoices of 100 from one example; another network of their design was wrong on 8
of 100 layouts of the target. So these rows compare networks, and their level is a matter of taste."""


def measure(bench: Bench) -> list[Row]:
    """Sheets of nine layouts of one kind, each filled and scanned anew.

    All drawn by `templates` beside this module, which training does not use; training may have
    seen other drawings and other templates of the same kinds, from the same faces and words.
    """
    return [row for kind in TEMPLATES for row in _kind(bench, kind)]


def _kind(bench: Bench, kind: str) -> list[Row]:
    classes = [
        layout_class(kind, number, place, bench.seed)
        for number in range(_SETS)
        for place in range(LAYOUTS)
    ]
    shown = bench.network.gallery.embed(classes)
    measured = f"{_SETS} drawn sets of nine {kind}s, {_FILLINGS} filled and scanned sheets of each"
    rows = []
    for shots, targets in TARGETS.items():
        outcomes = judged(
            shown,
            (),
            bench.network.calibration,
            ways=LAYOUTS,
            shots=shots,
            episodes=bench.trials,
            seed=bench.seed,
        )
        rows += outcome_rows(LINE, measured, shots, outcomes, targets)
    return rows


def layout_class(kind: str, number: int, place: int, seed: int) -> PictureClass:
    """The sheets of one layout.

    Args:
        kind: a key of `TEMPLATES`.
        number: of the set that it is in.
        place: in that set.
        seed: of layouts and fillings.
    """
    name = f"{kind}-{number}-{place}"
    key = (seed, sorted(TEMPLATES).index(kind), number, place)
    pictures = tuple(
        Picture(f"drawn/{name}/{filling}", str(filling), partial(scan, kind, key, filling))
        for filling in range(_FILLINGS)
    )
    return PictureClass(f"{kind}-{number}", name, pictures)


def scan(kind: str, layout: tuple[int, ...], filling: int) -> Pixels:
    """One sheet as it comes from an office's scanner.

    Args:
        kind: a key of `TEMPLATES`.
        layout: seed of the layout.
        filling: seed, with the layout's, of the filling and of the wear.
    """
    rng = np.random.default_rng((*layout, filling))
    pixels = TEMPLATES[kind](np.random.default_rng(layout), rng, _WIDTH)
    return wear.age(pixels, rng, strength=_WEAR)
