from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.evaluation.curves import (
    average_precision,
    average_precision_interval,
    precision_band,
    precision_recall,
    roc_band,
)
from indexer.evaluation.measures import Proportion, roc

# A few levels, so that ties happen.
scores = st.lists(st.integers(0, 10).map(lambda n: n / 10), min_size=1, max_size=30)


def test_precision_and_recall_by_hand() -> None:
    """Ties would be told apart, or recall and precision change places."""
    # Thresholds 0.9, 0.8, 0.4, 0.1: right 1, 1, 3, 3 of 3, wrong 0, 1, 2, 3.
    recall, precision = precision_recall([0.9, 0.4, 0.4], [0.8, 0.4, 0.1])
    assert recall.tolist() == pytest.approx([1 / 3, 1 / 3, 1, 1])
    assert precision.tolist() == pytest.approx([1, 1 / 2, 3 / 5, 3 / 6])
    found = average_precision([0.9, 0.4, 0.4], [0.8, 0.4, 0.1])
    assert found == pytest.approx(1 / 3 * 1 + 2 / 3 * 3 / 5)


def test_the_average_precision_of_the_known_example() -> None:
    """Nobody could compare it with a paper: the example of scikit-learn's documentation."""
    assert average_precision([0.35, 0.8], [0.1, 0.4]) == pytest.approx(0.8333333)


@given(scores, scores)
def test_the_average_precision_lies_between_its_ends(
    known: list[float], strangers: list[float]
) -> None:
    """A mean would lie outside what it is a mean of."""
    found = average_precision(known, strangers)
    assert found is not None
    assert 0 < found <= 1
    recall, precision = precision_recall(known, strangers)
    assert recall[-1] == 1
    assert precision[-1] == pytest.approx(len(known) / (len(known) + len(strangers)))
    assert np.all(np.diff(recall) >= 0)
    if min(known) > max(strangers):
        assert found == 1.0


def test_without_known_or_strangers_there_is_no_average() -> None:
    """Without others every detector would be perfect."""
    assert average_precision([], [0.1]) is None
    assert average_precision([0.1], []) is None


def test_the_interval_of_an_average_precision() -> None:
    """A perfect one of three pictures would be sure for ever."""
    assert average_precision_interval(1.0, 3) == Proportion(3, 3).interval
    low, high = average_precision_interval(0.9, 64)
    assert 0.79 < low < 0.9 < high < 0.96


@settings(max_examples=25)
@given(scores, scores)
def test_a_band_holds_its_curve(known: list[float], strangers: list[float]) -> None:
    """The line of the report would leave its own band."""
    band = roc_band(known, strangers)
    assert np.all((band.low >= 0) & (band.low <= band.high) & (band.high <= 1))
    let_in, kept = roc(known, strangers)
    for x, low, high in zip(band.x, band.low, band.high, strict=True):
        own = kept[let_in <= x + 1e-9].max()  # the most that is kept at no more strangers
        assert low - 1e-9 <= own <= high + 1e-9
    band = precision_band(known, strangers)
    assert np.all((band.low >= 0) & (band.low <= band.high) & (band.high <= 1))
    recall, precision = precision_recall(known, strangers)
    for x, low, high in zip(band.x, band.low, band.high, strict=True):
        own = precision[np.flatnonzero(recall >= x - 1e-9)[0]]
        assert low - 1e-9 <= own <= high + 1e-9


def test_few_pictures_that_part_perfectly_have_a_wide_band() -> None:
    """All samples part perfectly too: the band would have no width."""
    band = roc_band([1.0] * 10, [0.0] * 3)
    assert band.low[0] == pytest.approx(Proportion(10, 10).interval[0])
    assert band.high.tolist() == [1.0] * len(band.x)
    assert precision_band([1.0] * 10, [0.0] * 3).low.max() < 0.8


def test_more_pictures_make_a_narrower_band_and_the_same_each_time() -> None:
    """Two reports of the same comparison would differ."""
    rng = np.random.default_rng(1)
    known, strangers = rng.normal(1, 1, 400), rng.normal(0, 1, 400)
    wide, narrow = roc_band(known[:30], strangers[:30]), roc_band(known, strangers)
    assert np.mean(wide.high - wide.low) > 2 * np.mean(narrow.high - narrow.low)
    assert np.array_equal(narrow.low, roc_band(known, strangers).low)
