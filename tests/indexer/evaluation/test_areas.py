from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evaluation.areas import area, area_difference
from indexer.evaluation.measures import NORMAL_95, auroc

# A few levels, so that ties happen.
scores = st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=1, max_size=14)


def brute_covariance(known: list[np.ndarray], strangers: list[np.ndarray]) -> np.ndarray:
    """DeLong et al. (1988), equations 4 to 6, pair by pair as they stand there."""

    def wins(one: float, other: float) -> float:
        return 1.0 if one > other else 0.5 if one == other else 0.0

    n, m = len(known[0]), len(strangers[0])
    areas = [auroc(k, s) for k, s in zip(known, strangers, strict=True)]
    v10 = [
        [sum(wins(x, y) for y in s) / m for x in k] for k, s in zip(known, strangers, strict=True)
    ]
    v01 = [
        [sum(wins(x, y) for x in k) / n for y in s] for k, s in zip(known, strangers, strict=True)
    ]
    found = np.zeros((len(known), len(known)))
    for r, area_r in enumerate(areas):
        for s, area_s in enumerate(areas):
            s10 = sum((v10[r][i] - area_r) * (v10[s][i] - area_s) for i in range(n)) / (n - 1)
            s01 = sum((v01[r][j] - area_r) * (v01[s][j] - area_s) for j in range(m)) / (m - 1)
            found[r, s] = s10 / n + s01 / m
    return found


def drawn(seed: int, n: int, m: int, gap: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Scores of two normal distributions."""
    rng = np.random.default_rng(seed)
    return rng.normal(gap, 1, n), rng.normal(0, 1, m)


@pytest.mark.parametrize("levels", [0, 1])
def test_the_interval_is_that_of_delong(levels: int) -> None:
    """The fast form would be another formula, and every interval of every report wrong."""
    known, strangers = (np.round(one, levels) for one in drawn(1, 23, 41))
    variance = brute_covariance([known], [strangers])[0, 0]
    found = area(known, strangers)
    assert found is not None
    value = found.value
    half = NORMAL_95 * math.sqrt(variance) / (value * (1 - value))
    ends = [1 / (1 + math.exp(-(math.log(value / (1 - value)) + sign * half))) for sign in (-1, 1)]
    assert (found.low, found.high) == pytest.approx(ends)
    assert value == auroc(known, strangers)


def test_the_difference_is_that_of_delong() -> None:
    """What two approaches find hard together would be counted twice."""
    rng = np.random.default_rng(2)
    known, strangers = drawn(3, 30, 50)
    other_known, other_strangers = (
        one + rng.normal(0, 0.5, len(one)) for one in (known, strangers)
    )
    held = brute_covariance([known, other_known], [strangers, other_strangers])
    found = area_difference((known, other_known), (strangers, other_strangers))
    assert found is not None
    half = NORMAL_95 * math.sqrt(held[0, 0] + held[1, 1] - 2 * held[0, 1])
    assert (found.low, found.high) == pytest.approx((found.value - half, found.value + half))
    # Measured on the same cases, it is surer than on two samples.
    assert half < NORMAL_95 * math.sqrt(held[0, 0] + held[1, 1])


def test_the_interval_is_that_of_the_bootstrap() -> None:
    """The formula would be right, and of something else."""
    known, strangers = drawn(4, 120, 200)
    rng = np.random.default_rng(5)
    areas = [
        auroc(rng.choice(known, len(known)), rng.choice(strangers, len(strangers)))
        for _ in range(1500)
    ]
    found = area(known, strangers)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(np.quantile(areas, (0.025, 0.975)), abs=0.01)


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    """'95 %' would be a word: here with as few pictures as people have."""
    truth = 0.5 * (1 + math.erf(2.0 / 2))  # of normal distributions two deviations apart
    held = 0
    for seed in range(1000):
        found = area(*drawn(seed, 10, 12, gap=2.0))
        assert found is not None
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 1000 <= 1.0


def test_scores_that_part_perfectly_are_not_sure_for_ever() -> None:
    """Ten pictures above three others would be printed as 1.000 with no doubt at all."""
    few, many = area([1.0] * 10, [0.0] * 3), area([1.0] * 100, [0.0] * 300)
    assert few is not None
    assert many is not None
    assert (few.value, few.high, many.high) == (1.0, 1.0, 1.0)
    assert few.low == pytest.approx(0.6287, abs=1e-4)
    assert many.low > 0.97
    # One pair that stands the wrong way leaves about the same doubt.
    nearly = area([1.0] * 9 + [0.5], [0.0, 0.0, 0.6])
    assert nearly is not None
    assert nearly.low == pytest.approx(few.low, abs=0.06)


def test_one_picture_is_enough_for_an_interval() -> None:
    """One positive would end in a warning of numpy, or a division by zero."""
    found = area([0.9], [0.1, 0.2, 0.95])
    assert found is not None
    assert found.low < 0.3 < found.value < 0.9 < found.high
    difference = area_difference(([0.9], [0.5]), ([0.1], [0.7]))
    assert difference is not None
    assert difference.value == 1.0
    assert difference.low < 0.5
    assert area([], [0.1]) is None
    assert area_difference(([], []), ([0.1], [0.1])) is None


def test_equal_scores_differ_by_nothing_and_two_perfect_ones_may() -> None:
    """A detector would be called better than itself; or two that are right on three pictures equal."""
    known, strangers = [0.9, 0.8, 0.7], [0.1, 0.3]
    same = area_difference((known, known), (strangers, strangers))
    assert same is not None
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    perfect = area_difference((known, [3.0, 2.0, 1.0]), (strangers, [0.0, 0.5]))
    assert perfect is not None
    assert perfect.value == 0.0
    assert perfect.low < -0.2
    assert perfect.high > 0.2


def test_areas_of_other_cases_are_not_compared() -> None:
    """Numbers of two test sets would be subtracted."""
    with pytest.raises(ValueError, match="same cases"):
        area_difference(([0.1, 0.2], [0.1]), ([0.3], [0.4]))


@given(scores, scores)
def test_the_interval_holds_the_area_and_turns_with_it(
    known: list[float], strangers: list[float]
) -> None:
    """A report would say 1.02, or 0.9 with an interval that begins above it."""
    found, turned = area(known, strangers), area(strangers, known)
    assert found is not None
    assert turned is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (turned.low, turned.high) == pytest.approx((1 - found.high, 1 - found.low), abs=1e-9)


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 2), min_size=1, max_size=12),
       st.lists(st.tuples(*[st.integers(0, 5)] * 2), min_size=1, max_size=12))  # fmt: skip
def test_a_difference_turns_with_its_sides(
    known: list[tuple[int, int]], strangers: list[tuple[int, int]]
) -> None:
    """The new detector beside the old would be judged by who is named first."""
    first, second = zip(*known, strict=True)
    outside, beyond = zip(*strangers, strict=True)
    found = area_difference((first, second), (outside, beyond))
    turned = area_difference((second, first), (beyond, outside))
    assert found is not None
    assert turned is not None
    assert -1 <= found.low <= found.value <= found.high <= 1
    assert (-turned.high, -turned.value, -turned.low) == pytest.approx(
        (found.low, found.value, found.high), abs=1e-9
    )
