"""Domains: classes that the weights were not trained on, each of one kind of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.drawing.solids import SOLID_KINDS, draw_solid
from models.episodes.division import as_kinds, divided
from models.episodes.spec import DataSpec
from models.training.held_out import Embed, HeldClass, draw_held_pages, embed_held
from models.training.looks import DRAWN_KINDS

_CLASSES = 300
"""Of a source at most."""
_SCANS, _SOLIDS = "scans", "solids"


@dataclass(frozen=True, slots=True, eq=False)
class Domain:
    """Classes of one kind of images.

    Attributes:
        name: of the source.
        classes: embeddings, float32 of shape (n_images, dim), at least 2 images each.
    """

    name: str
    classes: tuple[NDArray[np.float32], ...]

    def of_two_manners(self) -> Domain:
        """Half as many classes, each of two that have nothing in common."""
        pairs = zip(self.classes[::2], self.classes[1::2], strict=False)
        return Domain(self.name, tuple(np.concatenate(pair) for pair in pairs))

    def halves(self) -> tuple[Domain, Domain]:
        """Every second class, and the others."""
        return Domain(self.name, self.classes[::2]), Domain(self.name, self.classes[1::2])


def held_domains(
    data: Sequence[DataSpec],
    pages: Sequence[DataSpec],
    hold_out: frozenset[str],
    embed: Embed,
    *,
    images: int,
    seed: int,
) -> list[Domain]:
    """What training held out of each source, real pages and drawn ones; and the solids.

    Args:
        data: drawings, as training was given them.
        pages: kinds of documents, as training was given them.
        hold_out: names that training held out.
        embed: the branch.
        images: at most so many of a class.
        seed: of what is drawn.

    Raises:
        DataError: see `models.episodes.listing`.
    """
    with (
        divided(data, hold_out - frozenset(DRAWN_KINDS)) as figures,
        divided(pages, hold_out, "--pages") as documents,
    ):
        sources = [*figures, as_kinds(documents, _SCANS)]
        held = embed_held(sources, embed, classes=_CLASSES, images=images, seed=seed)
    held += draw_held_pages(embed, hold_out, images=images, seed=seed)
    return [
        *(_domain(name, held) for name in dict.fromkeys(one.source for one in held)),
        Domain(_SOLIDS, _solids(embed, images, seed)),
    ]


def _domain(name: str, held: Sequence[HeldClass]) -> Domain:
    return Domain(name, tuple(one.embeddings for one in held if one.source == name))


def _solids(embed: Embed, number: int, seed: int) -> tuple[NDArray[np.float32], ...]:
    """Solids from anywhere, as users' are: some cannot be told apart."""
    rng = np.random.default_rng([seed, 5])
    return tuple(
        embed(
            [
                draw_solid(solid, rng, size=540, elevation=rng.uniform(-90, 90))
                for _ in range(number)
            ]
        )
        for solid in SOLID_KINDS
    )
