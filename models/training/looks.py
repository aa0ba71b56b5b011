"""What the texture eye and the gate learn from: pages, each looked at more than once."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from config.errors import DataError
from config.words import counted
from models.drawing.documents import DOCUMENT_KINDS, draw_document
from models.drawing.looks import enlarge, look_again
from models.drawing.solids import SOLID_KINDS, draw_solid
from models.drawing.templates import blank_places, fill
from models.drawing.tickets import draw_ticket
from models.episodes.listing import ListedClass, ListedFile
from models.episodes.mixture import TELLING
from models.page.limits import Limits
from models.page.prepare import Recipe, ink_steps
from models.page.read import read_pages
from models.page.scan import Fault
from models.page.texture import LENGTH, describe

Pixels = NDArray[np.uint8]

_LIMITS = Limits(max_image_pixels=150_000_000, max_file_bytes=512 * 2**20, max_pages=100)
_LEAST_SIDE = 16  # pixels; less has no texture
_READ_SIDE = 1600  # pixels; more shows no more at the sizes that pages are looked at

TICKET = "ticket"
DRAWN_KINDS = (*DOCUMENT_KINDS, TICKET)
"""Kinds of documents of which pages can be drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one page.

    Attributes:
        kind: of document, or the collection of drawings that it is of.
        page: unique to the page within its kind; several looks may have one.
        pixels: uint8 of shape (height, width).
    """

    kind: str
    page: str
    pixels: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Textures:
    """Looks, described.

    Attributes:
        descriptions: float32 of shape (n, LENGTH), see `models.page.texture.describe`.
        kinds: str of shape (n,).
        pages: str of shape (n,).
    """

    descriptions: NDArray[np.float32]
    kinds: NDArray[np.str_]
    pages: NDArray[np.str_]

    def __len__(self) -> int:
        """Number of looks."""
        return len(self.descriptions)

    def without(self, kinds: frozenset[str]) -> Textures:
        """The looks at all other kinds."""
        kept = ~np.isin(self.kinds, sorted(kinds))
        return Textures(self.descriptions[kept], self.kinds[kept], self.pages[kept])

    def by_kind(self) -> list[NDArray[np.float32]]:
        """The descriptions of each kind, of shape (n_looks, LENGTH), in the order of its name."""
        return [self.descriptions[self.kinds == kind] for kind in np.unique(self.kinds)]

    def by_page(self) -> list[list[NDArray[np.float32]]]:
        """For each kind, the descriptions of each of its pages that was looked at repeatedly."""
        found = []
        for kind in np.unique(self.kinds):
            of_kind = self.kinds == kind
            pages, counts = np.unique(self.pages[of_kind], return_counts=True)
            rows = [self.descriptions[of_kind & (self.pages == one)] for one in pages[counts > 1]]
            if rows:
                found.append(rows)
        return found


def described(
    looks: Iterable[Look], recipe: Recipe, advance: Callable[[], None] = lambda: None
) -> Textures:
    """Describe ``looks``, one after the other: only descriptions are kept.

    Args:
        looks: see `Look`.
        recipe: of the branch that will see them.
        advance: called after each.
    """
    rows = []
    for one in looks:
        _, (_, even), (_, ink) = ink_steps(one.pixels, recipe)
        rows.append((describe(even, ink), one.kind, one.page))
        advance()
    if not rows:
        return Textures(np.zeros((0, LENGTH), np.float32), np.array([], "U1"), np.array([], "U1"))
    found, kinds, pages = zip(*rows, strict=True)
    return Textures(np.stack(found), np.array(kinds), np.array(pages))


def read_looks(
    classes: Sequence[ListedClass],
    *,
    collection: str = "",
    most: int | None = None,
    unreadable: Callable[[str], None] = lambda _line: None,
) -> Iterator[Look]:
    """One look at every image of ``classes``.

    Args:
        classes: see `models.episodes.listing.listed`.
        collection: the kind of all of them: drawings, whose classes are no kinds of documents.
            Empty: each class is a kind, by the last part of its name.
        most: images of each class that are read, the first ones; None for all.
        unreadable: told of each image that is left out, and why.

    Raises:
        DataError: none of a class's images can be read.
    """
    for one in classes:
        faults = []
        for file in one.files[:most]:
            pixels = _pixels(file)
            if isinstance(pixels, str):
                faults.append(f"{file.name} {pixels}")
                unreadable(faults[-1])
            else:
                yield Look(collection or PurePosixPath(one.name).name, file.name, _within(pixels))
        if len(faults) == len(one.files[:most]):
            raise DataError(
                f"class {one.name} has {counted(len(one.files), 'image')}, 0 of "
                f"{len(faults)} can be read: {faults[0]}",
                "Replace them or take the class away",
            )


def seen_again(pages: Iterable[Look], rng: Generator, *, looks: int) -> Iterator[Look]:
    """Each page as it is, and ``looks`` other looks at it."""
    for one in pages:
        yield one
        for _ in range(looks):
            yield Look(one.kind, one.page, look_again(one.pixels, rng))


def drawn(
    rng: Generator, *, number: int, leave_out: frozenset[str] = frozenset()
) -> Iterator[Look]:
    """``number`` different pages of each kind of document that can be drawn."""
    for turn in range(number):
        for kind in DRAWN_KINDS:
            if kind in leave_out:
                continue
            strength = rng.uniform(0, 1.3)
            if kind == TICKET:
                width = int(rng.uniform(250, 600))
                pixels = draw_ticket(rng, width=width, strength=strength).pixels
            else:
                width = int(rng.uniform(400, 820))
                pixels = draw_document(kind, rng, width=width, strength=strength)
            yield Look(kind, str(turn), pixels)


def templates(
    rng: Generator, *, number: int, fillings: int, leave_out: frozenset[str] = frozenset()
) -> Iterator[Look]:
    """``number`` templates of each kind of document, each filled in ``fillings`` times."""
    for kind in (one for one in DOCUMENT_KINDS if one not in leave_out):
        for turn in range(number):
            print_ = DOCUMENT_KINDS[kind](rng, int(rng.uniform(450, 800)))
            places = blank_places(print_, rng)
            for _ in range(fillings):
                yield Look(kind, str(turn), look_again(fill(print_, places, rng), rng))


def drawings(collections: Iterable[Look], rng: Generator) -> Iterator[Look]:
    """Each of the small drawings as it is, and one time in three large and perhaps scanned."""
    for one in collections:
        yield one
        if rng.random() < 1 / 3:
            large = enlarge(one.pixels, rng)
            yield Look(one.kind, one.page, look_again(large, rng) if rng.random() < 0.4 else large)


def solids(
    rng: Generator, *, number: int, leave_out: frozenset[str] = frozenset()
) -> Iterator[Look]:
    """``number`` drawings of each solid, each solid a kind, from where it can be told."""
    for turn in range(number):
        for solid in SOLID_KINDS:
            if solid in leave_out:
                continue
            size, width = int(rng.choice((360, 540, 1080))), int(rng.choice((1, 1, 2, 3)))
            elevation = rng.uniform(*TELLING.get(solid, (-90, 90)))
            pixels = draw_solid(solid, rng, size=size, line_width=width, elevation=elevation)
            yield Look(solid, str(turn), pixels)


def _pixels(file: ListedFile) -> Pixels | str:
    """The first page of a file, or why there is none."""
    try:
        found = read_pages(file.read(), _LIMITS, least_side=_READ_SIDE, first_only=True)
    except (OSError, BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        return f"cannot be read: {error}"
    if isinstance(found, Fault):
        return found.reason
    pixels = found.pages[0].pixels
    height, width = pixels.shape[:2]
    if min(height, width) < _LEAST_SIDE:
        return f"is of {width} x {height} pixels, a look needs {_LEAST_SIDE} x {_LEAST_SIDE}"
    return pixels


def _within(pixels: Pixels) -> Pixels:
    scale = _READ_SIDE / max(pixels.shape)
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
