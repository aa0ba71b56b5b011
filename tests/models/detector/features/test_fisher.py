from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from models.detector.features.fisher import FAINT, Codebook, FisherVector, fit_codebook
from models.detector.features.gradients import LENGTH

WORDS, DIM = 5, 6


def some(n: int, seed: int = 0) -> np.ndarray:
    """Descriptors around a few places: float32 of shape (n, LENGTH)."""
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 0.3, (7, LENGTH))
    rows = places[rng.integers(7, size=n)] + 0.02 * rng.standard_normal((n, LENGTH))
    return np.abs(rows).astype(np.float32)


def pictures(n: int, points: int) -> np.ndarray:
    """Descriptors with their strengths: float32 of shape (n, points, LENGTH + 1)."""
    strengths = np.random.default_rng(9).uniform(0, 400, (n, points, 1))
    rows = np.stack([some(points, seed + 1) for seed in range(n)])
    return np.concatenate([rows, strengths], axis=2).astype(np.float32)


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    """Of a few words."""
    return fit_codebook(some(500), words=WORDS, dim=DIM, seed=3)


@pytest.fixture(scope="module")
def layer(codebook: Codebook) -> FisherVector:
    """With that codebook."""
    layer = FisherVector(words=WORDS, dim=DIM)
    layer.build(None)
    layer.take(codebook)
    return layer


def plainly(picture: np.ndarray, codebook: Codebook) -> np.ndarray:
    """A Fisher vector point by point, in float64: Perronnin et al. (2010), equations 4 and 5."""
    mean, axes, centres, variances, shares = (
        getattr(codebook, one.name).astype(np.float64) for one in fields(codebook)
    )
    total = np.zeros((2, WORDS, DIM))
    for row in picture.astype(np.float64):
        x, strength = (row[:LENGTH] - mean) @ axes, row[LENGTH]
        away = (x - centres) / np.sqrt(variances)
        chances = shares * np.exp(-(away**2).sum(axis=1) / 2) / np.sqrt(variances.prod(axis=1))
        weight = (chances / chances.sum() * strength / (strength + FAINT))[:, np.newaxis]
        root = np.sqrt(shares)[:, np.newaxis]
        total[0] += weight * away / root
        total[1] += weight * (away**2 - 1) / (np.sqrt(2) * root)
    flat = np.sign(total.ravel()) * np.sqrt(np.abs(total.ravel()))
    return flat / np.linalg.norm(flat)


def test_the_layer_is_a_fisher_vector(layer: FisherVector, codebook: Codebook) -> None:
    """What is summed in matrices is what the paper sums point by point."""
    shown = pictures(3, 40)
    given = np.asarray(layer(shown))
    assert given.shape == (3, 2 * WORDS * DIM)
    for row, picture in zip(given, shown, strict=True):
        assert np.abs(row - plainly(picture, codebook)).max() < 2e-3


def test_rows_have_length_one(layer: FisherVector) -> None:
    """However many points there are, and wherever they stand."""
    shown = pictures(2, 30)
    rows = np.asarray(layer(shown))
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    turned = np.asarray(layer(shown[:, ::-1]))
    assert np.abs(rows - turned).max() < 1e-3


def test_plain_ground_counts_for_nothing(layer: FisherVector) -> None:
    """Points without gradients may be added; a picture of nothing else is all zeros."""
    shown = pictures(1, 30)
    ground = pictures(1, 50)
    ground[..., LENGTH] = 0
    alone = np.asarray(layer(shown))
    both = np.asarray(layer(np.concatenate([shown, ground], axis=1)))
    assert np.abs(alone - both).max() < 1e-4
    assert (np.asarray(layer(ground)) == 0).all()


def test_a_codebook_is_told_by_its_seed(codebook: Codebook) -> None:
    """The same pictures make the same detector; a seed of any size is one."""
    again = fit_codebook(some(500), words=WORDS, dim=DIM, seed=3)
    for one in fields(codebook):
        assert np.array_equal(getattr(codebook, one.name), getattr(again, one.name))
    other = fit_codebook(some(500), words=WORDS, dim=DIM, seed=2**40)
    assert not np.array_equal(codebook.centres, other.centres)


@pytest.mark.parametrize("rows", [some(3), some(1), np.zeros((2, LENGTH), np.float32)])
def test_fewer_points_than_words_make_a_codebook(rows: np.ndarray) -> None:
    """A single small picture, or a blank one, would end the training."""
    found = fit_codebook(rows, words=WORDS, dim=DIM, seed=0)
    assert found.centres.shape == found.variances.shape == (WORDS, DIM)
    for one in fields(found):
        assert np.isfinite(getattr(found, one.name)).all()
    assert (found.variances > 0).all()
    assert found.shares.sum() == pytest.approx(1)
