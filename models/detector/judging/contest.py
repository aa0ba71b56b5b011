"""Every approach judged on the same pictures, each picture by what had not seen it."""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.detector.approaches.approach import Learned, Lesson, Material, Way
from models.detector.heads.probability import (
    Sigmoid,
    conformal_threshold,
    fit_sigmoid,
    threshold_of,
)
from models.detector.judging.footprint import working_megabytes
from models.detector.judging.rounds import Division, divisions
from models.detector.judging.trial import Cost, Curve, Trial
from models.detector.saved.saving import saved_size

Values = NDArray[np.float64]

_TIMED: Final = 12  # pages, one after the other


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """What all are judged by.

    Attributes:
        shown: n pictures, as they are.
        grounds: the same on other grounds, by the ground's name: to be judged on.
        practice: the same on yet other grounds: to learn from.
        rounds: int64 of shape (n,), see `models.detector.judging.rounds`.
        let_in: share of the others that may be taken for the class.
        miss: share of the class that may be missed, where others are drawn.
        drawn: others are drawings: no threshold can be taken from them.
        seed: of whatever is drawn.
    """

    shown: Material
    grounds: Mapping[str, Material]
    practice: Sequence[Material]
    rounds: NDArray[np.int64]
    let_in: float
    miss: float
    drawn: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """One that was judged.

    Attributes:
        trial: how well it did.
        learned: what it became on all pictures.
        sigmoid: from its scores to probabilities.
    """

    trial: Trial
    learned: Learned
    sigmoid: Sigmoid


def judged(way: Way, exam: Exam, after: Callable[[], None] = lambda: None) -> Entrant:
    """Judge one way in every round, then have it learn from all pictures.

    Scores, curves and probabilities are of the rounds: in each, pictures of the test are judged by
    what learned from the others. What is kept learns from all, for as many epochs as the rounds
    found best in the middle: it has seen more than those that were judged, and no figure is of it.

    Args:
        way: to be judged.
        exam: by what.
        after: called `Way.steps` times a lesson, of which there is one a round, and the last.
    """
    started = time.perf_counter()
    walk = _Walk(after, way.steps)
    number, labels = len(exam.shown.labels), exam.shown.labels
    scores, validation = np.zeros(number), np.zeros(number)
    on_grounds = {name: np.zeros(number) for name in exam.grounds}
    rounds: list[Learned] = []
    for place, part in enumerate(divisions(exam.rounds)):
        learned = way.learn(_lesson(exam, part, exam.seed + place, walk))
        rounds.append(learned)
        scores[part.test] = learned.scores(exam.shown.part(part.test))
        validation[part.validation] = learned.scores(exam.shown.part(part.validation))
        for name, ground in exam.grounds.items():
            on_grounds[name][part.test] = learned.scores(ground.part(part.test))
        walk.lesson_done()
    kept = way.learn(_last_lesson(exam, rounds, walk))
    walk.lesson_done()
    seconds = time.perf_counter() - started
    sigmoid = fit_sigmoid(scores, labels)
    seen = _unseen(exam, scores, on_grounds)
    cost = Cost(
        train_seconds=seconds,
        use_milliseconds=_milliseconds(kept, exam.shown),
        train_megabytes=0.0,
        disk_bytes=saved_size(kept.head, kept.networks),
    )
    trial = Trial(
        title=way.title,
        approach=way.approach,
        head=way.head,
        scores=scores,
        probabilities=seen.probabilities,
        threshold=_threshold(exam, sigmoid, scores, labels),
        grounds=seen.grounds,
        curves=tuple(Curve(*one.losses, one.epochs) for one in rounds if one.epochs),
        cost=cost,
        validation=validation,
        variant=kept.variant,
        accepted=seen.accepted,
    )
    return Entrant(trial, kept, sigmoid)


class _Walk:
    """Passes on the steps of a lesson; those that were not needed, when it is done."""

    def __init__(self, after: Callable[[], None], steps: int) -> None:
        self._after, self._steps, self._left = after, steps, steps

    def __call__(self) -> None:
        if self._left:
            self._left -= 1
            self._after()

    def lesson_done(self) -> None:
        while self._left:
            self()
        self._left = self._steps


def measured(judge: Callable[[], Entrant]) -> Entrant:
    """The same, with the memory that it took."""
    _forget_peak()
    before = _peak()
    entrant = judge()
    assert entrant.trial.cost is not None
    cost = replace(
        entrant.trial.cost,
        train_megabytes=max(0.0, _peak() - before),
        use_megabytes=working_megabytes(entrant.trial, entrant.learned, entrant.sigmoid),
    )
    return replace(entrant, trial=replace(entrant.trial, cost=cost))


def _lesson(exam: Exam, part: Division, seed: int, after: Callable[[], None]) -> Lesson:
    return Lesson(
        exam.shown.part(part.train),
        tuple(ground.part(part.train) for ground in exam.practice),
        exam.shown.part(part.validation),
        seed=seed,
        after=after,
    )


def _last_lesson(exam: Exam, rounds: Sequence[Learned], after: Callable[[], None]) -> Lesson:
    """All pictures, as most rounds found best."""
    ((variant, _),) = Counter(one.variant for one in rounds).most_common(1)
    epochs = [one.epochs for one in rounds if one.variant == variant]
    return Lesson(
        exam.shown,
        tuple(exam.practice),
        None,
        epochs=round(median(epochs)) or None,
        variant=variant,
        seed=exam.seed,
        after=after,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Unseen:
    """What becomes of scores by a sigmoid and a threshold that had not seen their round."""

    probabilities: Values
    grounds: Mapping[str, Values]
    accepted: NDArray[np.bool_]


def _unseen(exam: Exam, scores: Values, on_grounds: Mapping[str, Values]) -> _Unseen:
    labels = exam.shown.labels
    found = np.zeros(len(scores))
    accepted = np.zeros(len(scores), np.bool_)
    others = {name: np.zeros(len(scores)) for name in on_grounds}
    for place in range(int(exam.rounds.max()) + 1):
        here = exam.rounds == place
        sigmoid = fit_sigmoid(scores[~here], labels[~here])
        found[here] = sigmoid(scores[here])
        threshold = _threshold(exam, sigmoid, scores[~here], labels[~here])
        accepted[here] = found[here] >= threshold
        for name, values in on_grounds.items():
            others[name][here] = sigmoid(values[here])
    return _Unseen(found, others, accepted)


def _threshold(exam: Exam, sigmoid: Sigmoid, scores: Values, labels: NDArray[np.bool_]) -> float:
    """The probability from which a picture is of the class."""
    if sigmoid.slope == 0:  # it cannot tell anything: nothing is of the class
        return 1.0
    found = sigmoid(scores)
    if exam.drawn:
        return conformal_threshold(found[labels], exam.miss)
    return threshold_of(found, labels, exam.let_in)


def _milliseconds(learned: Learned, material: Material) -> float:
    """Processor time of one page at a time, as in the service: what one core takes for it."""
    rows = np.arange(min(_TIMED, len(material.labels)))
    learned.scores(material.part(rows[:1]))
    started = time.process_time()
    for row in rows:
        learned.scores(material.part(rows[row : row + 1]))
    return 1000 * (time.process_time() - started) / len(rows)


def _forget_peak() -> None:
    """The most memory is that of now: else what came before would hide what comes (proc(5))."""
    with suppress(OSError):  # not on every system
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
