"""Classes that nothing was trained on, as the whole branch sees their images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.episodes.classes import Watch, unwatched
from models.episodes.division import Division
from models.episodes.listing import ListedClass
from models.episodes.trials import one_shot_trials
from models.page.prepare import Recipe
from models.page.views import views_of
from models.siamese.shapes import JoinShape
from models.training.gathering import SOLIDS, some
from models.training.looks import DRAWN_KINDS, Look, drawn, read_looks, solids

Embed = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]]
"""Pages' pixels to unit rows of shape (n, dim)."""

DRAWN_PAGES = "drawn pages"
"""The source of pages that are drawn."""
_TOGETHER = 64
_WAYS, _TRIALS = 20, 4000
_NEARLY = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class HeldClass:
    """One class.

    Attributes:
        source: that it is of.
        group: within which it is told apart: an alphabet, a set of symbols, kinds of documents.
        name: its own.
        embeddings: float32 of shape (n_images, dim), unit rows, two and more.
    """

    source: str
    group: str
    name: str
    embeddings: NDArray[np.float32]


def embed_by(branch: keras.Model, recipe: Recipe) -> Embed:
    """A joined branch as a function of pages."""

    def embed(pages: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        rows = []
        for at in range(0, len(pages), _TOGETHER):
            views = views_of(pages[at : at + _TOGETHER], recipe, texture=True)
            rows.append(np.asarray(branch([views.ink, views.texture], training=False)))
        return np.concatenate(rows)

    return embed


def embed_held(
    sources: Sequence[Division],
    embed: Embed,
    *,
    classes: int,
    images: int,
    seed: int,
    watch: Watch = unwatched,
    unreadable: Callable[[str], None] = lambda _line: None,
) -> list[HeldClass]:
    """The held-out classes of each source, but those of which fewer than two images can be read.

    Args:
        sources: whose files can be read.
        embed: the branch.
        classes: of each source at most, drawn at random.
        images: of each class at most, the first ones.
        seed: of the draw.
        watch: shown the images.
        unreadable: told of each image that is left out, and why.

    Raises:
        DataError: see `read_looks`.
    """
    found = []
    rng = np.random.default_rng(seed)
    for source in sources:
        there = some(source.held, classes, rng)
        found += embed_classes(
            source.name, there, embed, images=images, what="held out",
            watch=watch, unreadable=unreadable,
        )  # fmt: skip
    return found


def embed_classes(
    source: str,
    classes: Sequence[ListedClass],
    embed: Embed,
    *,
    images: int,
    what: str,
    watch: Watch = unwatched,
    unreadable: Callable[[str], None] = lambda _line: None,
) -> list[HeldClass]:
    """Some classes of a source, but those of which fewer than two images can be read.

    Args:
        source: its name.
        classes: whose files can be read.
        embed: the branch.
        images: of each class at most, the first ones.
        what: they are, for the watch.
        watch: shown the images.
        unreadable: told of each image that is left out, and why.

    Raises:
        DataError: see `read_looks`.
    """
    if not classes:
        return []
    found = []
    total = sum(min(images, len(one.files)) for one in classes)
    with _counted(watch, f"{source}, {what}", total) as count:
        for one in classes:
            looks = read_looks([one], most=images, unreadable=unreadable)
            pages = [look.pixels for look in count(looks)]
            if len(pages) > 1:
                group = one.group if one.group == source else f"{source}/{one.group}"
                found.append(HeldClass(source, group, one.name, embed(pages)))
    return found


def draw_held_solids(
    embed: Embed, *, images: int, seed: int, leave_out: frozenset[str] = frozenset()
) -> list[HeldClass]:
    """Solids of drawings that nothing was trained on: from another seed than those that were."""
    found: dict[str, list[NDArray[np.uint8]]] = {}
    for look in solids(np.random.default_rng([seed, 0, 1]), number=images, leave_out=leave_out):
        found.setdefault(look.kind, []).append(look.pixels)
    return [HeldClass(SOLIDS, SOLIDS, kind, embed(pages)) for kind, pages in found.items()]


def draw_held_pages(
    embed: Embed, hold_out: frozenset[str], *, images: int, seed: int
) -> list[HeldClass]:
    """Pages of those kinds of documents that can be drawn and are held out."""
    pages: dict[str, list[NDArray[np.uint8]]] = {}
    learned = frozenset(DRAWN_KINDS) - hold_out
    rng = np.random.default_rng([seed, 0, 2])
    for look in drawn(rng, number=images, leave_out=learned):
        pages.setdefault(look.kind, []).append(look.pixels)
    return [HeldClass(DRAWN_PAGES, DRAWN_PAGES, kind, embed(one)) for kind, one in pages.items()]


def weights_of(held: Sequence[HeldClass], pages: frozenset[str]) -> dict[str, float]:
    """How much each group counts in a calibration: those of pages together half.

    Letters and symbols come in many more groups than documents, and most of what people drop are
    documents.

    Args:
        held: of all sources.
        pages: names of the sources that are pages.
    """
    groups = {one.group: one.source in pages for one in held}
    documents = sum(groups.values())
    if documents in (0, len(groups)):
        return {}
    heavier = (len(groups) - documents) / documents
    return {group: heavier for group, is_page in groups.items() if is_page}


def one_shot_scores(held: Sequence[HeldClass], seed: int) -> dict[str, dict[str, int]]:
    """One-shot trials within the groups of each source that has a group of two classes.

    A trial has 20 classes, or as many as the source's largest group has.

    Returns:
        By source: ``errors``, ``trials`` and ``ways``.
    """
    scores = {}
    for source in dict.fromkeys(one.source for one in held):
        there = [one for one in held if one.source == source]
        ways = min(_WAYS, max(Counter(one.group for one in there).values()))
        if ways > 1:
            found = one_shot_trials(
                [one.group for one in there],
                [one.embeddings for one in there],
                ways=ways,
                trials=_TRIALS,
                seed=seed,
            )
            scores[source] = asdict(found)
    return scores


def gate_scores(
    held: Sequence[HeldClass], shape: JoinShape, pages: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """How many images of each source the gate has on the wrong side.

    Args:
        held: embeddings of a joined branch.
        shape: of the join.
        pages: names of the sources that are pages; they are on the wrong side if shape counts
            for more than halfway between its least and 1. Drawings are, if it counts for less
            than 1.

    Returns:
        By source: ``images`` and ``wrong``.
    """
    scores = {}
    for source in dict.fromkeys(one.source for one in held):
        rows = np.concatenate([one.embeddings for one in held if one.source == source])
        weights = np.square(rows[:, : shape.shape_dim]).sum(axis=1)
        wrong = weights > shape.halfway if source in pages else weights < 1 - _NEARLY
        scores[source] = {"images": len(rows), "wrong": int(np.count_nonzero(wrong))}
    return scores


@contextmanager
def _counted(
    watch: Watch, label: str, total: int
) -> Iterator[Callable[[Iterator[Look]], Iterator[Look]]]:
    """Within a watch: a function that counts what passes it."""
    with watch(label, total) as advance:

        def count(looks: Iterator[Look]) -> Iterator[Look]:
            for one in looks:
                yield one
                advance()

        yield count
