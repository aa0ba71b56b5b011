from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.siamese.join import build_gate, build_join
from models.siamese.shapes import JoinShape
from models.siamese.texture_eye import build_texture_eye

RNG = np.random.default_rng(0)
TINY = JoinShape(shape_dim=4, texture=6, texture_dim=3, least_shape=0.25)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


SHAPES = unit(RNG.normal(size=(8, 4)).astype(np.float32))
TEXTURES = RNG.normal(size=(8, 6)).astype(np.float32)


def with_gate(bias: float, weights: float = 0.0) -> keras.Model:
    """A join whose gate answers ``bias`` whatever it sees, or by the first number it sees."""
    keras.utils.set_random_seed(1)
    join = build_join(TINY)
    kernel = np.zeros((6, 1))
    kernel[0] = weights
    join.get_layer("gate").get_layer("drawing").set_weights([kernel, np.array([bias])])
    return join


def test_joined_vectors_are_unit_rows() -> None:
    """Inner products in the index would not be cosines."""
    joined = np.asarray(with_gate(0.0, 1.0)([SHAPES, TEXTURES]))
    assert joined.shape == (8, TINY.dim)
    assert joined.dtype == np.float32
    assert np.linalg.norm(joined, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_drawing_is_known_by_its_shape_alone() -> None:
    """What letters have in common on paper would cost the one-shot test."""
    joined = np.asarray(with_gate(3.0)([SHAPES, TEXTURES]))
    assert np.array_equal(joined[:, :4], SHAPES)
    assert not joined[:, 4:].any()


def test_a_page_keeps_the_least_weight_of_its_shape() -> None:
    """Templates of one kind would all look alike."""
    joined = np.asarray(with_gate(-3.0)([SHAPES, TEXTURES]))
    assert np.sum(joined[:, :4] ** 2, axis=1) == pytest.approx(0.25, abs=1e-6)


def test_a_drawing_and_a_page_are_far_apart() -> None:
    """A cylinder of the same outline as a ticket would be a ticket."""
    same = np.repeat(SHAPES[:1], 2, axis=0)
    textures = np.zeros((2, 6), np.float32)
    textures[:, 0] = (-3, 3)
    joined = np.asarray(with_gate(0.0, 1.0)([same, textures]))
    assert joined[0] @ joined[1] == pytest.approx(0.25**0.5, abs=1e-6)


def test_a_join_is_what_its_file_says(tmp_path: Path) -> None:
    """Mean and variance would be left behind, and every page embed as another one."""
    join = with_gate(0.5, 2.0)
    for part in ("texture_eye", "gate"):
        standard = join.get_layer(part).get_layer("standard")
        standard.set_weights([np.arange(6.0), np.arange(1.0, 7.0), np.int32(1)])
        standard.finalize_state()
    join.save_weights(tmp_path / "join.weights.h5")
    again = build_join(TINY)
    again.load_weights(tmp_path / "join.weights.h5")
    expected = np.asarray(join([SHAPES, TEXTURES]))
    assert np.array_equal(np.asarray(again([SHAPES, TEXTURES])), expected)
    assert not np.allclose(np.asarray(with_gate(0.5, 2.0)([SHAPES, TEXTURES])), expected)


def test_the_texture_eye_gives_unit_rows() -> None:
    """The gate's weights would not be those of the two eyes."""
    keras.utils.set_random_seed(1)
    found = np.asarray(build_texture_eye(6, 3)(TEXTURES))
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_gate_stays_between_its_ends() -> None:
    """The root of a negative number is not a number."""
    keras.utils.set_random_seed(1)
    found = np.asarray(build_gate(6, 0.25)(1000 * TEXTURES))
    assert found.min() >= 0.25
    assert found.max() <= 1


def test_pages_have_something_in_common() -> None:
    """Two tickets of different texture would be as far apart as a ticket and a cylinder."""
    shapes = np.eye(4, dtype=np.float32)[:2]
    keras.utils.set_random_seed(1)
    join = with_gate(-3.0)
    opposite = np.stack([TEXTURES[0], -TEXTURES[0]])
    joined = np.asarray(join([shapes, opposite]))
    assert joined[0] @ joined[1] == pytest.approx(0.75 * (0.3 - 0.7), abs=1e-5)


def test_a_join_can_be_made_again_from_its_settings() -> None:
    """A saved model would have nothing in common between pages."""
    join = with_gate(-3.0)
    again = keras.Model.from_config(join.get_config())
    again.set_weights(join.get_weights())
    for part in ("texture_eye", "gate"):
        again.get_layer(part).get_layer("standard").finalize_state()
    expected = np.asarray(join([SHAPES, TEXTURES]))
    assert np.array_equal(np.asarray(again([SHAPES, TEXTURES])), expected)


@pytest.mark.parametrize("common", [-0.1, 1.0])
def test_a_common_part_that_leaves_no_texture_is_refused(common: float) -> None:
    """All pages would be one."""
    with pytest.raises(ValueError, match="common"):
        JoinShape(common=common)


@pytest.mark.parametrize("least", [0.0, 1.0, -0.1])
def test_a_weight_that_switches_an_eye_off_is_refused(least: float) -> None:
    """One eye would have been computed for nothing."""
    with pytest.raises(ValueError, match="least_shape"):
        JoinShape(least_shape=least)
