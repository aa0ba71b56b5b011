from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.evaluation.measures import (
    BINS,
    Bin,
    Proportion,
    auroc,
    calibration_by_chance,
    calibration_error,
    kept_at,
    reliability,
    roc,
)

# A few levels, so that ties happen.
scores = st.lists(st.integers(0, 10).map(lambda n: n / 10), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_that_of_the_tables(
    count: int, total: int, low: float, high: float
) -> None:
    """Every interval in every report would be wrong."""
    assert Proportion(count, total).interval == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_is_symmetric(one: int, other: int) -> None:
    """A report would say 0 % with an interval that begins above it."""
    found = Proportion(one, one + other)
    low, high = found.interval
    assert 0 <= low <= high <= 1
    if found.share is not None:
        assert low <= found.share <= high
    mirrored = Proportion(other, one + other).interval
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((low, high), abs=1e-12)


def test_of_nothing_nothing_is_known() -> None:
    """A folder without strangers would end in a division by zero."""
    assert Proportion(0, 0).share is None
    assert Proportion(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("count", "total"), [(-1, 3), (4, 3), (1, 0)])
def test_a_count_beyond_its_total_is_refused(count: int, total: int) -> None:
    """A mistake in counting would be printed as 133 %."""
    with pytest.raises(ValueError, match=f"{count} of {total}"):
        Proportion(count, total)


def test_the_area_under_the_curve_by_hand() -> None:
    """Ties would count as wins, or the known and the strangers change places."""
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.1, 0.2], [0.9, 0.8]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    # Of 6 pairs: 0.9 wins twice, 0.4 wins once and ties once, 0.1 loses twice: 3.5.
    assert auroc([0.9, 0.4, 0.1], [0.4, 0.3]) == pytest.approx(3.5 / 6)


@given(scores, scores)
def test_the_area_is_that_of_all_pairs_and_of_the_curve(
    known: list[float], strangers: list[float]
) -> None:
    """The number and the picture in the report would disagree."""
    pairs = [(one > other) + (one == other) / 2 for one in known for other in strangers]
    found = auroc(known, strangers)
    assert found == pytest.approx(np.mean(pairs))
    let_in, kept = roc(known, strangers)
    assert np.trapezoid(kept, let_in) == pytest.approx(found)


def test_without_known_or_strangers_there_is_no_area() -> None:
    """A folder without strangers would show an AUROC of something."""
    assert auroc([], [0.1]) is None
    assert auroc([0.1], []) is None
    assert kept_at([], [0.1], 0.05) is None
    assert kept_at([0.1], [], 0.05) is None


def test_the_known_that_are_kept_by_hand() -> None:
    """One stranger more than was asked for would be let in, or one fewer."""
    strangers = [n / 100 for n in range(20)]  # the highest are 0.19 and 0.18
    known = [0.185, 0.18, 0.175, 0.5]
    assert kept_at(known, strangers, 0.05) == Proportion(2, 4)  # 0.19 alone may enter
    assert kept_at(known, strangers, 0.0) == Proportion(1, 4)
    assert kept_at(known, strangers, 0.15) == Proportion(4, 4)  # 3 of 20, though 0.15 * 20 < 3
    assert kept_at(known, strangers, 1.0) == Proportion(4, 4)


def test_ties_with_the_stranger_who_stays_out_stay_out() -> None:
    """Scores that saturate at the same value would all be let in, strangers too."""
    assert kept_at([1.0, 1.0], [1.0, 1.0, 0.2], 0.4) == Proportion(0, 2)


@given(scores, scores, st.floats(0, 1))
def test_no_more_strangers_are_let_in_than_was_asked(
    known: list[float], strangers: list[float], share: float
) -> None:
    """'At 5 % strangers' would be said of 20 %."""
    found = kept_at(known, strangers, share)
    assert found is not None
    ranked = sorted(known, reverse=True)
    lowest = ranked[found.count - 1] if found.count else 2.0
    assert sum(one >= lowest for one in strangers) <= share * len(strangers) + 1e-9


def test_the_curve_begins_at_nothing_and_ends_at_all() -> None:
    """The curve would hang in the air."""
    let_in, kept = roc([0.9, 0.4], [0.4, 0.1])
    assert let_in.tolist() == [0.0, 0.0, 0.5, 1.0]
    assert kept.tolist() == [0.0, 0.5, 1.0, 1.0]


def test_the_calibration_error_by_hand() -> None:
    """A badly calibrated network would be called well calibrated."""
    # Four at 0.9, two of them right; one at 0.1, wrong: (4 * 0.4 + 1 * 0.1) / 5.
    bins = reliability([0.9, 0.9, 0.9, 0.9, 0.1], [True, True, False, False, False], bins=10)
    assert calibration_error(bins) == pytest.approx(0.34)
    filled = [one for one in bins if one.right.total]
    assert [(one.low, one.high) for one in filled] == [(0.0, 0.1), (0.8, 0.9)]
    assert [one.right for one in filled] == [Proportion(0, 1), Proportion(2, 4)]
    assert [one.mean_score for one in filled] == pytest.approx([0.1, 0.9])


def test_within_a_bin_too_high_and_too_low_cancel() -> None:
    """It would not be the field's measure, and not comparable with papers."""
    bins = reliability([0.93, 0.97], [False, True], bins=1)
    assert bins == (Bin(0.0, 1.0, Proportion(1, 2), pytest.approx(0.95)),)
    assert calibration_error(bins) == pytest.approx(0.45)


def test_scores_at_the_ends_have_a_bin() -> None:
    """A score of 0 or of 1 would be lost, or end the command."""
    bins = reliability([0.0, 1.0, 1 - 1e-16], [False, True, True])
    assert len(bins) == BINS
    assert bins[0].right == Proportion(0, 1)
    assert bins[-1].right == Proportion(2, 2)
    assert calibration_error(bins) == 0.0
    assert calibration_error(reliability([], [])) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_error_is_a_share_and_no_query_is_lost(held: list[tuple[float, bool]]) -> None:
    """Queries would fall between two bins."""
    bins = reliability([score for score, _ in held], [right for _, right in held])
    assert sum(one.right.total for one in bins) == len(held)
    assert sum(one.right.count for one in bins) == sum(right for _, right in held)
    error = calibration_error(bins)
    assert error is not None
    assert 0 <= error <= 1
    assert all(
        not one.right.total or one.low - 1e-9 <= one.mean_score <= one.high + 1e-9 for one in bins
    )


def test_few_pictures_miss_by_chance_alone() -> None:
    """A detector with 13 pictures would be called badly calibrated whatever it says."""
    rng = np.random.default_rng(1)
    few, many = rng.random(13), rng.random(3000)
    assert calibration_by_chance(few) > 0.2
    assert calibration_by_chance(many) < 0.04
    misses = 0
    for _ in range(200):
        error = calibration_error(reliability(few, (rng.random(13) < few).tolist()))
        assert error is not None
        misses += error > calibration_by_chance(few)
    assert 1 <= misses <= 20  # of 200, ten are to be expected
    assert calibration_by_chance([0.0, 1.0]) == 0.0
