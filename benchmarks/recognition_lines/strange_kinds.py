"""Kinds of documents that training never saw: told apart from one example, and from strangers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from indexer.evaluation.outcome import Outcome
from models.drawing.documents import DOCUMENT_KINDS, draw_document

from .bench import Bench, Network
from .episodes import judged
from .kinds import KINDS
from .pictures import EmbeddedClass, Picture, PictureClass, Pixels
from .rows import Measure, Row, Targets, outcome_rows

LINE: Final = "kinds never trained on"
TARGETS: Final = {1: Targets(right=0.80), 5: Targets(right=0.95)}
WAYS: Final = 5
_DRAWINGS: Final = 40


def measure(bench: Bench, folds: Mapping[str, Network]) -> list[Row]:
    """Five kinds at a time, of those that training left out; then strangers among them.

    Args:
        bench: what is asked.
        folds: networks, each trained without another set of kinds, by name: each is asked for
            its own, and their answers are pooled. Empty: the bench's network alone.
    """
    benches = {
        name: replace(bench, network=network)
        for name, network in (folds or {"": bench.network}).items()
    }
    known: dict[str, list[EmbeddedClass]] = {}
    for name, one in benches.items():
        left_out = unseen_kinds(one)
        if len(left_out) > 1:
            known[name] = one.network.gallery.embed(left_out)
    if not known:
        why = "training held out fewer than 2 kinds"
        return [
            Row(LINE, "", Measure.RIGHT, None, shots, target=targets.right, note=why)
            for shots, targets in TARGETS.items()
        ]
    rows = []
    note = _note(benches[name] for name in known)
    for shots, targets in TARGETS.items():
        among: list[Outcome] = []
        with_strangers: list[Outcome] = []
        for name, classes in known.items():
            asked = partial(
                judged,
                classes,
                calibration=benches[name].network.calibration,
                shots=shots,
                episodes=max(1, bench.trials // len(known)),
                seed=bench.seed,
            )
            among += asked((), ways=WAYS)
            if len(classes) > 2:
                with_strangers += asked(classes, ways=min(WAYS, len(classes) - 1))
        measured = _words(known, 0)
        rows += outcome_rows(LINE, measured, shots, among, targets, note)
        if with_strangers:
            asked_too = f"{_words(known, 1)}; strangers of the others"
            # The first row counts the mistakes, which are counted above.
            rows += outcome_rows(LINE, asked_too, shots, with_strangers, Targets(), note)[1:]
    return rows


def unseen_kinds(bench: Bench) -> list[PictureClass]:
    """The real kinds that training never saw; drawn ones beside them where those are too few.

    A drawn kind stands in only if training held it out by name, and if it looks like no real
    kind that is there.
    """
    real = [kind for kind in KINDS if bench.is_unseen(kind)]
    found = [
        PictureClass("", kind.name, tuple(one.picture for one in bench.real(kind))) for kind in real
    ]
    alike = {name for kind in real for name in (*kind.drawn, *kind.names)}
    for name in sorted(bench.network.seen.hold_out & (set(DOCUMENT_KINDS) - alike)):
        if len(found) <= WAYS:
            found.append(_drawn(name, bench.seed))
    return found


def _note(benches: Iterable[Bench]) -> str:
    """Which drawings of these kinds were trained on, though no real image was."""
    alike = {
        name
        for bench in benches
        for kind in KINDS
        if bench.is_unseen(kind)
        for name in set(kind.drawn) & bench.network.seen.drawn
    }
    return f"drawings alike were trained on: {', '.join(sorted(alike))}" if alike else ""


def _drawn(kind: str, seed: int) -> PictureClass:
    place = sorted(DOCUMENT_KINDS).index(kind)
    pictures = tuple(
        Picture(f"drawn/{kind}/{number}", str(number), partial(_draw, kind, (seed, place, number)))
        for number in range(_DRAWINGS)
    )
    return PictureClass("", f"drawn {kind}", pictures)


def _draw(kind: str, key: tuple[int, ...]) -> Pixels:
    return draw_document(kind, np.random.default_rng(key), width=640)


def _words(known: Mapping[str, Sequence[EmbeddedClass]], strangers: int) -> str:
    """What was asked of which network."""
    parts = []
    for name, classes in known.items():
        ways = min(WAYS, len(classes) - strangers)
        names = ", ".join(one.name for one in classes)
        parts.append(f"{f'{name}: ' if name else ''}{ways} at a time of {names}")
    return "; ".join(parts)
