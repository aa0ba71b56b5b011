from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.recognition_lines.episodes import KNOWN_A_STRANGER, draw, judged, one_shot
from benchmarks.recognition_lines.letters import two_hands
from indexer.calibration import Calibration
from indexer.cohort import NOBODY
from indexer.verdict import UNKNOWN
from models.siamese.weights import SHIPPED, read_manifest


@pytest.fixture
def calibration() -> Calibration:
    """The shipped one, but for its cohort: these classes are of other dimensions."""
    shipped = read_manifest(SHIPPED)
    return replace(Calibration.of(shipped.calibration, shipped.branch.dim), cohort=NOBODY)


@pytest.mark.parametrize("shots", [1, 2, 5])
def test_a_query_is_never_among_its_examples(make_class, shots: int) -> None:
    """An image would be recognised by itself, and every figure be too good."""
    one = make_class(0, [str(k) for k in range(6)])
    for seed in range(200):
        query, examples = draw(np.random.default_rng(seed), one, shots)
        assert len(set(examples.tolist())) == len(examples) == shots
        assert query not in examples


def test_a_query_and_its_examples_are_of_different_documents(make_class) -> None:
    """Two pages of one document are alike for other reasons than their kind."""
    one = make_class(0, ["a", "a", "a", "b", "b", "c"])
    for seed in range(200):
        query, examples = draw(np.random.default_rng(seed), one, 2)
        assert one.origins[query] not in one.origins[examples]


def test_a_class_of_one_document_is_asked_for_all_the_same(make_class) -> None:
    """A kind that was collected from one source would stop the benchmark."""
    one = make_class(0, ["a"] * 4)
    query, examples = draw(np.random.default_rng(0), one, 3)
    assert sorted([query, *examples.tolist()]) == [0, 1, 2, 3]


def test_every_image_is_asked_for(make_class) -> None:
    """A figure would be that of a part of the images."""
    one = make_class(0, ["a", "a", "b", "c"])
    asked = {draw(np.random.default_rng(seed), one, 1)[0] for seed in range(100)}
    assert asked == {0, 1, 2, 3}


def test_trials_of_classes_far_apart_have_no_mistakes(make_class) -> None:
    """A mistake of the benchmark's own would be counted as one of the network."""
    classes = [make_class(axis, ["a", "b", "c"], spread=0.01) for axis in range(8)]
    mistakes, ways = one_shot(classes, ways=8, trials=100, seed=0)
    assert (mistakes.total(), ways) == (0, 8)


def test_classes_that_are_the_same_are_always_mistaken(make_class) -> None:
    """A tie would count as right, and a network that maps all to one point as perfect."""
    twins = [make_class(3, ["a", "b"], name=name, spread=0.0) for name in ("left", "right")]
    mistakes, _ = one_shot(twins, ways=2, trials=50, seed=0)
    assert mistakes.total() == 50
    assert set(mistakes) == {("left", "right"), ("right", "left")}


def test_a_trial_stays_within_one_group(make_class) -> None:
    """Letters of one alphabet would be told from those of another, which is easy."""
    classes = [
        make_class(3, ["a", "b"], group=group, name=f"{group}{k}", spread=0.0)
        for group in ("x", "y")
        for k in range(2)
    ]
    mistakes, ways = one_shot(classes, ways=2, trials=100, seed=0)
    assert ways == 2
    assert {(truth[0], answer[0]) for truth, answer in mistakes} == {("x", "x"), ("y", "y")}


def test_fewer_classes_than_asked_for_are_asked_all_at_once(make_class) -> None:
    """The table would say 20 ways of a set that has 3."""
    classes = [make_class(axis, ["a", "b"]) for axis in range(3)]
    assert one_shot(classes, ways=20, trials=5, seed=0)[1] == 3


def test_judged_episodes_ask_two_known_and_one_stranger(make_class, calibration) -> None:
    """The calibration error would be that of another mixture than the one that is stated."""
    classes = [make_class(axis, [str(k) for k in range(8)]) for axis in range(4)]
    strangers = [make_class(9, ["s"] * 3, name="stranger")]
    outcomes = judged(classes, strangers, calibration, ways=4, shots=5, episodes=30, seed=0)
    truths = [one.truth for one in outcomes]
    assert len(truths) == 30 * (KNOWN_A_STRANGER + 1)
    assert truths.count(UNKNOWN) == 30
    assert set(truths) - {UNKNOWN} == {one.name for one in classes}
    assert all(one.right for one in outcomes if one.known)


def test_a_stranger_is_never_of_a_class_that_is_shown(make_class, calibration) -> None:
    """Kinds that are strangers to one another in turn would be asked as strangers to themselves."""
    classes = [make_class(axis, ["a", "b", "c"], spread=0.01) for axis in range(4)]
    outcomes = judged(classes, classes, calibration, ways=3, shots=1, episodes=60, seed=0)
    assert all(one.nearest.distance > 0.5 for one in outcomes if not one.known)
    # With all of them shown there is none left to be a stranger.
    outcomes = judged(classes, classes, calibration, ways=4, shots=1, episodes=5, seed=0)
    assert all(one.known for one in outcomes)


def test_the_same_seed_draws_the_same_episodes(make_class, calibration) -> None:
    """Two runs could not be compared."""
    classes = [make_class(axis, ["a", "b", "c"], spread=0.6) for axis in range(5)]
    first, again = (
        [
            (one.truth, one.nearest.distance)
            for one in judged(classes, (), calibration, ways=5, shots=1, episodes=20, seed=4)
        ]
        for _ in range(2)
    )
    assert first == again


def test_one_hand_shows_and_another_asks(make_class) -> None:
    """The trials would be easier or harder than those of the test they stand for."""
    # Letters lie far apart in each hand, and the hands write different letters alike.
    letters = []
    for axis in range(20):
        one = make_class(axis % 10, ["01", "02"], group="alphabet", name=str(axis), spread=0.0)
        one.embeddings[:] = 0
        one.embeddings[0, axis % 16] = 1
        one.embeddings[1, (axis + 1) % 16] = 1
        letters.append(one)
    mistakes = two_hands(letters, runs=3, seed=0)
    # Every query lies on another letter's example, none on its own.
    assert mistakes.total() == 3 * 20
    assert all(truth != answer for truth, answer in mistakes)
