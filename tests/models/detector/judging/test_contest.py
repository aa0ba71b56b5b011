"""Every figure is of a picture by what had not seen it: proven with one that learns by heart."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from models.detector.approaches.approach import Learned, Lesson, Material
from models.detector.approaches.branch import LogisticWay, NearestWay
from models.detector.approaches.one_class import DistanceWay
from models.detector.features.space import Approach
from models.detector.heads.heads import DenseHead, HeadKind
from models.detector.judging.contest import Entrant, Exam, judged, measured
from models.detector.judging.rounds import divisions

N = 30
ROUNDS = 5
KNOWN = 10.0


def material(seed: int, apart: float = 0.0) -> Material:
    """Noise, no two alike; one in three is the class, and embeddings say so as far as ``apart``."""
    rng = np.random.default_rng(seed)
    labels = np.arange(N) % 3 == 0
    rows = rng.standard_normal((N, 8)) + apart * np.outer(np.where(labels, 1, -1), np.ones(8))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    planes = rng.integers(0, 256, (N, 224, 224), np.uint8)
    return Material(labels, planes, rows.astype(np.float32))


def exam(apart: float = 0.0, *, one_class: bool = False) -> Exam:
    """The grounds it is judged on are those it learns on: by heart, it would know them too."""
    grounds = {"white": material(1, apart), "grey": material(2, apart)}
    rounds = (np.arange(N) // 3) % ROUNDS
    return Exam(
        material(0, apart),
        grounds,
        tuple(grounds.values()),
        rounds.astype(np.int64),
        let_in=0.05,
        miss=0.1,
        drawn=one_class,
        seed=11,
    )


@dataclass(frozen=True, slots=True)
class ByHeart:
    """Sees of each picture whether it was learned as the class, or as other, or something else."""

    truth: Mapping[int, bool]

    def features(self, planes: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """One number: `KNOWN` either way, and below 1 of what was never learned."""
        found = []
        for plane in planes:
            name = zlib.crc32(plane.tobytes())
            known = self.truth.get(name)
            found.append(name / 2**33 if known is None else KNOWN * (2 * known - 1))
        return np.array(found, np.float32)[:, np.newaxis]


@dataclass(frozen=True, slots=True)
class Memory:
    """A way that remembers all it is given to learn from, and nothing else."""

    lessons: list[Lesson] = field(default_factory=list)
    best: tuple[int, ...] = (3, 9, 4, 20, 5)
    variants: tuple[str, ...] = ("a", "b", "a", "b", "a")
    title: str = "by heart"
    approach: Approach = "cnn"
    head: HeadKind = "dense"
    steps: int = 80

    def learn(self, lesson: Lesson) -> Learned:
        """Remember."""
        place = len(self.lessons) % 6
        self.lessons.append(lesson)
        truth = {
            zlib.crc32(plane.tobytes()): bool(label)
            for each in (lesson.learn, *lesson.grounds)
            for plane, label in zip(each.planes, each.labels, strict=True)
        }
        head = DenseHead(np.ones(1), 0.0)
        last = lesson.held is None
        return Learned(
            ByHeart(truth),
            head,
            losses=((0.5,), (0.6,)),
            epochs=lesson.epochs or 0 if last else self.best[place],
            variant=lesson.variant if last else self.variants[place],
            networks={"network.weights.h5": lambda file: file.write_bytes(bytes(1000))},
        )


@pytest.fixture(scope="module")
def by_heart() -> tuple[Memory, Exam, Entrant]:
    """It was judged."""
    way, given = Memory(), exam()
    return way, given, judged(way, given)


def test_no_figure_is_of_what_was_seen(by_heart: tuple[Memory, Exam, Entrant]) -> None:
    """On no ground, and in no validation, is a picture judged by what learned from it."""
    trial = by_heart[2].trial
    assert trial.validation is not None
    assert (np.abs(trial.scores) < 1).all()
    assert (np.abs(trial.validation) < 1).all()
    expected = ByHeart({}).features(by_heart[1].shown.planes, by_heart[1].shown.embeddings)
    assert np.allclose(trial.scores, expected[:, 0])
    assert np.allclose(trial.validation, expected[:, 0])


def test_who_learns_by_heart_stands_at_chance(by_heart: tuple[Memory, Exam, Entrant]) -> None:
    """Grounds included: nothing that it kept helps it."""
    trial, labels = by_heart[2].trial, by_heart[1].shown.labels
    for values in (trial.scores, *trial.grounds.values()):
        own, others = values[labels][:, np.newaxis], values[~labels]
        assert 0.25 < (own > others).mean() + (own == others).mean() / 2 < 0.75
    for values in (trial.probabilities, *trial.grounds.values()):
        assert ((values >= 0) & (values <= 1)).all()
        assert values.max() < 0.9  # of what was known, it would be all but sure


def test_rounds_are_kept_apart(by_heart: tuple[Memory, Exam, Entrant]) -> None:
    """What is learned from, chosen by and judged by is what the division says, grounds too."""
    way, given, _ = by_heart
    for place, (lesson, part) in enumerate(zip(way.lessons, divisions(given.rounds), strict=False)):
        assert lesson.held is not None
        assert np.array_equal(lesson.learn.planes, given.shown.planes[part.train])
        assert np.array_equal(lesson.held.planes, given.shown.planes[part.validation])
        for ground, practice in zip(lesson.grounds, given.practice, strict=True):
            assert np.array_equal(ground.planes, practice.planes[part.train])
        assert lesson.seed == given.seed + place


def test_what_is_kept_has_learned_all(by_heart: tuple[Memory, Exam, Entrant]) -> None:
    """As most rounds found best, for as many epochs as the middle one of those."""
    way, given, entrant = by_heart
    truth = np.where(given.shown.labels, KNOWN, -KNOWN)
    assert np.array_equal(entrant.learned.scores(given.shown), truth)
    last = way.lessons[-1]
    assert len(way.lessons) == ROUNDS + 1
    assert (last.held, last.variant, last.epochs) == (None, "a", 4)
    assert entrant.trial.variant == "a"
    assert [curve.best for curve in entrant.trial.curves] == [3, 9, 4, 20, 5]


def test_its_costs_are_told(by_heart: tuple[Memory, Exam, Entrant]) -> None:
    """All rounds and the last training; a page; and what lies on the disk."""
    cost = by_heart[2].trial.cost
    assert cost is not None
    assert cost.train_seconds > 0
    assert 0 < cost.use_milliseconds < 1000
    assert 1000 < cost.disk_bytes < 5000


def test_memory_is_of_this_training_alone() -> None:
    """What an earlier training took does not hide what a later one takes."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("only Linux forgets the most memory of a process")
    np.ones(30_000_000).sum()

    def hungry() -> Entrant:
        np.ones(20_000_000).sum()
        return judged(NearestWay(), exam(1.0))

    cost = measured(hungry).trial.cost
    assert cost is not None
    assert 100 < cost.train_megabytes < 400


