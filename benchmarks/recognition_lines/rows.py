"""A row of the answer: what was measured for one line of the target, and what is aimed for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from indexer.evaluation.measures import Proportion
from indexer.evaluation.outcome import Outcome
from indexer.evaluation.summary import summarise

HEADINGS: Final = {
    "line": "line",
    "measured": "measured on",
    "examples": "examples",
    "measure": "measure",
    "counted": "counted",
    "value": "value",
    "interval": "95 % interval",
    "target": "target",
    "met": "met",
    "note": "note",
}
"""Heading of each column, by its key in `cells`."""
_REPEATED: Final = ("line", "measured", "note")
_WORST: Final = 5
_FREQUENT: Final = 3


class Measure(StrEnum):
    """What is measured."""

    RIGHT = "right"
    AUROC = "AUROC"
    KEPT = "known kept at 5 % strangers"
    ECE = "expected calibration error"
    FILED = "known that are filed"
    LET_IN = "strangers that are filed"
    SIZE = "megabytes"
    TIME = "ms a page"


_LESS_IS_BETTER: Final = frozenset({Measure.ECE, Measure.LET_IN, Measure.SIZE, Measure.TIME})
_IN_PERCENT: Final = frozenset(
    {Measure.RIGHT, Measure.KEPT, Measure.ECE, Measure.FILED, Measure.LET_IN}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        line: of the target, short.
        measured: the images it was measured on instead.
        measure: what `value` is.
        value: shares in [0, 1], MB (1e6 bytes) or ms; None where these weights leave nothing to
            measure it on, and ``note`` says why.
        examples: shown of each class; None where that means nothing.
        counted: the right ones, or the known that are kept, of all that were asked.
        target: value to reach; None where the target names none.
        note: what a reader must know: which of the images were trained on.
        worst: true class, answered class and number of the most frequent mistakes.
    """

    line: str
    measured: str
    measure: Measure
    value: float | None
    examples: int | None = None
    counted: Proportion | None = None
    target: float | None = None
    note: str = ""
    worst: tuple[tuple[str, str, int], ...] = ()

    @property
    def met(self) -> bool | None:
        """Whether the value reaches the target; None without either."""
        if self.value is None or self.target is None:
            return None
        if self.measure in _LESS_IS_BETTER:
            return self.value <= self.target
        return self.value >= self.target

    def described(self) -> dict[str, Any]:
        """As JSON has it."""
        counted = self.counted
        return {
            "line": self.line,
            "measured": self.measured,
            "measure": self.measure.value,
            "examples": self.examples,
            "count": counted.count if counted else None,
            "total": counted.total if counted else None,
            "value": self.value,
            "interval": list(counted.interval) if counted else None,
            "target": self.target,
            "met": self.met,
            "note": self.note,
            "worst": [list(one) for one in self.worst],
        }


@dataclass(frozen=True, slots=True)
class Targets:
    """What the target asks of episodes with so many examples; None where it asks nothing."""

    right: float | None = None
    auroc: float | None = None
    kept: float | None = None
    ece: float | None = None


def right_row(
    line: str,
    measured: str,
    examples: int,
    errors: Counter[tuple[str, str]],
    total: int,
    target: float | None,
    note: str = "",
) -> Row:
    """The row of a count of mistakes.

    Args:
        line: see `Row`.
        measured: see `Row`.
        examples: see `Row`.
        errors: how often each pair of true class and answered class occurred.
        total: queries that were asked, at least one.
        target: see `Row`.
        note: see `Row`.
    """
    right = Proportion(total - errors.total(), total)
    worst = tuple((*pair, count) for pair, count in errors.most_common(_WORST))
    return Row(line, measured, Measure.RIGHT, right.share, examples, right, target, note, worst)


def outcome_rows(
    line: str,
    measured: str,
    examples: int,
    outcomes: Sequence[Outcome],
    targets: Targets,
    note: str = "",
) -> list[Row]:
    """The rows of verdicts: right answers, and where strangers asked too, how they were told.

    AUROC, the kept and the calibration error are those of the score, as `pigeonhole evaluate`
    has them.
    """
    summary = summarise(outcomes)
    errors = Counter(
        (one.truth, one.nearest.class_name) for one in outcomes if one.known and not one.right
    )
    total = summary.errors.total
    rows = [right_row(line, measured, examples, errors, total, targets.right, note)]
    if summary.by_score:
        found: list[tuple[Measure, float | None, Proportion | None, float | None]] = [
            (Measure.AUROC, summary.by_score.auroc, None, targets.auroc),
            (Measure.KEPT, summary.by_score.kept.share, summary.by_score.kept, targets.kept),
            (Measure.ECE, summary.calibration_error, None, targets.ece),
        ]
        rows += [
            Row(line, measured, measure, value, examples, counted, target, note)
            for measure, value, counted, target in found
        ]
    return rows


def cells(row: Mapping[str, Any]) -> dict[str, str]:
    """A row, as `Row.described` has it, in words: texts under the keys of `HEADINGS`."""
    measure = Measure(row["measure"])
    counted, interval = "", ""
    if row["total"] is not None:
        missed = row["total"] - row["count"]
        counted = f"{missed} errors of {row['total']}"
        if measure is not Measure.RIGHT:
            counted = f"{row['count']} of {row['total']}"
        interval = " to ".join(_figure(measure, bound) for bound in row["interval"])
    target = ""
    if row["target"] is not None:
        sign = "≤" if measure in _LESS_IS_BETTER else "≥"
        target = f"{sign} {_figure(measure, row['target'])}"
    return {
        "line": row["line"],
        "measured": row["measured"],
        "examples": "" if row["examples"] is None else str(row["examples"]),
        "measure": measure.value,
        "counted": counted,
        "value": "not measured" if row["value"] is None else _figure(measure, row["value"]),
        "interval": interval,
        "target": target,
        "met": {None: "", True: "yes", False: "no"}[row["met"]],
        "note": row["note"],
    }


def markdown(rows: Iterable[Mapping[str, Any]]) -> str:
    """A table of rows as JSON has them, for the model card; what a row repeats is left out."""
    lines = [" | ".join(HEADINGS.values()), " | ".join("---" for _ in HEADINGS)]
    above: dict[str, str] = {}
    for row in rows:
        shown = cells(row)
        alike = all(shown[key] == above.get(key) for key in _REPEATED)
        above = shown
        texts = ["" if alike and key in _REPEATED else text for key, text in shown.items()]
        lines.append(" | ".join(text.replace("|", r"\|") for text in texts))
    return "\n".join(f"| {line} |" for line in lines)


def mistakes(rows: Iterable[Mapping[str, Any]]) -> str:
    """The most frequent mistakes of rows as JSON has them, a line each, for the model card.

    Those that hardly repeat say nothing of where a network fails.
    """
    lines = []
    for row in rows:
        told = [
            f"{_last(truth)} as {_last(answer)} {count}"
            for truth, answer, count in row["worst"]
            if count >= _FREQUENT
        ]
        if told:
            lines.append(f"- {row['line']}, {row['examples']} of each class: {', '.join(told)}")
    return "\n".join(lines)


def _last(name: str) -> str:
    """The folder of a class and the one above it."""
    return "/".join(name.split("/")[-2:])


def _figure(measure: Measure, value: float) -> str:
    if measure in _IN_PERCENT:
        return f"{100 * value:.2f} %"
    return f"{value:.3f}" if measure is Measure.AUROC else f"{value:.2f}"
