from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detector.heads.probability import (
    Sigmoid,
    conformal_threshold,
    fit_sigmoid,
    threshold_of,
)

CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=60).map(np.array)


def some(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that say something of their labels, on a scale of their own."""
    rng = np.random.default_rng(4)
    labels = np.arange(n) % 3 == 0
    return 0.02 * (rng.standard_normal(n) + 1.2 * labels) + 7, labels


def loss(scores: np.ndarray, labels: np.ndarray, slope: float, offset: float) -> float:
    """Platt's: the cross entropy with targets that are a little less than sure."""
    n_positive, n_other = labels.sum(), (~labels).sum()
    targets = np.where(labels, (n_positive + 1) / (n_positive + 2), 1 / (n_other + 2))
    chances = 1 / (1 + np.exp(-(slope * scores + offset)))
    return float(-(targets * np.log(chances) + (1 - targets) * np.log(1 - chances)).sum())


def test_the_fit_is_the_minimum() -> None:
    """No other slope and offset around it says better how often a score is right."""
    scores, labels = some(90)
    found = fit_sigmoid(scores, labels)
    least = loss(scores, labels, found.slope, found.offset)
    for turn in np.linspace(0.5, 1.5, 41):
        for shift in np.linspace(-1.5, 1.5, 41):
            slope = found.slope * turn
            # Around the mean score: there, slope and offset have little to do with one another.
            offset = found.offset + (found.slope - slope) * scores.mean() + shift
            assert least <= loss(scores, labels, slope, offset) + 1e-6


def test_what_parts_perfectly_stays_finite() -> None:
    """And is not surer than so few pictures can make it."""
    scores, labels = np.array([0.0, 0.1, 5.0, 5.1]), np.array([False, False, True, True])
    chances = fit_sigmoid(scores, labels)(scores)
    assert np.isfinite(chances).all()
    assert (chances[:2] < 0.3).all()
    assert (chances[2:] > 0.7).all()
    assert (chances[2:] < 0.9).all()


@pytest.mark.parametrize("scores", [[1.0, 0.9, 0.1, 0.2], [0.1] * 4, [0.1, 0.1, 0.1, 0.1 + 2e-17]])
def test_scores_that_say_nothing_get_no_slope(scores: list[float]) -> None:
    """Nor those that say the contrary, nor what rounding makes of the same."""
    labels = np.array([False, False, False, True])
    found = fit_sigmoid(np.array(scores), labels)
    assert found.slope == 0
    assert found(np.zeros(1))[0] == pytest.approx(2 / 6)


def test_rounding_is_no_difference() -> None:
    """Scores one bit apart would become a step between two of the same picture."""
    scores = np.array([0.1, np.nextafter(0.1, 1), 0.1, np.nextafter(0.1, 1)])
    assert fit_sigmoid(scores, np.array([False, True, False, True])).slope == 0


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=2, max_size=40).filter(
        lambda rows: len({label for _, label in rows}) == 2
    )
)
def test_every_fit_rises_and_is_a_probability(rows: list[tuple[float, bool]]) -> None:
    """Whatever a head says: a higher score never means a lower probability."""
    scores = np.array([score for score, _ in rows])
    found = fit_sigmoid(scores, np.array([label for _, label in rows]))
    chances = found(np.sort(scores))
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (np.diff(chances) >= 0).all()


def test_one_kind_alone_is_refused() -> None:
    """It has no probability."""
    with pytest.raises(ValueError, match="of the class and others"):
        fit_sigmoid(np.zeros(3), np.ones(3, np.bool_))


@pytest.mark.parametrize("numbers", [(-0.1, 0.0), (math.nan, 0.0), (1.0, math.inf)])
def test_what_is_no_rising_sigmoid_is_refused(numbers: tuple[float, float]) -> None:
    """It would answer with what is no probability."""
    with pytest.raises(ValueError, match="no rising sigmoid"):
        Sigmoid(*numbers)


@given(CHANCES, CHANCES, st.floats(0, 1))
def test_never_more_others_pass_than_may(
    others: np.ndarray, positives: np.ndarray, let_in: float
) -> None:
    """And not one is held back needlessly: a little lower, too many would pass, or half is it."""
    chances = np.concatenate([others, positives])
    labels = np.arange(len(chances)) >= len(others)
    threshold = threshold_of(chances, labels, let_in)
    may = math.floor(let_in * len(others) + 1e-9)
    assert 0.5 <= threshold <= math.nextafter(1.0, 2.0)
    assert (others >= threshold).sum() <= may
    if threshold > 0.5:
        assert (others >= np.nextafter(threshold, 0)).sum() > may


def test_without_others_more_likely_than_not_is_enough() -> None:
    """There is nothing to hold back."""
    assert threshold_of(np.array([0.2, 0.9]), np.ones(2, np.bool_), 0.01) == 0.5


@given(CHANCES, st.floats(0.01, 0.99))
def test_no_more_of_the_known_are_missed_than_may_be(chances: np.ndarray, miss: float) -> None:
    """Of those it was made of."""
    threshold = conformal_threshold(chances, miss)
    assert threshold in chances
    assert (chances < threshold).mean() <= miss


@pytest.mark.parametrize(("n", "miss"), [(9, 0.1), (24, 0.2), (40, 0.1)])
def test_of_new_pictures_no_more_are_missed_on_average(n: int, miss: float) -> None:
    """Split conformal prediction: over many calibration sets, exactly what is promised."""
    rng = np.random.default_rng(5)
    missed = np.mean([rng.random() < conformal_threshold(rng.random(n), miss) for _ in range(4000)])
    promised = math.floor(miss * (n + 1)) / (n + 1)
    assert missed == pytest.approx(promised, abs=0.02)


def test_few_pictures_promise_little() -> None:
    """All of them are let through."""
    assert conformal_threshold(np.array([0.7, 0.4, 0.9]), 0.1) == 0.4
