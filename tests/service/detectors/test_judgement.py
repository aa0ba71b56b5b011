from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.detector.judging.trial import Comparison, Earlier
from service.desk.detectors.judgement import NOTHING, with_judgement
from tests.comparisons import comparison_in


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    """Of a good detector, the first of its name."""
    return replace(comparison_in(tmp_path, 30, 60), earlier=None)


def guessing(comparison: Comparison) -> Comparison:
    """The same, with a best that knows nothing."""
    chances = np.random.default_rng(5).random(len(comparison.labels))
    best = replace(comparison.best, probabilities=chances, accepted=None, grounds={})
    return replace(comparison, trials=(best, *comparison.trials[1:]))


def test_a_good_one_is_put_to_use_as_it_is(comparison: Comparison) -> None:
    """It would be held back for nothing."""
    assert with_judgement(comparison, force=False) is comparison


def test_what_may_as_well_be_guessing_files_nothing(comparison: Comparison) -> None:
    """Every sixth of all other scans would be filed to its class."""
    found = with_judgement(guessing(comparison), force=False)
    assert found.best.threshold == NOTHING
    assert found.best.accepted is not None
    assert not found.best.accepted.any()
    assert not found.withheld


def test_what_is_worse_does_not_take_the_place_of_the_better(comparison: Comparison) -> None:
    """A detector that was good was gone after one careless training."""
    better = Earlier("cnn", "2026-01-31T12:00:00Z", comparison.best.probabilities, 0.5)
    worse = replace(guessing(comparison), earlier=better)
    assert "--force" in with_judgement(worse, force=False).withheld
    assert not with_judgement(worse, force=True).withheld
    same = replace(comparison, earlier=better)
    assert not with_judgement(same, force=False).withheld
