"""What training is told to mix: class folders, zip files of them, and drawings, by weight."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from config.errors import UsageError
from models.drawing.documents import DOCUMENT_KINDS, draw_document
from models.drawing.solids import SOLID_KINDS, draw_solid
from models.drawing.tickets import draw_ticket
from models.episodes.augment import Augmentation
from models.episodes.classes import (
    Source,
    Watch,
    drawn_source,
    merge,
    quarter_turns,
    read_source,
    unwatched,
)
from models.episodes.spec import DataSpec, by_source
from models.page.prepare import Recipe

TURNS_OF_ONE_ANOTHER = frozenset(
    {"Braille", "Inuktitut_(Canadian_Aboriginal_Syllabics)", "Ojibwe_(Canadian_Aboriginal_Syllabics)",
     "Blackfoot_(Canadian_Aboriginal_Syllabics)"}
)  # fmt: skip
"""Alphabets of Omniglot whose letters are quarter turns of other letters of theirs."""


TELLING = {"cylinder": (-82, 82), "cone": (-80, 80), "cube": (-86, 86)}
"""Elevations, in degrees, from which a solid shows what it is. A cylinder or a cone seen from
above and a sphere are the same circle: to call that three classes teaches that they are alike."""
RIGID = Augmentation(rotation=3, scale=0.04, shear=0.02, shift=0.06, elastic=0)
"""For drawings in perspective: stretched, a circle would be an ellipse, and a sphere a cone."""


_SOLIDS, _TICKET = "solids", "ticket"


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """What a training gets.

    Attributes:
        sources: to train on.
        held_out: kept out of training, to judge and calibrate by: those classes of each source,
            of two images and more, never turned. Sources without any are left out.
        unreadable: images that were left out, each with the reason.
    """

    sources: tuple[Source, ...]
    held_out: tuple[Source, ...]
    unreadable: tuple[str, ...]


def mix(
    specs: Sequence[DataSpec],
    recipe: Recipe,
    *,
    hold_out: frozenset[str],
    drawings: int,
    solids: float = 0.0,
    seed: int,
    watch: Watch = unwatched,
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
        watch: shown the images of each source as they are read.

    Raises:
        UsageError: two sources have one name, and not on purpose.
        DataError: see `read_source`.
    """
    named = by_source(specs)
    sources: list[Source] = []
    held_out: list[Source] = []
    unreadable: list[str] = []
    for alike in named.values():
        source = _read(alike, recipe, drawings, seed, watch)
        unreadable += source.unreadable
        kept, held = _split(source, hold_out, max(spec.held for spec in alike))
        if any(spec.turns for spec in alike):
            kept = quarter_turns(kept, leave_out=TURNS_OF_ONE_ANOTHER)
        sources.append(kept)
        held_out.append(held)
    if solids:
        if _SOLIDS in named:
            raise UsageError(
                f"--data {named[_SOLIDS][0].path} and the drawn solids are both named {_SOLIDS}",
                "Write name=NAME after it",
            )
        drawn = drawn_source(_SOLIDS, _solids(4 * drawings, seed), recipe, solids)
        drawn = replace(drawn, augmentation=RIGID)
        kept, held = _split(drawn, hold_out, 0.0)
        sources.append(kept)
        held_out.append(held)
    return Mixture(tuple(sources), tuple(one for one in held_out if one.classes), tuple(unreadable))


def _read(
    alike: Sequence[DataSpec], recipe: Recipe, drawings: int, seed: int, watch: Watch
) -> Source:
    """One source out of the specs of one name."""
    name = alike[0].source
    parts = [
        read_source(
            spec.path,
            recipe,
            name=name,
            label=spec.label,
            only=spec.only,
            renamed=spec.renamed,
            watch=watch,
        )
        for spec in alike
    ]
    if any(spec.drawn for spec in alike):
        parts.append(drawn_source(name, _documents(drawings, seed), recipe))
    source = merge(name, parts, sum(spec.weight for spec in alike))
    least = max(spec.least for spec in alike)
    enough = tuple(one for one in source.classes if len(one.images) >= least)
    return replace(source, classes=enough)


def names_of(group: str, name: str) -> frozenset[str]:
    """The names by which a class can be held out.

    Args:
        group: of the class, see `ImageClass`.
        name: of the class.
    """
    return frozenset({PurePosixPath(group).name, PurePosixPath(name).name})


def drawn_names(specs: Sequence[DataSpec], *, solids: float) -> frozenset[str]:
    """The names by which what `mix` draws can be held out.

    Args:
        specs: see `DataSpec`.
        solids: weight of drawn solids; 0 draws none.
    """
    names: set[str] = set()
    for spec in specs:
        if spec.drawn:
            names |= {spec.source, _TICKET, *DOCUMENT_KINDS}
    if solids:
        names |= {_SOLIDS, *SOLID_KINDS}
    return frozenset(names)


def is_held(group: str, name: str, hold_out: frozenset[str], share: float) -> bool:
    """Whether a class is kept out of training: by its name or its group's, or by a share.

    Args:
        group: of the class, see `ImageClass`.
        name: of the class.
        hold_out: names of groups or classes.
        share: of the other classes, in [0, 1). It depends on a class's name alone, so that the
            same classes are held out in every run.
    """
    if names_of(group, name) & hold_out:
        return True
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8]) / 2**64 < share


def _split(source: Source, hold_out: frozenset[str], share: float) -> tuple[Source, Source]:
    """What is trained on, and what is held out."""
    held = {one.name for one in source.classes if is_held(one.group, one.name, hold_out, share)}
    kept = tuple(one for one in source.classes if one.name not in held)
    out = tuple(one for one in source.classes if one.name in held and len(one.images) > 1)
    return replace(source, classes=kept), replace(source, classes=out)


def _documents(number: int, seed: int) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    rng = np.random.default_rng([seed, 0])
    for _ in range(number):
        yield _TICKET, draw_ticket(rng).pixels
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
