from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY

RNG = np.random.default_rng(0)
PAGES = RNG.random((6, 16, 16, 1), np.float32)


def tiny(seed: int = 1) -> keras.Model:
    """An untrained eye."""
    keras.utils.set_random_seed(seed)
    return build_shape_eye(TINY.eye)


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


def test_the_same_seed_gives_the_same_eye() -> None:
    """A training could not be repeated."""
    first, again, other = np.asarray(tiny(1)(PAGES)), tiny(1)(PAGES), tiny(2)(PAGES)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_an_eye_at_work_does_not_change() -> None:
    """Verdicts would depend on what was judged before."""
    eye = tiny()
    first = np.asarray(eye(PAGES, training=False))
    eye(RNG.random((20, 16, 16, 1), np.float32), training=False)
    assert np.array_equal(np.asarray(eye(PAGES, training=False)), first)


def test_where_a_stroke_lies_matters() -> None:
    """A map that is averaged would take a shape on the left for one on the right."""
    page = np.zeros((1, 16, 16, 1), np.float32)
    page[0, 2:14, 3, 0] = 1
    eye = tiny()
    assert not np.allclose(eye(page), eye(page[:, :, ::-1]), atol=1e-3)


def test_the_weights_files_layout_stays(tmp_path: Path) -> None:
    """Weights that were trained for hours could not be read by the next version."""
    tiny().save_weights(tmp_path / "eye.weights.h5")
    with h5py.File(tmp_path / "eye.weights.h5") as file:
        layers = set(file["layers"])
    assert {"conv2d", "batch_normalization", "dense", "unit_length"} <= layers
    assert not [name for name in layers if name.startswith(("functional", "shape_eye"))]


def test_a_saved_network_names_its_own_layers() -> None:
    """Keras could not read back a layer that it does not know."""
    eye = tiny()
    again = keras.Model.from_config(eye.get_config())
    again.set_weights(eye.get_weights())
    assert np.allclose(again(PAGES), eye(PAGES), atol=1e-6)
