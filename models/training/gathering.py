"""What the join is trained on, looked at and described: pages of one side, drawings of the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.solids import SOLID_KINDS
from models.episodes.classes import Watch, unwatched
from models.episodes.division import Division
from models.episodes.listing import ListedClass
from models.page.prepare import Recipe
from models.training.looks import (
    DRAWN_KINDS,
    Look,
    Textures,
    described,
    drawings,
    drawn,
    read_looks,
    seen_again,
    solids,
    templates,
)

SOLIDS = "solids"
_READ, _DRAWN, _TEMPLATES = "read", "drawn", "templates"


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is looked at. More than this was measured to tell no more.

    Attributes:
        pages: of each kind of documents that are read.
        looks: other looks at each of these pages.
        drawn: pages drawn of each kind.
        templates, fillings: templates of each kind that is drawn, and how often each is filled in.
        classes, figures: classes of each source of drawings, and drawings of each class.
        solids: drawings of each solid.
    """

    pages: int = 60
    looks: int = 3
    drawn: int = 20
    templates: int = 8
    fillings: int = 4
    classes: int = 500
    figures: int = 2
    solids: int = 60

    @classmethod
    def of(cls, drawings: int) -> Amounts:
        """The usual, with so many pages drawn of each kind, and the rest that is drawn in step."""
        return cls(drawn=drawings, templates=max(1, 2 * drawings // 5), solids=3 * drawings)


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What the join is trained on.

    Attributes:
        pages: by source: read, drawn, templates.
        drawings: by source: those that were named, and drawn solids.
    """

    pages: Mapping[str, Textures]
    drawings: Mapping[str, Textures]

    def described(self) -> dict[str, Any]:
        """What it is, down to its numbers, as JSON has it."""
        sides = {"pages": self.pages, "drawings": self.drawings}
        return {
            side: {name: _described(found) for name, found in sources.items()}
            for side, sources in sides.items()
        }


def gather(
    kinds: Division,
    figures: Sequence[Division],
    recipe: Recipe,
    *,
    hold_out: frozenset[str],
    with_solids: bool,
    amounts: Amounts,
    seed: int,
    watch: Watch = unwatched,
    unreadable: Callable[[str], None] = lambda _line: None,
) -> Gathered:
    """Look at all that is learned from.

    Args:
        kinds: of documents, to be read; their files can be.
        figures: sources of drawings, likewise.
        recipe: of the branch.
        hold_out: kinds and solids that are not drawn.
        with_solids: draw solids too.
        amounts: how much of each.
        seed: of what is chosen, drawn and worn.
        watch: shown the looks.
        unreadable: told of each image that is left out, and why.

    Raises:
        DataError: see `read_looks`.
    """

    def look(name: str, total: int, looks: Iterable[Look]) -> Textures:
        with watch(name, total) as advance:
            return described(looks, recipe, advance)

    # A generator for each, so that what is drawn does not hang on what is read.
    wear, print_, filling, form, choice, *ours = (
        np.random.default_rng([seed, number]) for number in range(5 + len(figures))
    )
    read = read_looks(kinds.learned, most=amounts.pages, unreadable=unreadable)
    pages = {
        _READ: look(
            kinds.name,
            (1 + amounts.looks) * _files(kinds.learned, amounts.pages),
            seen_again(read, wear, looks=amounts.looks),
        ),
        _DRAWN: look(
            "drawn documents",
            amounts.drawn * len(set(DRAWN_KINDS) - hold_out),
            drawn(print_, number=amounts.drawn, leave_out=hold_out),
        ),
        _TEMPLATES: look(
            "drawn templates",
            amounts.templates * amounts.fillings * len(DOCUMENT_KINDS.keys() - hold_out),
            templates(
                filling, number=amounts.templates, fillings=amounts.fillings, leave_out=hold_out
            ),
        ),
    }
    drawn_figures: dict[str, Textures] = {}
    for source, rng in zip(figures, ours, strict=True):
        classes = some(source.learned, amounts.classes, choice)
        small = read_looks(
            classes, collection=source.name, most=amounts.figures, unreadable=unreadable
        )
        total = round(4 / 3 * _files(classes, amounts.figures))
        drawn_figures[source.name] = look(source.name, total, drawings(small, rng))
    if with_solids:
        # Each solid counts as much as a set of icons: thin lines are the hardest to tell.
        found = solids(form, number=amounts.solids, leave_out=hold_out)
        drawn_figures[SOLIDS] = look("drawn solids", len(SOLID_KINDS) * amounts.solids, found)
    return Gathered(pages, {name: found for name, found in drawn_figures.items() if len(found)})


def some(classes: Sequence[ListedClass], most: int, rng: Generator) -> list[ListedClass]:
    """At most so many classes, drawn at random, in their order."""
    if len(classes) <= most:
        return list(classes)
    return [classes[key] for key in sorted(rng.permutation(len(classes))[:most])]


def _files(classes: Sequence[ListedClass], most: int) -> int:
    return sum(min(most, len(one.files)) for one in classes)


def _described(found: Textures) -> dict[str, Any]:
    kinds = found.kinds.tolist()
    pages = list(zip(kinds, found.pages.tolist(), strict=True))
    number = {page: number for number, page in enumerate(dict.fromkeys(pages))}
    # Numbers for pages: their names have the path in them by which the data were named.
    digest = hashlib.sha256(repr((kinds, [number[page] for page in pages])).encode())
    digest.update(found.descriptions.tobytes())
    return {
        "kinds": len(set(kinds)),
        "pages": len(number),
        "looks": len(found),
        "sha256": digest.hexdigest(),
    }
