from __future__ import annotations

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.page.texture import LENGTH
from models.siamese.branch import build_branch, looks_of
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY, TINY_JOINED, JoinShape
from models.siamese.tilts import MeanOfTilts, Tilts

RNG = np.random.default_rng(0)
INK = RNG.random((6, 16, 16, 1), np.float32)
TEXTURE = RNG.normal(size=(6, LENGTH)).astype(np.float32)


def joined(bias: float | None = None, seed: int = 1) -> keras.Model:
    """An untrained branch of two eyes; its gate answers ``bias`` for every page, if given."""
    keras.utils.set_random_seed(seed)
    branch = build_branch(TINY_JOINED)
    if bias is not None:
        drawing = branch.get_layer("join").get_layer("gate").get_layer("drawing")
        drawing.set_weights([np.zeros((LENGTH, 1)), np.array([bias])])
    return branch


def seen(branch: keras.Model, ink: NDArray[np.float32] = INK) -> NDArray[np.float32]:
    """The embeddings of pages of these shapes."""
    return np.asarray(branch([ink, TEXTURE[: len(ink)]], training=False))


def test_without_a_join_it_is_the_shape_eye() -> None:
    """The weights of an eye that was trained by itself would not fit the branch."""
    keras.utils.set_random_seed(1)
    branch = build_branch(TINY)
    keras.utils.set_random_seed(1)
    assert np.array_equal(np.asarray(branch(INK)), np.asarray(build_shape_eye(TINY.eye)(INK)))


def test_embeddings_of_two_eyes_are_unit_rows() -> None:
    """Inner products would not be cosines, and every distance be wrong."""
    embeddings = seen(joined())
    assert embeddings.shape == (6, TINY_JOINED.dim)
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_batch_gives_what_single_pages_give() -> None:
    """A verdict would depend on which scans arrived together."""
    branch = joined()
    together = seen(branch)
    for row in range(len(INK)):
        one = branch([INK[row : row + 1], TEXTURE[row : row + 1]], training=False)
        assert np.allclose(one, together[row], atol=1e-5)


def shapes_of(eye: keras.Model) -> NDArray[np.float32]:
    """What a shape eye sees of all pages at the branch's tilts."""
    tilts = TINY_JOINED.join.tilts if TINY_JOINED.join else ()
    return np.asarray(MeanOfTilts(len(tilts))(eye(Tilts(tilts)(INK), training=False)))


def test_drawings_are_neighbours_by_shape_alone() -> None:
    """A letter would be known by the paper that it is written on."""
    branch = joined(bias=3.0)
    embeddings, shapes = seen(branch), shapes_of(branch.get_layer("shape_eye"))
    assert np.allclose(embeddings @ embeddings.T, shapes @ shapes.T, atol=1e-6)


def test_pages_are_seen_upright() -> None:
    """Tilts tell nothing of a page, and would take twice its time."""
    branch = joined(bias=-3.0)
    upright = np.asarray(branch.get_layer("shape_eye")(INK))
    least = JoinShape().least_shape
    assert np.allclose(seen(branch)[:, : TINY.dim], np.sqrt(least) * upright, atol=1e-5)


@pytest.mark.parametrize("bias", [-3.0, 0.0, 1.0, 3.0])
def test_looks_are_what_the_branch_is(bias: float) -> None:
    """The service, which takes each page in one way only, would see other distances."""
    branch, join = joined(bias=bias), TINY_JOINED.join
    assert join
    looks = looks_of(branch, join)
    is_drawing = np.asarray(looks.gate(TEXTURE))[0, 0] > join.halfway
    look = looks.tilted if is_drawing else looks.upright
    assert np.allclose(np.asarray(look([INK, TEXTURE])), seen(branch), atol=1e-6)


def test_pages_are_neighbours_by_texture_too() -> None:
    """Two kinds of documents of one outline would be one class."""
    embeddings = seen(joined(bias=-3.0), np.repeat(INK[:1], 6, axis=0))
    assert (embeddings @ embeddings.T).min() < 0.99


def test_blank_pages_have_an_embedding_without_nan() -> None:
    """One blank page would have no distance to anything, and a search no answer."""
    branch = joined()
    blank = branch([np.zeros((2, 16, 16, 1)), np.zeros((2, LENGTH))], training=False)
    assert np.isfinite(np.asarray(blank)).all()


def test_the_shape_eye_of_a_branch_can_be_one_that_was_trained() -> None:
    """A join could not be put on an eye that is there."""
    branch = joined(bias=3.0)
    keras.utils.set_random_seed(5)
    eye = build_shape_eye(TINY.eye)
    branch.get_layer("shape_eye").set_weights(eye.get_weights())
    assert np.allclose(seen(branch)[:, : TINY.dim], shapes_of(eye), atol=1e-6)
