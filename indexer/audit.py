"""An audit of the support set: examples and classes that will lead to wrong answers.

Nothing but embeddings is looked at, each example judged by the others (leave-one-out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from indexer.calibration import Calibration
from indexer.kernel import class_distance

Kind = Literal[
    "unreadable", "empty", "ignored", "blank", "copies", "mislabelled", "close", "single"
]
Severity = Literal["error", "warning"]

AS_ONE = 0.002
"""Cosine distance within which two images look like one picture, stored twice. A receipt saved as
JPEG of quality 60 is at 0.0001 of itself, and no two of 6,000 images of different classes lay so
near; but one letter in two fonts may, when it is prepared to the same few pixels."""
CLEARLY = 0.9
"""Probability of another class from which an example counts as mislabelled."""
TOO_CLOSE = 0.05
"""Share of confusion from which two classes lie too close."""
_CHUNK = 512  # examples compared at a time


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the examples that a person should look at.

    Attributes:
        kind: what it is.
        severity: ``error`` where answers are wrong for certain, ``warning`` where some may be.
        classes: those concerned.
        examples: their names under the support folder: those concerned, or the nearest pair.
        distance: between the two examples; None where none is measured.
        confusion: share of scans of the two classes that are taken for the other, in [0, 1];
            None where it is not about two classes.
        text: a sentence for a person.
        advice: what to do.
    """

    kind: Kind
    severity: Severity
    classes: tuple[str, ...]
    examples: tuple[str, ...]
    distance: float | None
    confusion: float | None
    text: str
    advice: str


@dataclass(frozen=True, slots=True)
class Audited:
    """An example, as the audit knows it: class, name under the support folder, content hash."""

    class_name: str
    name: str
    sha256: str


def audit(
    examples: Sequence[Audited],
    embeddings: NDArray[np.float32],
    calibration: Calibration,
    blank: NDArray[np.float32] | None = None,
) -> Iterator[Finding]:
    """What is wrong with a support set, worst first.

    Args:
        examples: in any order.
        embeddings: float32 of shape (n_examples, dim), rows of length 1.
        calibration: of the branch that made them.
        blank: the embedding of an empty page, float32 of shape (dim,), of length 1; None where
            it is not asked which examples look like one.
    """
    order = sorted(range(len(examples)), key=lambda row: examples[row].class_name)
    if not order:
        return
    held = [examples[row] for row in order]
    table = _Table(held, embeddings[order], calibration)
    blanks = [] if blank is None else list(_blank(table, 1.0 - embeddings[order] @ blank))
    empty = {row for _, rows in blanks for row in rows}
    # Two empty pages look like one: that is said once, of all of them.
    copies = [one for one in _copies(table) if not empty.issuperset(one[1])]
    odd = list(_mislabelled(table, empty | {row for _, pair in copies for row in pair}))
    yield from (finding for finding, _ in copies)
    yield from (finding for finding, _ in blanks)
    yield from (finding for finding, _ in odd)
    # One example in the wrong folder is one finding, and does not make two classes alike.
    known = empty | {row for _, rows in [*copies, *odd] for row in rows}
    sound = [row for row in range(len(held)) if row not in known]
    if sound:
        rest = embeddings[[order[row] for row in sound]]
        yield from _close(_Table([held[row] for row in sound], rest, calibration))
    yield from _single(table)


class _Table:
    """Of each example: its nearest in each class, itself left out, and how far the class is.

    Attributes:
        held: the examples, ordered by class.
        classes: names, ascending.
        labels: of shape (n,), the class of each example.
        near: of shape (n, n_classes), distance to the nearest example; inf where there is none.
        which: of shape (n, n_classes), that example.
        distances: of shape (n, n_classes), distance to the class; inf where there is none.
        confusion: of shape (n, n_classes), probability of being taken for that class if it and
            the own class were the only ones; 0 for the own.
    """

    def __init__(
        self, held: Sequence[Audited], embeddings: NDArray[np.float32], calibration: Calibration
    ) -> None:
        self.held = held
        names = np.array([one.class_name for one in held], object)
        found, self.labels = np.unique(names, return_inverse=True)
        self.classes: list[str] = found.tolist()
        shape = len(held), len(self.classes)
        self.near, self.which = np.full(shape, np.inf), np.zeros(shape, np.int64)
        self.distances = np.full(shape, np.inf)
        starts = np.searchsorted(self.labels, np.arange(len(self.classes) + 1))
        for at in range(0, len(held), _CHUNK):
            rows = np.arange(at, min(at + _CHUNK, len(held)))
            found = np.clip(1.0 - embeddings[rows] @ embeddings.T, 0.0, 2.0)
            found[np.arange(len(rows)), rows] = np.inf
            for key, (start, end) in enumerate(pairwise(starts)):
                of_class = found[:, start:end]
                self.near[rows, key] = of_class.min(axis=1)
                self.which[rows, key] = start + of_class.argmin(axis=1)
                self.distances[rows, key] = class_distance(of_class, calibration.sharpness)
        self.confusion = self._confusions(calibration)

    def _confusions(self, calibration: Calibration) -> NDArray[np.float64]:
        found = np.empty_like(self.distances)
        for row, (label, distances) in enumerate(zip(self.labels, self.distances, strict=True)):
            own = float(distances[label])
            found[row] = calibration.confusion(None if np.isinf(own) else own, distances)
            found[row, label] = 0.0
        return found


