from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.siamese.tilts import MeanOfTilts, Tilts

RNG = np.random.default_rng(0)
PICTURES = RNG.random((3, 16, 16, 1), np.float32)


def test_no_tilt_leaves_pictures_as_they_are() -> None:
    """What a branch of one upright look sees would not be what its eye was trained on."""
    assert np.allclose(Tilts((0.0,))(PICTURES), PICTURES, atol=1e-6)


@pytest.mark.parametrize("degrees", [-8.0, 8.0, 30.0])
def test_pictures_are_turned_about_their_centre(degrees: float) -> None:
    """A drawing would be pushed out of its margin, or the two tilts not be opposite."""
    large = cv2.GaussianBlur(RNG.random((64, 64)).astype(np.float32), (9, 9), 0)
    matrix = cv2.getRotationMatrix2D((31.5, 31.5), degrees, 1)
    expected = cv2.warpAffine(large, matrix, (64, 64))
    found = np.asarray(Tilts((degrees,))(large[None, :, :, None]))[0, :, :, 0]
    # OpenCV places pixels in steps of 1/32.
    assert np.abs(found - expected).max() < 0.02
    assert np.abs(found - large).max() > 0.05


def test_the_mean_is_taken_of_each_page_by_itself() -> None:
    """Pages of one batch would flow into one another."""
    rows = RNG.normal(size=(6, 4)).astype(np.float32)  # three pages at two tilts
    expected = rows[:3] + rows[3:]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(MeanOfTilts(2)(rows), expected, atol=1e-6)


def test_tilts_come_one_after_the_other() -> None:
    """The mean would be taken of two pages at one tilt instead of one page at two."""
    found = np.asarray(Tilts((0.0, 90.0))(PICTURES))
    assert np.allclose(found[:3], PICTURES, atol=1e-6)
    assert np.allclose(found[3:, ..., 0], np.rot90(PICTURES[..., 0], axes=(1, 2)), atol=1e-4)


def test_layers_are_made_again_from_their_configuration() -> None:
    """A copy of the branch would look at pages upright."""
    assert Tilts.from_config(Tilts((-8.0, 8.0)).get_config()).degrees == (-8.0, 8.0)
    assert MeanOfTilts.from_config(MeanOfTilts(2).get_config()).tilts == 2
