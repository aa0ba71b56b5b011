"""Logistic regression: the head that is learned in one go."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.detector.heads.heads import DenseHead

_STEPS: Final = 50
_ENOUGH: Final = 1e-8


def fit_logistic(
    features: NDArray[Any], labels: NDArray[np.bool_], penalty: float = 1.0
) -> DenseHead:
    """The weights that best tell the class from others, both counting alike however many they are.

    Newton's method on the penalised likelihood (iteratively reweighted least squares; Hastie,
    Tibshirani and Friedman, 2009, section 4.4). With more columns than rows the best weights lie
    in the span of the rows, and are looked for there.

    Args:
        features: of shape (n, d), finite.
        labels: bool of shape (n,), whether each row is the class; some of both.
        penalty: on half the squared length of the weights, against the summed loss; above 0. The
            bias is free.

    Raises:
        ValueError: there are none of one kind, or no penalty.
    """
    n_positive = int(np.count_nonzero(labels))
    if not 0 < n_positive < len(labels):
        raise ValueError("weights need pictures of the class and others")
    if penalty <= 0:
        raise ValueError(f"a penalty of {penalty} holds nothing back")
    rows = features.astype(np.float64)
    basis = None
    if rows.shape[1] > len(rows):
        left, sizes, basis = np.linalg.svd(rows, full_matrices=False)
        rows = left * sizes
    found = _newton(
        np.column_stack([rows, np.ones(len(rows))]),
        labels.astype(np.float64),
        np.where(
            labels, len(labels) / (2 * n_positive), len(labels) / (2 * (len(labels) - n_positive))
        ),
        # The bias is held by next to nothing: else a matrix may be singular.
        np.append(np.full(rows.shape[1], penalty), 1e-9),
    )
    weights = found[:-1] if basis is None else basis.T @ found[:-1]
    return DenseHead(weights, float(found[-1]))


def _newton(
    rows: NDArray[np.float64],
    targets: NDArray[np.float64],
    importance: NDArray[np.float64],
    penalty: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The minimum, by steps that are halved until they lead down."""

    def loss(at: NDArray[np.float64]) -> float:
        logits = rows @ at
        misfit = importance @ (np.logaddexp(0.0, logits) - targets * logits)
        return float(misfit + 0.5 * penalty @ at**2)

    found = np.zeros(rows.shape[1])
    now = loss(found)
    for _ in range(_STEPS):
        chances = 0.5 * (1 + np.tanh(0.5 * (rows @ found)))
        gradient = rows.T @ (importance * (chances - targets)) + penalty * found
        bend = importance * chances * (1 - chances)
        step = np.linalg.solve((rows * bend[:, np.newaxis]).T @ rows + np.diag(penalty), gradient)
        size = 1.0
        while size > _ENOUGH and loss(found - size * step) > now:
            size /= 2
        found = found - size * step
        before, now = now, loss(found)
        if before - now < _ENOUGH * max(1.0, abs(now)):
            break
    return found
