from __future__ import annotations

import numpy as np
import pytest

from models.detector.heads.logistic import fit_logistic


def some(n: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose first column says the label, with noise; one in four is the class."""
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((n, width)).astype(np.float32)
    labels = np.arange(n) % 4 == 0
    rows[:, 0] += 1.5 * labels
    return rows, labels


@pytest.mark.parametrize("width", [3, 400])
def test_the_fit_is_the_minimum(width: int) -> None:
    """The slope of the penalised loss is nothing there, in few columns as in many."""
    rows, labels = some(80, width)
    head = fit_logistic(rows, labels, penalty=0.5)
    chances = 1 / (1 + np.exp(-head.scores(rows)))
    importance = np.where(labels, 80 / 40, 80 / 120)
    error = importance * (chances - labels)
    assert np.abs(rows.T.astype(np.float64) @ error + 0.5 * head.weights).max() < 1e-3
    assert abs(error.sum()) < 1e-3


def test_both_kinds_count_alike() -> None:
    """Three others to one of the class do not make everything an other."""
    rows, labels = some(400, 3)
    scores = fit_logistic(rows, labels).scores(rows)
    assert abs((scores[labels] > 0).mean() - (scores[~labels] < 0).mean()) < 0.1


def test_what_parts_perfectly_stays_finite() -> None:
    """The penalty holds the weights."""
    labels = np.array([True, True, False, False])
    head = fit_logistic(labels[:, np.newaxis] * 100.0, labels, penalty=1e-3)
    assert np.isfinite(head.weights).all()
    assert ((head.scores(labels[:, np.newaxis] * np.float32(100)) > 0) == labels).all()


def test_features_that_say_nothing_get_no_weight() -> None:
    """A column that is the same for all is no reason."""
    labels = np.arange(10) < 3
    head = fit_logistic(np.ones((10, 2)), labels)
    assert np.abs(head.scores(np.ones((10, 2), np.float32))).max() < 1e-4


def test_what_cannot_be_fitted_is_refused() -> None:
    """One kind alone, or nothing that holds the weights."""
    rows = np.ones((4, 2))
    with pytest.raises(ValueError, match="of the class and others"):
        fit_logistic(rows, np.ones(4, np.bool_))
    with pytest.raises(ValueError, match="penalty"):
        fit_logistic(rows, np.array([True, False, True, False]), 0.0)
