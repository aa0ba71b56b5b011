from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from indexer.evaluation.detectors import summarise_comparison, summarise_trial
from indexer.evaluation.measures import Proportion, auroc
from models.detector.judging.trial import ORIGINAL, Comparison, Earlier
from tests.comparisons import BUSY, PLAIN, WHITE, comparison_in


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Twenty pictures of the class and thirty others, in three trials."""
    return comparison_in(tmp_path_factory.mktemp("comparison"), 20, 30)


def test_every_trial_has_its_figures(comparison: Comparison) -> None:
    """Figures of one approach would stand beside another's name."""
    found, labels = summarise_comparison(comparison), comparison.labels
    assert (found.positives, found.others, len(found.trials)) == (20, 30, 3)
    for one, trial in zip(found.trials, comparison.trials, strict=True):
        held = trial.probabilities
        assert one.area.value == auroc(held[labels], held[~labels])
        passed = held >= trial.threshold
        assert one.kept == Proportion(int(passed[labels].sum()), 20)
        assert one.let_in == Proportion(int(passed[~labels].sum()), 30)
        assert one.mean_probability == pytest.approx(held.mean() - 0.4)
        assert list(one.grounds) == [WHITE, PLAIN, BUSY]
        for ground in one.grounds.values():
            assert ground.loss.value == pytest.approx(one.area.value - ground.area.value)
    first, *rest = found.trials
    assert first.behind is None
    for one in rest:
        assert one.behind is not None
        assert one.behind.value == pytest.approx(first.area.value - one.area.value)


def test_whoever_stands_at_the_threshold_is_let_through(comparison: Comparison) -> None:
    """A detector would be judged by another rule than it works with."""
    trial = replace(comparison.best, probabilities=np.where(comparison.labels, 0.5, 0.2))
    found = summarise_trial(replace(trial, threshold=0.5, grounds={}), comparison.labels)
    assert (found.kept, found.let_in) == (Proportion(20, 20), Proportion(0, 30))


def test_a_ground_is_compared_on_the_pictures_that_have_it(comparison: Comparison) -> None:
    """Pictures without an object to cut out would be counted as lost."""
    best, labels = comparison.best, comparison.labels
    some = np.where(np.arange(50) % 5 == 0, np.nan, best.probabilities)
    again = 1 - best.probabilities
    none = np.where(labels, np.nan, 0.5)
    trial = replace(best, grounds={WHITE: some, PLAIN: none})
    found = summarise_trial(trial, labels)
    assert list(found.grounds) == [WHITE]
    assert found.grounds[WHITE].loss.value == 0
    # Where the pictures as they are were judged anew, that is what a ground is compared with.
    trial = replace(best, grounds={ORIGINAL: again, WHITE: again})
    found = summarise_trial(trial, labels)
    assert list(found.grounds) == [WHITE]
    assert found.grounds[WHITE].loss.value == 0


def test_old_and_new_are_compared_on_what_neither_has_seen(comparison: Comparison) -> None:
    """The old detector would be praised for what it learned by heart."""
    labels, n = comparison.labels, len(comparison.labels)
    seen = np.arange(n) % 2 == 0
    perfect = np.where(seen, np.nan, labels * 0.5 + 0.2)
    earlier = Earlier("cnn", "2026-01-01", perfect, 0.7)
    found = summarise_comparison(replace(comparison, earlier=earlier)).earlier
    assert found is not None
    assert (found.positives, found.others) == (10, 15)
    assert found.area.value == 1.0
    held = comparison.best.probabilities
    own = auroc(held[labels & ~seen], held[~labels & ~seen])
    assert found.gain.value == pytest.approx((own or 0) - 1.0)
    assert (found.kept, found.let_in) == (Proportion(10, 10), Proportion(0, 15))
    assert found.new_kept.total == 10
    for unknown in (np.full(n, np.nan), np.where(labels, 0.4, np.nan)):
        earlier = Earlier("cnn", "2026-01-01", unknown, 0.7)
        assert summarise_comparison(replace(comparison, earlier=earlier)).earlier is None


def test_without_others_nothing_is_judged(comparison: Comparison) -> None:
    """A comparison without others would end in a traceback."""
    labels = comparison.labels
    alone = replace(
        comparison,
        pictures=tuple(one for one in comparison.pictures if one.positive),
        rounds=comparison.rounds[labels],
        earlier=None,
    )
    found = summarise_comparison(alone)
    assert (found.positives, found.others, found.trials, found.border) == (20, 0, (), None)