_Found = tuple[Finding, tuple[int, ...]]


def _blank(table: _Table, distances: NDArray[np.float32]) -> Iterator[_Found]:
    """Examples in which the branch sees nothing.

    All pages without ink have one embedding: blank ones, those of one colour, those with a page
    number alone. Measured with one white example: 12 of 13 such drawn pages, and 27 of 27 files
    of one colour, were filed in its class with a probability of 0.999; of 143 files with
    something on them, one was, with 0.71.
    """
    rows = np.flatnonzero(distances <= AS_ONE).tolist()
    classes = sorted({table.held[row].class_name for row in rows})
    if len(classes) > 1:
        names = tuple(table.held[row].name for row in rows)
        yield (
            Finding(
                "blank",
                "error",
                tuple(classes),
                names,
                float(max(0.0, distances[rows].max())),
                None,
                f"nothing is seen in {' nor in '.join(names)}, of different classes: every blank "
                f"page, and every page of one colour, is taken for one of {', '.join(classes)}",
                "Leave them in one class if that is meant, and remove them from the others",
            ),
            tuple(rows),
        )
        return
    for row in rows:
        one = table.held[row]
        yield (
            Finding(
                "blank",
                "warning",
                (one.class_name,),
                (one.name,),
                float(max(0.0, distances[row])),
                None,
                f"nothing is seen in {one.name}: every blank page, and every page of one colour, "
                f"is taken for {one.class_name}",
                f"Leave it if that is meant, else remove it from {one.class_name}",
            ),
            (row,),
        )


def _copies(table: _Table) -> Iterator[_Found]:
    """Pictures that stand in two classes."""
    later = table.labels[:, None] < np.arange(len(table.classes))
    for row, key in np.argwhere(later & (table.near <= AS_ONE)).tolist():
        twin = int(table.which[row, key])
        one, other = table.held[row], table.held[twin]
        same = one.sha256 == other.sha256
        are = "are the same file" if same else "look like one picture, stored twice,"
        yield (
            Finding(
                "copies",
                "error" if same else "warning",
                (one.class_name, other.class_name),
                (one.name, other.name),
                float(table.near[row, key]),
                None,
                f"{one.name} and {other.name} {are} in two classes",
                "Remove it from the class that it is not of",
            ),
            (row, twin),
        )


def _mislabelled(table: _Table, copied: set[int]) -> Iterator[_Found]:
    """Examples that any judge would put into another class."""
    for row, one in enumerate(table.held):
        key = int(table.confusion[row].argmax())
        alone = np.isinf(table.distances[row, table.labels[row]])
        if row in copied or alone or table.confusion[row, key] < CLEARLY:
            continue
        other = table.held[table.which[row, key]]
        yield (
            Finding(
                "mislabelled",
                "warning",
                (one.class_name, other.class_name),
                (one.name, other.name),
                float(table.near[row, key]),
                None,
                f"{one.name} looks like {other.class_name}: {other.name} is at "
                f"{table.near[row, key]:.2f}, the nearest of its own class at "
                f"{table.near[row, table.labels[row]]:.2f}",
                f"Move it to {other.class_name} if it is one, else add more examples like it",
            ),
            (row,),
        )


def _close(table: _Table) -> Iterator[Finding]:
    """Pairs of classes that are taken for one another, closest first."""
    starts = np.searchsorted(table.labels, np.arange(len(table.classes)))
    counts = np.bincount(table.labels)
    taken = np.add.reduceat(table.confusion, starts) / counts[:, None]
    shares = np.triu((taken + taken.T) / 2, 1)
    found = []
    for a, b in np.argwhere(shares >= TOO_CLOSE).tolist():
        row = int(starts[a] + table.near[starts[a] : starts[a] + counts[a], b].argmin())
        found.append((float(shares[a, b]), row, b))
    for share, row, b in sorted(found, key=lambda one: -one[0]):
        one, other = table.held[row], table.held[table.which[row, b]]
        yield Finding(
            "close",
            "warning",
            (one.class_name, other.class_name),
            (one.name, other.name),
            float(table.near[row, b]),
            share,
            f"{one.class_name} and {other.class_name} lie close: of 100 scans of them, about "
            f"{round(100 * share)} would be taken for the other; {one.name} and {other.name} are "
            f"nearest, at {table.near[row, b]:.2f}",
            "Add examples to both, or make them one class",
        )


def _single(table: _Table) -> Iterator[Finding]:
    counts = np.bincount(table.labels)
    for one, label in zip(table.held, table.labels, strict=True):
        if counts[label] == 1:
            yield Finding(
                "single",
                "warning",
                (one.class_name,),
                (one.name,),
                None,
                None,
                f"{one.class_name} has one example, {one.name}",
                "It works with one; with five it is right more often",
            )
