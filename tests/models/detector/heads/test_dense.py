from __future__ import annotations

import numpy as np
import pytest

from models.detector.heads.dense import PATIENCE, balanced, train_dense


def toy(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows that a plane parts, and their labels; one in four is the class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 4 == 0
    rows = 0.3 * rng.standard_normal((n, 6)) + np.where(labels, 1, -1)[:, np.newaxis]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def test_what_can_be_parted_is_parted() -> None:
    """On pictures that it has not learned from; each epoch is told."""
    rows, labels = toy(80)
    held = toy(40, seed=1)
    epochs: list[int] = []
    found = train_dense(
        rows[np.newaxis],
        labels,
        held,
        seed=0,
        epochs=15,
        after=lambda: epochs.append(1),
    )
    assert ((found.head.scores(held[0]) > 0) == held[1]).all()
    assert len(epochs) == len(found.learned) == len(found.validation)
    assert found.validation[-1] < found.validation[0]


def test_the_best_epoch_is_kept() -> None:
    """Where what is held says the contrary, the first epoch is best, and training ends early."""
    rows, labels = toy(60)
    found = train_dense(rows[np.newaxis], labels, (rows, ~labels), seed=7)
    assert (found.best, len(found.validation)) == (1, 1 + PATIENCE)
    once = train_dense(rows[np.newaxis], labels, None, seed=7, epochs=1)
    assert np.allclose(found.head.weights, once.head.weights, atol=1e-7)
    assert found.head.bias == pytest.approx(once.head.bias, abs=1e-7)


def test_a_seed_tells_the_head() -> None:
    """Variants and order are drawn from it; a seed of any size is one."""
    rows, labels = toy(70)
    variants = np.stack([rows, toy(70, seed=2)[0], toy(70, seed=3)[0]])
    one, same, other = (
        train_dense(variants, labels, None, seed=seed, epochs=3) for seed in (2**40, 2**40, 5)
    )
    assert np.array_equal(one.head.weights, same.head.weights)
    assert one.learned == same.learned
    assert not np.array_equal(one.head.weights, other.head.weights)
    assert (one.best, one.validation) == (3, ())


def test_both_kinds_count_alike() -> None:
    """Where the features say nothing, nine others to one of the class leave it undecided."""
    labels = np.arange(100) % 10 == 0
    weights = balanced(labels)
    assert weights.mean() == pytest.approx(1)
    assert weights[labels].sum() == pytest.approx(weights[~labels].sum())
    rows = np.full((1, 100, 1), 1.0, np.float32)
    found = train_dense(rows, labels, None, seed=0, epochs=20)
    assert abs(float(found.head.scores(rows[0])[0])) < 0.4
