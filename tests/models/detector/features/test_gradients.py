from __future__ import annotations

import numpy as np
import pytest

from models.detector.features.gradients import (
    CELLS,
    LENGTH,
    ORIENTATIONS,
    build_descriptors,
    points_of,
)
from tests.models.detector.scenes import scene

SIDE = 32
STRIDE = 4


def found(planes: np.ndarray, strides: tuple[tuple[int, int], ...] = ((1, STRIDE),)) -> np.ndarray:
    """Descriptors by the network, of planes of shape (n, side, side)."""
    network = build_descriptors(planes.shape[1], strides)
    return np.asarray(network(planes[..., np.newaxis].astype(np.float32)))


def plainly(plane: np.ndarray) -> np.ndarray:
    """The same by hand: pixel by pixel, cell by cell, point by point."""
    side = len(plane)
    padded = np.pad(plane.astype(np.float64), 1, mode="symmetric")
    across = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2
    down = (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    strength = np.sqrt(across**2 + down**2 + 1e-6)
    angles = np.arange(ORIENTATIONS) * np.pi / 4
    along = across[..., None] * np.cos(angles) + down[..., None] * np.sin(angles)
    edges = strength[..., None] * np.maximum(along / strength[..., None], 0) ** 3
    cells = np.zeros((side // 2, side // 2, ORIENTATIONS))
    for i, j in np.ndindex(side // 2, side // 2):
        for y in range(max(0, 2 * i - 2), min(side, 2 * i + 5)):
            for x in range(max(0, 2 * j - 2), min(side, 2 * j + 5)):
                weight = (4 - abs(y - 2 * i - 1)) * (4 - abs(x - 2 * j - 1)) / 256
                cells[i, j] += weight * edges[y, x]
    rows = []
    for y in range(0, side // 2 - 6, STRIDE // 2):
        for x in range(0, side // 2 - 6, STRIDE // 2):
            row = cells[y : y + 2 * CELLS : 2, x : x + 2 * CELLS : 2].ravel()
            rows.append([*np.sqrt(row / (row.sum() + 4.0)), row.sum()])
    return np.array(rows)


def test_descriptors_are_what_is_written_of_them() -> None:
    """A kernel off by one, or cells in another order, would go unnoticed until a weight is read."""
    plane = scene(1, SIDE)
    expected = plainly(plane)
    given = found(plane[np.newaxis])[0]
    assert given.shape == expected.shape == (points_of(SIDE, 1, STRIDE), LENGTH + 1)
    assert np.abs(given[:, :LENGTH] - expected[:, :LENGTH]).max() < 1e-4
    assert np.allclose(given[:, LENGTH], expected[:, LENGTH], rtol=1e-4, atol=1e-2)


def test_scales_follow_one_another() -> None:
    """The second sees the plane at half its size."""
    plane = scene(2, 64)
    half = plane.reshape(32, 2, 32, 2).mean(axis=(1, 3))
    both = found(plane[np.newaxis], ((1, 8), (2, STRIDE)))[0]
    assert len(both) == points_of(64, 1, 8) + points_of(64, 2, STRIDE)
    assert np.abs(both[points_of(64, 1, 8) :, :LENGTH] - plainly(half)[:, :LENGTH]).max() < 1e-4


def test_light_changes_nothing() -> None:
    """Brighter by any amount is the same; twice the contrast is nearly the same shares."""
    plane = scene(3, SIDE) / 2.0
    plain, brighter, stronger = found(np.stack([plane, plane + 60, plane * 2]))
    assert np.abs(plain - brighter).max() < 1e-2
    strong = plain[:, LENGTH] > 60
    assert strong.any()
    assert np.abs(plain - stronger)[strong, :LENGTH].max() < 0.02
    assert np.allclose(stronger[:, LENGTH], 2 * plain[:, LENGTH], rtol=1e-3, atol=1e-2)


def test_what_moves_by_a_stride_is_seen_one_point_further() -> None:
    """Inside of the picture: at its edge, something else is seen."""
    wide = scene(4, 64)[:, :]
    here, there = found(np.stack([wide[8:56, 8:56], wide[8 + STRIDE : 56 + STRIDE, 8:56]]))
    side = int(np.sqrt(len(here)))
    here, there = (rows.reshape(side, side, -1)[:, 1:-1] for rows in (here, there))
    assert np.abs(here[2:-1] - there[1:-2]).max() < 1e-2


def test_a_flat_picture_has_no_gradients() -> None:
    """Nothing is divided by nothing."""
    rows = found(np.full((2, SIDE, SIDE), 77.0))
    assert (rows == 0).all()


@pytest.mark.parametrize("scale", [(0, 4), (-1, 4), (1, 0), (1, -2), (1, 5), (5, 4), (10**9, 4)])
def test_a_scale_without_points_is_refused(scale: tuple[int, int]) -> None:
    """A network would be built that sees nothing, or none at all with words of TensorFlow's."""
    with pytest.raises(ValueError, match=r"points cannot lie|no descriptors"):
        build_descriptors(SIDE, (scale,))
