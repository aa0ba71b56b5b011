from __future__ import annotations

import keras
import numpy as np
import pytest

from models.siamese.branch import TINY, BranchShape, build_branch

RNG = np.random.default_rng(0)
PAGES = RNG.random((6, 16, 16, 1), np.float32)


def tiny(seed: int = 1) -> keras.Model:
    """An untrained branch."""
    keras.utils.set_random_seed(seed)
    return build_branch(TINY)


def test_embeddings_are_unit_rows() -> None:
    """Inner products would not be cosines, and every distance be wrong."""
    embeddings = np.asarray(tiny()(PAGES))
    assert embeddings.shape == (6, TINY.dim)
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_blank_page_has_an_embedding_without_nan() -> None:
    """One blank page would have no distance to anything, and a search no answer."""
    embeddings = np.asarray(tiny()(np.zeros((2, 16, 16, 1), np.float32)))
    assert np.isfinite(embeddings).all()


def test_the_same_seed_gives_the_same_branch() -> None:
    """A training could not be repeated."""
    first, again, other = np.asarray(tiny(1)(PAGES)), tiny(1)(PAGES), tiny(2)(PAGES)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_a_branch_at_work_does_not_change() -> None:
    """Verdicts would depend on what was judged before."""
    branch = tiny()
    first = np.asarray(branch(PAGES, training=False))
    branch(RNG.random((20, 16, 16, 1), np.float32), training=False)
    assert np.array_equal(np.asarray(branch(PAGES, training=False)), first)


def test_where_a_stroke_lies_matters() -> None:
    """A map that is averaged would take a shape on the left for one on the right."""
    page = np.zeros((1, 16, 16, 1), np.float32)
    page[0, 2:14, 3, 0] = 1
    branch = tiny()
    assert not np.allclose(branch(page), branch(page[:, :, ::-1]), atol=1e-3)


@pytest.mark.parametrize(("side", "blocks", "least"), [(8, 3, 16), (15, 3, 16), (4, 2, 8)])
def test_a_branch_that_would_shrink_to_nothing_is_refused(
    side: int, blocks: int, least: int
) -> None:
    """The message would come from the depths of Keras."""
    with pytest.raises(ValueError, match=f"side {side} is less than {least}, for {blocks} blocks"):
        BranchShape(side=side, widths=(4,) * blocks)


def test_a_saved_network_names_its_own_layers() -> None:
    """Keras could not read back a layer that it does not know."""
    branch = tiny()
    again = keras.Model.from_config(branch.get_config())
    again.set_weights(branch.get_weights())
    assert np.allclose(again(PAGES), branch(PAGES), atol=1e-6)
