"""Drawn symbols, each set's own classes apart, one example each."""

from __future__ import annotations

from typing import Final

from .bench import Bench
from .episodes import one_shot
from .pictures import count
from .rows import Measure, Row, right_row

WAYS: Final = 20
SETS: Final = {
    "phosphor": ("icons in five weights", 0.99),
    "icons_pairs": ("styles of one icon", 0.95),
    "icons_same_name": ("one idea by several designers", 0.90),
    "emoji": ("emoji across vendors", 0.80),
    "logos": ("logos", 0.85),
    "proto_cuneiform": ("proto-cuneiform", 0.90),
}
"""Zip file to its line of the target, and the share of right answers aimed for."""


def measure(bench: Bench) -> list[Row]:
    """Trials of 20 classes of one set, among those that training did not see."""
    return [row for name in SETS for row in _set(bench, name)]


def _set(bench: Bench, name: str) -> list[Row]:
    line, target = SETS[name]
    classes = bench.unseen_classes(f"symbols/{name}.zip")
    if len(classes) < 2:
        why = f"training left {len(classes)} classes of {name} unseen"
        return [Row(line, "", Measure.RIGHT, None, 1, target=target, note=why)]
    shown = bench.network.gallery.embed(classes)
    mistakes, ways = one_shot(shown, ways=WAYS, trials=bench.trials, seed=bench.seed)
    measured = f"{name}: {len(classes)} unseen classes, {count(classes)} images, {ways} at a time"
    return [right_row(line, measured, 1, mistakes, bench.trials, target)]
