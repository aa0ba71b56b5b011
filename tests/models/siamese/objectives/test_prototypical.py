from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.siamese.objectives.prototypical import PrototypicalLoss

RNG = np.random.default_rng(0)


def unit(rows: NDArray) -> NDArray[np.float32]:
    """Rows of length 1."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("ways", "shots", "queries"), [(3, 1, 2), (2, 3, 1), (5, 2, 3)])
def test_it_is_the_formula(ways: int, shots: int, queries: int) -> None:
    """A query would be compared with the prototype of another class."""
    rows = unit(RNG.standard_normal((ways * (shots + queries), 4)))
    labels = np.tile(RNG.permutation(50)[:ways], shots + queries)
    found = np.asarray(PrototypicalLoss(ways, shots, scale=3.0).call(labels[:, None], rows))
    support, asked = rows[: ways * shots], rows[ways * shots :]
    prototypes = [support[labels[: ways * shots] == label].mean(0) for label in labels[:ways]]
    expected = []
    for row, label in zip(asked, labels[ways * shots :], strict=True):
        logits = -3.0 * np.array([((row - one) ** 2).sum() for one in prototypes])
        shares = np.exp(logits) / np.exp(logits).sum()
        expected.append(-np.log(shares[list(labels[:ways]).index(label)]))
    assert found.shape == (ways * queries,)
    assert np.allclose(found, expected, atol=1e-4)


def test_a_value_computed_on_paper() -> None:
    """Both the loss and its copy above could share one mistake."""
    rows = np.float32([[1, 0], [-1, 0], [1, 0], [1, 0]])
    found = np.asarray(PrototypicalLoss(2, 1, scale=1.0).call(np.array([7, 9, 7, 9]), rows))
    # Squared distances 0 and 4: right once, wrong once.
    share = 1 / (1 + np.exp(-4))
    assert found == pytest.approx([-np.log(share), -np.log(1 - share)], abs=1e-5)