def test_calibration_has_not_seen_its_round() -> None:
    """Turning the labels of one round leaves that round's scores and probabilities as they are."""
    given = exam(0.4)
    before = judged(NearestWay(), given).trial
    here = given.rounds == 2
    labels = given.shown.labels.copy()
    labels[here] = np.roll(labels[here], 1)
    shown = Material(labels, given.shown.planes, given.shown.embeddings)
    turned = Exam(shown, {}, (), given.rounds, given.let_in, given.miss)
    after = judged(NearestWay(), turned).trial
    assert np.array_equal(before.scores[here], after.scores[here])
    assert not np.array_equal(before.scores, after.scores)


@pytest.mark.parametrize("way", [NearestWay(), LogisticWay()])
def test_embeddings_that_tell_are_told(way: NearestWay | LogisticWay) -> None:
    """Few others pass, the class is known, on every ground; each round is told of once."""
    steps: list[int] = []
    given = exam(1.0)
    entrant = judged(way, given, lambda: steps.append(1))
    labels, trial = given.shown.labels, entrant.trial
    assert len(steps) == ROUNDS + 1
    assert trial.curves == ()
    passed = trial.probabilities >= trial.threshold
    assert passed[labels].mean() > 0.8
    assert passed[~labels].mean() <= 0.1
    for values in trial.grounds.values():
        assert values[labels].mean() > values[~labels].mean() + 0.3
    assert trial.variant.startswith("penalty") == isinstance(way, LogisticWay)


def test_a_variant_is_learned_again_as_it_was_chosen() -> None:
    """The last lesson has nothing to choose by."""
    given = exam(0.6)
    entrant = judged(LogisticWay(), given)
    last = Lesson(given.shown, (), None, variant=entrant.trial.variant)
    again = LogisticWay().learn(last)
    assert np.array_equal(again.scores(given.shown), entrant.learned.scores(given.shown))


def test_without_others_all_but_some_of_the_class_pass() -> None:
    """The threshold is conformal: of the class at most a tenth is missed, whatever else passes."""
    given = exam(0.8, one_class=True)
    entrant = judged(DistanceWay(), given)
    labels = given.shown.labels
    kept = entrant.sigmoid(entrant.trial.scores)[labels] >= entrant.trial.threshold
    assert kept.mean() >= 0.9
    head = entrant.learned.head.arrays()["positives"]
    assert len(head) == labels.sum()


def test_one_class_learning_sees_no_others() -> None:
    """Other others change no score: they judge, and nothing else."""
    given = exam(0.8, one_class=True)
    rows = given.shown.embeddings.copy()
    others = ~given.shown.labels
    rows[others] = np.roll(rows[others], 3, axis=0)
    changed = Exam(
        Material(given.shown.labels, given.shown.planes, rows),
        {}, (), given.rounds, given.let_in, given.miss, drawn=True, seed=given.seed,
    )  # fmt: skip
    one, other = (judged(DistanceWay(), each).trial.scores for each in (given, changed))
    assert np.array_equal(one[~others], other[~others])
