"""What came of trying approaches on the same pictures: plain values, for a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.detector.features.space import Approach
from models.detector.heads.heads import HeadKind
from models.detector.pictures.picture import Picture

Values = NDArray[np.float64]

ORIGINAL: Final = "as photographed"
"""The ground of a picture that was left as it is."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How one round of training went.

    Attributes:
        learned: loss on the pictures it learned from, after each epoch.
        validation: loss on the round's validation pictures, after each epoch.
        best: the epoch, from 1, whose weights were kept.
    """

    learned: tuple[float, ...]
    validation: tuple[float, ...]
    best: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What an approach takes on this machine.

    Attributes:
        train_seconds: all rounds, and the network that is kept.
        use_milliseconds: a page at work, beside what the service does anyway; on one core.
        train_megabytes: by how much the most memory in use grew in training.
        disk_bytes: of its files.
        use_megabytes: by how much a process grows that has it at work; None where that is not
            known.
    """

    train_seconds: float
    use_milliseconds: float
    train_megabytes: float
    disk_bytes: int
    use_megabytes: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One approach with one head, judged.

    Every figure is of a picture that the network which judged it had not seen: pictures take
    turns at being the test (see `models.detector.judging.rounds`).

    Attributes:
        title: for people, unique in a comparison: ``cnn``, ``branch, nearest``.
        approach: how it sees pictures.
        head: how it weighs what it sees.
        scores: float64 of shape (n,), of each picture, before calibration.
        probabilities: float64 of shape (n,) in [0, 1], of each picture, by a calibration that had
            not seen its round either.
        threshold: the probability from which a picture is of the class.
        grounds: the same for the same pictures on other grounds, by the ground's name: see
            `models.detector.pictures.grounds`.
        curves: one a round; empty where nothing is trained by epochs.
        cost: what it takes; None where it was not measured.
        validation: float64 of shape (n,), scores by what had learned from none of them but had
            been chosen by them: what the winner is chosen by. None where that was not asked for.
        variant: of the approach, which most rounds chose; empty without a choice.
        accepted: bool of shape (n,), whether each picture was taken for the class, by a threshold
            that had not seen its round; None: by ``threshold``.
    """

    title: str
    approach: Approach
    head: HeadKind
    scores: Values
    probabilities: Values
    threshold: float
    grounds: Mapping[str, Values] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()
    cost: Cost | None = None
    validation: Values | None = None
    variant: str = ""
    accepted: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """The detector of that name until now, beside the new one.

    Attributes:
        title: for people, as of a `Trial`.
        made_at: when it was trained, UTC ISO 8601.
        probabilities: float64 of shape (n,), of each picture of the comparison, by what had not
            seen it; NaN where it has seen it, or that is not known.
        threshold: of it.
    """

    title: str
    made_at: str
    probabilities: Values
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """All trials on one set of pictures.

    Attributes:
        name: of the class.
        pictures: n of them, each with its group and whether it is of the class.
        rounds: int of shape (n,): in which round each was the test.
        trials: the best first.
        border: float64 of shape (n,), scores of a classifier that sees only the border of each
            picture (see `models.detector.judging.border`); None where it was not made.
        grounds: examples of the background test: for some pictures, by ground, what
            they look like there, uint8 (224, 224).
        left_out: files that are no pictures of it, with the reason, by path.
        skipped: approaches that were not tried, with the reason, by approach.
        notes: what else the person should know, line by line.
        earlier: what it replaces; None if it is the first.
        one_class: it has seen no others: they served to judge alone.
        drawn: and these others are drawings.
        withheld: why the best is not put to use; empty where it is.
    """

    name: str
    pictures: tuple[Picture, ...]
    rounds: NDArray[np.int64]
    trials: tuple[Trial, ...]
    border: Values | None = None
    grounds: tuple[Mapping[str, NDArray[np.uint8]], ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    earlier: Earlier | None = None
    one_class: bool = False
    drawn: bool = False
    withheld: str = ""

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Whether each picture is of the class: bool of shape (n,)."""
        return np.array([one.positive for one in self.pictures], np.bool_)

    @property
    def best(self) -> Trial:
        """The one that is saved."""
        return self.trials[0]
