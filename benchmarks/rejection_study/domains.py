"""Domains: sources of classes whose images are embedded once and kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.drawing.solids import SOLID_KINDS, draw_solid
from models.episodes.listing import chosen, listed
from models.episodes.spec import DataSpec
from models.page.read import Limits, read_pages
from models.page.scan import Fault

if TYPE_CHECKING:
    from models.siamese.embedder import Embedder

_LIMITS = Limits(max_image_pixels=150_000_000, max_file_bytes=512 * 2**20, max_pages=100)
_BATCH = 64
Labelled = Iterator[tuple[str, NDArray[np.uint8]]]


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


def read_domains(
    specs: Sequence[DataSpec], solids: int, embedder: Embedder, cache: Path, *, images: int
) -> list[Domain]:
    """Each source as a domain; sources of one name are one.

    Args:
        specs: what to read; weights, turns and shares held out mean nothing here.
        solids: drawings of each solid, as one more domain; 0 draws none.
        embedder: the branch.
        cache: folder in which embeddings are kept; made when missing.
        images: at most so many of a class are read.

    Raises:
        DataError: see `models.episodes.listing`.
    """
    found: dict[str, dict[str, list[NDArray[np.float32]]]] = {}
    for spec in specs:
        key = f"{spec.path.resolve()} {spec.label} {spec.only} {spec.renamed} {images}"
        held = _kept(cache, key, embedder, _read(spec, embedder.recipe.working_side, images))
        for name, rows in held.items():
            found.setdefault(spec.source, {}).setdefault(name, []).append(rows)
    if solids:
        held = _kept(cache, f"solids {solids}", embedder, _draw(solids))
        found["solids"] = {name: [rows] for name, rows in held.items()}
    joined = {
        source: [np.concatenate(rows) for rows in classes.values()]
        for source, classes in found.items()
    }
    return [
        Domain(source, tuple(rows for rows in classes if len(rows) > 1))
        for source, classes in joined.items()
    ]


def _read(spec: DataSpec, least_side: int, images: int) -> Labelled:
    with listed(spec.path, spec.label) as there:
        for one in chosen(there, spec.only, spec.renamed, spec.path):
            for file in one.files[:images]:
                page = read_pages(file.read(), _LIMITS, least_side=least_side, first_only=True)
                if not isinstance(page, Fault):
                    yield one.name, page.pages[0].pixels


def _draw(number: int) -> Labelled:
    """Solids from anywhere, as users' are: some cannot be told apart."""
    rng = np.random.default_rng(5)
    for _ in range(number):
        for solid in SOLID_KINDS:
            yield solid, draw_solid(solid, rng, size=540, elevation=rng.uniform(-90, 90))


def _kept(
    cache: Path, key: str, embedder: Embedder, pictures: Labelled
) -> dict[str, NDArray[np.float32]]:
    """Embeddings by class, from the cache where they are there."""
    digest = hashlib.sha256(f"{embedder.branch_id} {key}".encode()).hexdigest()[:16]
    file = cache / f"{digest}.npz"
    if not file.exists():
        names: list[str] = []
        rows, batch = [], []
        for name, pixels in pictures:
            names.append(name)
            batch.append(pixels)
            if len(batch) == _BATCH:
                rows.append(embedder.embed(batch))
                batch = []
        rows.append(embedder.embed(batch))
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".tmp")
        with partial.open("wb") as out:
            np.savez(out, names=np.array(names), rows=np.concatenate(rows))
        os.replace(partial, file)
    with np.load(file) as held:
        labels, embeddings = held["names"], held["rows"]
    return {str(name): embeddings[labels == name] for name in np.unique(labels)}
