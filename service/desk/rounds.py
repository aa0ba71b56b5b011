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
    return fit_calibration(backgrounds, cohort=cohort)


def scores(rounds: Sequence[Round], shape: JoinShape, seed: int) -> dict[str, dict[str, object]]:
    """Of one-shot trials and of the gate, by source; mistakes of all rounds together."""
    one_shot = [one_shot_scores(found.held, seed) for found in rounds]
    gate = [gate_scores(found.held, shape, _OF_PAGES) for found in rounds]
    return {
        "held-out one-shot": _summed(one_shot, ("errors", "trials")),
        "held-out gate": _summed(gate, ("images", "wrong")),
    }


def counts(rounds: Sequence[Round]) -> dict[str, dict[str, int]]:
    """Classes and images of each source, of all rounds."""
    found: dict[str, dict[str, int]] = {}
    for one in (one for found_ in rounds for one in found_.held):
        there = found.setdefault(one.source, {"classes": 0, "images": 0})
        there["classes"] += 1
        there["images"] += len(one.embeddings)
    return found


def _summed(
    rounds: Sequence[dict[str, dict[str, int]]], summed: tuple[str, ...]
) -> dict[str, object]:
    """By source, these numbers added up over the rounds; others are those of the first."""
    found: dict[str, object] = {}
    for source in dict.fromkeys(source for one in rounds for source in one):
        there = [one[source] for one in rounds if source in one]
        found[source] = there[0] | {name: sum(one[name] for one in there) for name in summed}
    return found
