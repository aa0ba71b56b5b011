"""What training is told to mix: class folders, zip files of them, and drawings, by weight."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class DataSpec:
    """One ``--data`` of the command line: ``PATH[,weight=W][,turns][,drawn]``.

    Attributes:
        path: a folder of class folders, or a zip file of one.
        weight: share of each batch, relative to the others'.
        turns: quarter turns of each class are classes of their own.
        drawn: drawn solids, tickets and documents are added to the classes of their names.
    """

    path: Path
    weight: float = 1.0
    turns: bool = False
    drawn: bool = False

    @classmethod
    def parse(cls, text: str) -> DataSpec:
        """Read the command line's form.

        Raises:
            UsageError: a word after the path that means nothing, or a weight that is no number.
        """
        path, *words = text.split(",")
        spec = cls(Path(path))
        for word in words:
            key, _, value = word.partition("=")
            try:
                if key == "weight" and float(value) > 0:
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
    seed: int,
) -> Mixture:
    """Read and draw everything.

    Args:
        specs: see `DataSpec`.
        recipe: how images are prepared.
        hold_out: names of groups (alphabets, say) or classes that training must not see.
        drawings: pictures drawn of each drawn class.
        seed: of the drawings.
    """
    sources, held_out = [], []
    for spec in specs:
        source = read_source(spec.path, recipe, spec.weight)
        if spec.drawn:
            drawn = drawn_source("drawn", _drawings(drawings, seed), recipe)
            source = merge(source.name, [source, drawn], spec.weight)
        held_out += [one for one in source.classes if _named(one, hold_out)]
        kept = tuple(one for one in source.classes if not _named(one, hold_out))
        source = replace(source, classes=kept)
        if spec.turns:
            source = quarter_turns(source, leave_out=TURNS_OF_ONE_ANOTHER)
        # A pair needs two images; folders of one are common in collections of icons.
        several = tuple(one for one in source.classes if len(one.images) > 1)
        sources.append(replace(source, classes=several))
    return Mixture(tuple(sources), tuple(held_out))


def _named(one: ImageClass, names: frozenset[str]) -> bool:
    return bool({PurePosixPath(one.group).name, PurePosixPath(one.name).name} & names)


def _drawings(number: int, seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    rng = np.random.default_rng(seed)
    for _ in range(number):
        for solid in SOLID_KINDS:
            yield solid, draw_solid(solid, rng)
        yield "ticket", draw_ticket(rng).pixels
        for kind in DOCUMENT_KINDS:
            yield kind, draw_document(kind, rng)
