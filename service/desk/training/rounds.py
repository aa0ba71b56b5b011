"""What a join is judged and calibrated by: kinds it was not trained on, in one round or several.

With several, each round leaves other kinds out, and the join that is kept is trained on all: each
kind tells what a kind does that was never seen, and none is lost to training (cross-validation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.background import Background
from indexer.calibration import Calibration
from indexer.cohort import Cohort
from indexer.fitting import fit_calibration
from models.episodes.classes import Watch
from models.episodes.division import Division
from models.siamese.shapes import JoinShape
from models.training.gathering import Gathered
from models.training.held_out import (
    DRAWN_PAGES,
    Embed,
    HeldClass,
    draw_held_pages,
    draw_held_solids,
    embed_classes,
    embed_held,
    gate_scores,
    one_shot_scores,
    weights_of,
)
from models.training.looks import Textures

PAGES = "pages"
"""The source of pages that are read."""
_OF_PAGES = frozenset({PAGES, DRAWN_PAGES})
_EPISODES = 4800
"""Of each size, for the calibration: of 1,600 strangers five in a thousand are told from none."""
_HELD_CLASSES, _HELD_IMAGES = 300, 20
"""Of a source, and of a class, by which it is judged and calibrated: minutes on one core."""


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one round found.

    Attributes:
        held: classes that its join was not trained on, as it saw them.
        cohort: kinds that it was trained on, as it saw them.
    """

    held: list[HeldClass]
    cohort: Cohort


@dataclass(frozen=True, slots=True)
class Rounds:
    """Trains a branch's join, once a round, and looks through it.

    Attributes:
        train_on: gives the join the weights that pages and drawings ask for.
        embed: the branch, with the weights that its join has then.
        found: what is learned from.
        figures: sources of drawings.
        kinds: of documents.
        hold_out: names that no round learns.
        solids: drawn solids are drawings, too.
        seed: of what is drawn and chosen.
        watch: shown the images as they are looked at.
        unreadable: told of each image that is left out, and why.
    """

    train_on: Callable[[Sequence[Textures], Sequence[Textures]], None]
    embed: Embed
    found: Gathered
    figures: Sequence[Division]
    kinds: Division
    hold_out: frozenset[str]
    solids: bool
    seed: int
    watch: Watch
    unreadable: Callable[[str], None]

    def train(self, fold: frozenset[str] = frozenset()) -> None:
        """Train the join on all but the kinds of a fold.

        Raises:
            DataError: too little is left.
        """
        pages = [one.without(fold) for one in self.found.pages.values()]
        drawings = [one.without(fold) for one in self.found.drawings.values()]
        self.train_on(pages, drawings)

    def run(self, fold: frozenset[str]) -> Round:
        """Train without the kinds of a fold, then look at what was left out.

        Raises:
            DataError: too little is left, or none of a class's images can be read.
        """
        self.train(fold)
        hold_out = self.hold_out | fold
        held = embed_held(
            [*self.figures, self.kinds.setting_aside(fold)],
            self.embed,
            classes=_HELD_CLASSES,
            images=_HELD_IMAGES,
            seed=self.seed,
            watch=self.watch,
            unreadable=self.unreadable,
        )
        if self.solids:
            held += draw_held_solids(self.embed, images=_HELD_IMAGES, seed=self.seed)
        held += draw_held_pages(self.embed, hold_out, images=_HELD_IMAGES, seed=self.seed)
        return Round(held, self.cohort(fold))

    def cohort(self, fold: frozenset[str] = frozenset()) -> Cohort:
        """The kinds that were learned: pages that were read, and solids.

        Drawn pages are not among them: where real ones were, they told no more.
        """
        learned = self.kinds.setting_aside(fold).learned
        found = embed_classes(
            self.kinds.name,
            learned,
            self.embed,
            images=_HELD_IMAGES,
            what="learned",
            watch=self.watch,
            unreadable=self.unreadable,
        )
        if self.solids:
            found += draw_held_solids(
                self.embed, images=_HELD_IMAGES, seed=self.seed + 1, leave_out=self.hold_out | fold
            )
        return Cohort.of((one.name, one.embeddings) for one in found)


def calibrated(rounds: Sequence[Round], cohort: Cohort, seed: int) -> Calibration:
    """The calibration by what all rounds found, for the join that is kept.

    Args:
        rounds: at least one.
        cohort: as the join that is kept sees it.
        seed: of the draw.

    Raises:
        DataError: see `Background`.
    """
    backgrounds = [
        Background(
            [one.embeddings for one in found.held],
            [one.group for one in found.held],
            np.random.default_rng([seed, number]),
            weights_of(found.held, _OF_PAGES),
            found.cohort,
        )
        for number, found in enumerate(rounds)
    ]
    return fit_calibration(backgrounds, cohort=cohort, episodes=_EPISODES)


def scores(rounds: Sequence[Round], shape: JoinShape, seed: int) -> dict[str, dict[str, object]]:
    """Of one-shot trials and of the gate, by source.

    Sources that held the same classes out in every round are those of the first; mistakes of the
    others are added up, over classes of which each was held out once.
    """
    one_shot = [one_shot_scores(_once(rounds, number), seed) for number in range(len(rounds))]
    gate = [gate_scores(_once(rounds, number), shape, _OF_PAGES) for number in range(len(rounds))]
    return {
        "held-out one-shot": _summed(one_shot, ("errors", "trials")),
        "held-out gate": _summed(gate, ("images", "wrong")),
    }


def counts(rounds: Sequence[Round]) -> dict[str, dict[str, int]]:
    """Held-out classes of each source, and images of them; each class counts once."""
    found: dict[str, dict[str, int]] = {}
    for one in (one for number in range(len(rounds)) for one in _once(rounds, number)):
        there = found.setdefault(one.source, {"classes": 0, "images": 0})
        there["classes"] += 1
        there["images"] += len(one.embeddings)
    return found


def _once(rounds: Sequence[Round], number: int) -> list[HeldClass]:
    """The classes of one round, but for sources of which an earlier round held out the same."""
    named = [_named(found.held) for found in rounds[: number + 1]]
    again = {
        source
        for source in named[-1]
        if any(named[-1][source] == one.get(source) for one in named[:-1])
    }
    return [one for one in rounds[number].held if one.source not in again]


def _named(held: Sequence[HeldClass]) -> dict[str, frozenset[tuple[str, str]]]:
    sources = {one.source for one in held}
    return {
        source: frozenset((one.group, one.name) for one in held if one.source == source)
        for source in sources
    }


def _summed(
    rounds: Sequence[dict[str, dict[str, int]]], summed: tuple[str, ...]
) -> dict[str, object]:
    """By source, these numbers added up over the rounds; others as they are, or from least to most."""
    found: dict[str, object] = {}
    for source in dict.fromkeys(source for one in rounds for source in one):
        there = [one[source] for one in rounds if source in one]
        found[source] = {
            name: sum(one[name] for one in there)
            if name in summed
            else _range({one[name] for one in there})
            for name in there[0]
        }
    return found


def _range(values: set[int]) -> int | str:
    least, most = min(values), max(values)
    return least if least == most else f"{least} to {most}"
