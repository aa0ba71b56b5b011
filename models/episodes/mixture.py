"""What training is told to mix: class folders, zip files of them, and drawings, by weight."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from config.errors import UsageError
from models.drawing.documents import DOCUMENT_KINDS, draw_document
from models.drawing.solids import SOLID_KINDS, draw_solid
from models.drawing.tickets import draw_ticket
from models.episodes.classes import (
    ImageClass,
    Source,
    drawn_source,
    merge,
    quarter_turns,
    read_source,
)
from models.page.prepare import Recipe

TURNS_OF_ONE_ANOTHER = frozenset(
    {"Braille", "Inuktitut_(Canadian_Aboriginal_Syllabics)", "Ojibwe_(Canadian_Aboriginal_Syllabics)",
     "Blackfoot_(Canadian_Aboriginal_Syllabics)"}
)  # fmt: skip
"""Alphabets of Omniglot whose letters are quarter turns of other letters of theirs."""


TELLING = {"cylinder": (-72, 72), "cone": (-30, 75), "pyramid": (-30, 80), "cube": (-80, 80)}
"""Elevations, in degrees, from which a solid shows what it is. A cylinder seen from above, a
cone from below and a sphere are the same circle: to call that three classes teaches that the
three are alike."""


@dataclass(frozen=True, slots=True)
class DataSpec:
    """One ``--data`` of the command line: ``PATH[,weight=W][,turns][,drawn]``.

    Attributes:
        path: a folder of class folders, or a zip file of one.
        weight: share of each batch, relative to the others'.
        turns: quarter turns of each class are classes of their own.
        drawn: drawn tickets and documents are added to the classes of their names.
    """

    path: Path
    weight: float = 1.0
    turns: bool = False
    drawn: bool = False

    @classmethod
    def parse(cls, text: str) -> DataSpec:
        """Read the command line's form.

        Raises:
            UsageError: no path, a word after it that means nothing, or a weight that is no number.
        """
        path, *words = text.split(",")
        if not path:
            raise UsageError(f"--data {text}: names no path", "Write PATH,weight=2,turns,drawn")
        spec = cls(Path(path))
        for word in words:
            key, _, value = word.partition("=")
            try:
                if key == "weight" and 0 < float(value) < math.inf:
                    spec = replace(spec, weight=float(value))
                    continue
            except ValueError:
                pass
            if word not in ("turns", "drawn"):
                raise UsageError(
                    f"--data {text}: {word!r} is not understood",
                    "Write PATH,weight=2,turns,drawn",
                )
            spec = replace(spec, **{word: True})  # type: ignore[arg-type]
        return spec


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Sources to train on, and classes that are kept out to judge by."""

    sources: tuple[Source, ...]
    held_out: tuple[ImageClass, ...]


def mix(
    specs: Sequence[DataSpec],
    recipe: Recipe,
    *,
    hold_out: frozenset[str],
    drawings: int,
    solids: float = 0.0,
    seed: int,
) -> Mixture:
    """Read and draw everything.

    Args:
        specs: see `DataSpec`.
        recipe: how images are prepared.
        hold_out: names of groups (alphabets, say) or classes that training must not see.
        drawings: pictures drawn of each drawn kind of document, and four times as many of
            each solid, which are seen from more sides.
        solids: weight of drawn solids, a source of their own: in one batch they stand against
            one another, and are hard to tell apart. 0 leaves them out.
        seed: of the drawings.
    """
    sources, held_out = [], []
    for spec in specs:
        source = read_source(spec.path, recipe, spec.weight)
        if spec.drawn:
            drawn = drawn_source("drawn", _documents(drawings, seed), recipe)
            source = merge(source.name, [source, drawn], spec.weight)
        held_out += [one for one in source.classes if _named(one, hold_out)]
        kept = tuple(one for one in source.classes if not _named(one, hold_out))
        source = replace(source, classes=kept)
        if spec.turns:
            source = quarter_turns(source, leave_out=TURNS_OF_ONE_ANOTHER)
        # A pair needs two images; folders of one are common in collections of icons.
        several = tuple(one for one in source.classes if len(one.images) > 1)
        sources.append(replace(source, classes=several))
    if solids:
        sources.append(drawn_source("solids", _solids(4 * drawings, seed), recipe, solids))
    return Mixture(tuple(sources), tuple(held_out))


def _named(one: ImageClass, names: frozenset[str]) -> bool:
    return bool({PurePosixPath(one.group).name, PurePosixPath(one.name).name} & names)


def _documents(number: int, seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    rng = np.random.default_rng([seed, 0])
    for _ in range(number):
        yield "ticket", draw_ticket(rng).pixels
        for kind in DOCUMENT_KINDS:
            yield kind, draw_document(kind, rng)


def _solids(number: int, seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Solids from directions in which they can be told apart."""
    rng = np.random.default_rng([seed, 1])
    for _ in range(number):
        for solid in SOLID_KINDS:
            elevation = rng.uniform(*TELLING.get(solid, (-90, 90)))
            # The branch sees 64 pixels: at a third of the users' size a drawing looks the same
            # to it, and takes a fifth of the time to prepare.
            size = int(rng.choice((360, 540, 1080), p=(0.6, 0.2, 0.2)))
            yield solid, draw_solid(solid, rng, size=size, elevation=elevation)
