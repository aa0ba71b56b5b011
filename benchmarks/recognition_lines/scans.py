"""Real scans and photographs beside drawn solids: nine classes, and strangers of other kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from indexer.evaluation.outcome import Outcome
from models.drawing.solids import SOLID_KINDS, SolidKind, draw_solid

from .bench import Bench, Network
from .episodes import judged
from .kinds import INVOICE, KINDS, PEN_DIAGRAM, PEN_SHAPES, PUZZLE, TICKET, Kind
from .pictures import Picture, PictureClass, Pixels, count
from .rows import Measure, Row, Targets, outcome_rows

LINE: Final = "real scans and drawings"
TARGETS: Final = {
    1: Targets(right=0.95, auroc=0.95, ece=0.03),
    5: Targets(right=0.99, auroc=0.98, kept=0.90, ece=0.03),
}
PAIR_LINE: Final = "tickets against cylinders"
KNOWN: Final = (TICKET, INVOICE, PUZZLE, PEN_DIAGRAM)
_DIRECTIONS: Final = 40


def measure(bench: Bench, folds: Mapping[str, Network]) -> list[Row]:
    """Nine classes with one example and with five; one stranger asks for two of the known.

    Args:
        bench: what is asked.
        folds: networks, each trained without some kinds: strangers are then of these kinds alone,
            for each network its own, and their answers are pooled in more rows.
    """
    rows = _rows([bench], unseen=False)
    if folds:
        rows += _rows([replace(bench, network=one) for one in folds.values()], unseen=True)
    return rows


def _rows(benches: Sequence[Bench], *, unseen: bool) -> list[Row]:
    """The rows of one network, or of several together: strangers that it never saw, or all."""
    asked = [_Asked.of(bench, unseen=unseen) for bench in benches]
    known, outside = asked[0].known, [one for each in asked for one in each.strangers]
    measured = (
        f"{', '.join(one.name for one in known)}: {count(known)} images; strangers of "
        f"{len(outside)} other kinds, {count(outside)} images"
    )
    note = _note(benches[0], asked[0].trained)
    if unseen:
        measured += f", never trained on, in {len(benches)} folds"
        note = "of the known, each fold has trained on the kinds that it did not leave out"
    rows = []
    for shots, targets in TARGETS.items():
        outcomes: list[Outcome] = []
        for bench, each in zip(benches, asked, strict=True):
            outcomes += judged(
                bench.network.gallery.embed(each.known),
                bench.network.gallery.embed(each.strangers),
                bench.network.calibration,
                ways=len(each.known),
                shots=shots,
                episodes=max(1, bench.trials // len(benches)),
                seed=bench.seed,
            )
        rows += outcome_rows(LINE, measured, shots, outcomes, targets, note)
    return rows


@dataclass(frozen=True, slots=True)
class _Asked:
    """Classes that are shown, strangers, and what of the shown was trained on, in words."""

    known: list[PictureClass]
    strangers: list[PictureClass]
    trained: list[str]

    @classmethod
    def of(cls, bench: Bench, *, unseen: bool) -> _Asked:
        found = [_class(bench, kind) for kind in KNOWN]
        solids = [solid(kind, bench.seed) for kind in SOLID_KINDS]
        known = [*(one for one, _ in found if len(one.pictures) > max(TARGETS)), *solids]
        others = [
            kind
            for kind in (*KINDS, PEN_SHAPES)
            if kind not in KNOWN and (not unseen or bench.is_unseen(kind))
        ]
        strangers = [one for one, _ in (_class(bench, kind) for kind in others) if one.pictures]
        return cls(known, strangers, [trained for _, trained in found if trained])


def measure_pair(bench: Bench) -> list[Row]:
    """Tickets against cylinders, one example each: no mistake is aimed for."""
    tickets, trained = _class(bench, TICKET)
    if len(tickets.pictures) < 2:
        why = "training saw all tickets"
        return [Row(PAIR_LINE, "", Measure.RIGHT, None, 1, target=1.0, note=why)]
    pair = [tickets, solid("cylinder", bench.seed)]
    outcomes = judged(
        bench.network.gallery.embed(pair),
        (),
        bench.network.calibration,
        ways=2,
        shots=1,
        episodes=bench.trials,
        seed=bench.seed,
    )
    measured = f"{len(tickets.pictures)} real receipts, {len(pair[1].pictures)} drawn cylinders"
    note = _note(bench, [trained] if trained else [])
    return outcome_rows(PAIR_LINE, measured, 1, outcomes, Targets(right=1.0), note)


def solid(kind: SolidKind, seed: int) -> PictureClass:
    """Drawings of a solid as users have them: size 1, 2 and 3, each from 40 random directions."""
    pictures = tuple(_solids(kind, seed))
    return PictureClass("", kind, pictures)


def _solids(kind: SolidKind, seed: int) -> Iterator[Picture]:
    for extent in (1, 2, 3):
        for number in range(_DIRECTIONS):
            name = f"drawn/{kind}/{extent}/{number}"
            key = (seed, SOLID_KINDS.index(kind), extent, number)
            yield Picture(name, name, partial(_draw, kind, key, float(extent)))


def _draw(kind: SolidKind, key: tuple[int, ...], extent: float) -> Pixels:
    rng = np.random.default_rng(key)
    return draw_solid(kind, rng, extent=extent, proportion=1.0)


def _class(bench: Bench, kind: Kind) -> tuple[PictureClass, str]:
    """The kind's images, and how many of them were trained on, in words; empty if none."""
    real = bench.real(kind)
    trained = sum(one.trained_on for one in real)
    pictures = tuple(one.picture for one in real)
    words = f"{trained} of {len(real)} {kind.name} images" if trained else ""
    return PictureClass("", kind.name, pictures), words


def _note(bench: Bench, trained: Sequence[str]) -> str:
    """What of this was trained on."""
    seen = bench.network.seen
    parts = [f"trained on {', '.join(trained)}"] if trained else []
    if seen.drawn & set(SOLID_KINDS):
        parts.append("solids are drawn anew, other drawings of them were trained on")
    if seen.unlisted and not bench.only_unseen:
        parts.append(f"not known what was in {', '.join(seen.unlisted)}")
    return "; ".join(parts)
