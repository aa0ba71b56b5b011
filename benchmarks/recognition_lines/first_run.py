"""A first run: the ready classes alone, and what of a mixed pile they take for their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from indexer.evaluation.measures import Proportion
from indexer.evaluation.summary import STRANGERS_LET_IN
from models.drawing.ready import ready_classes

from .bench import Bench, Network
from .episodes import judge_by
from .kinds import KINDS, TICKET
from .pictures import Picture, PictureClass
from .rows import Measure, Row
from .scans import solid

LINE: Final = "first run"
_CYLINDER: Final = "cylinder"


def measure(bench: Bench, folds: Mapping[str, Network]) -> list[Row]:
    """Real scans of all kinds, and drawn cylinders, judged by the ready examples.

    Args:
        bench: what is asked.
        folds: networks, each trained without some kinds: each is asked those kinds, too.
    """
    rows = _rows(_filed(bench, everything=True), "most kinds were trained on")
    if folds:
        apart: dict[str, Proportion] = {}
        for network in folds.values():
            apart |= _filed(replace(bench, network=network), everything=False)
        rows += _rows(apart, "each kind by a network that never saw it")
    return rows


def _filed(bench: Bench, *, everything: bool) -> dict[str, Proportion]:
    """Of the images of each kind, those that the ready classes take: tickets as tickets."""
    ready = list(ready_classes())
    support = [
        PictureClass(
            "", name, tuple(_ready(file, pixels) for of, file, pixels in ready if of == name)
        )
        for name in dict.fromkeys(of for of, _, _ in ready)
    ]
    kinds = [kind for kind in KINDS if everything or bench.is_unseen(kind)]
    asked = [
        PictureClass("", kind.name, tuple(one.picture for one in bench.real(kind)))
        for kind in kinds
    ]
    if everything:
        asked.append(solid(_CYLINDER, bench.seed))
    gallery = bench.network.gallery
    shown = gallery.embed(support)
    judge = judge_by(shown, [one.embeddings for one in shown], bench.network.calibration)
    found = {}
    for one in gallery.embed([some for some in asked if some.pictures]):
        answers = [verdict.class_name for verdict in judge.judge(one.embeddings)]
        own = [one.name] if one.name in (TICKET.name, _CYLINDER) else [it.name for it in support]
        found[one.name] = Proportion(sum(answer in own for answer in answers), len(answers))
    return found


def _ready(file: str, pixels: object) -> Picture:
    return Picture(f"ready/{file}", file, lambda: pixels)  # type: ignore[arg-type, return-value]


def _rows(filed: Mapping[str, Proportion], how: str) -> list[Row]:
    rows = []
    for name in (TICKET.name, _CYLINDER):
        if name in filed:
            found = filed[name]
            measured = f"{found.total} {name}s, ready examples alone; {how}"
            rows.append(Row(LINE, measured, Measure.FILED, found.share, None, found))
    strangers = {name: one for name, one in filed.items() if name not in (TICKET.name, _CYLINDER)}
    if strangers:
        let_in = Proportion(
            sum(one.count for one in strangers.values()),
            sum(one.total for one in strangers.values()),
        )
        each = ", ".join(f"{name} {one.count} of {one.total}" for name, one in strangers.items())
        rows.append(
            Row(
                LINE,
                f"{let_in.total} images of {len(strangers)} other kinds; {how}",
                Measure.LET_IN,
                let_in.share,
                None,
                let_in,
                STRANGERS_LET_IN,
                each,
            )
        )
    return rows
