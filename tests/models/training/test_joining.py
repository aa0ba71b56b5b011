from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.random import Generator

from config.errors import DataError
from models.page.prepare import Recipe
from models.siamese.branch import build_branch
from models.siamese.join import build_join
from models.siamese.shapes import TINY_JOINED, JoinShape
from models.siamese.weights import Manifest, load_branch
from models.training.folder import RunFolder
from models.training.joining import JoinPlan, train_join, write_joined
from models.training.looks import Textures

SHAPE = JoinShape(shape_dim=4, texture=5, texture_dim=2, least_shape=0.25)


def textures(rng: Generator, kinds: int, offset: float = 0.0) -> Textures:
    """Kinds differ in the first two of five numbers, looks at a page in the others."""
    rows, names, pages = [], [], []
    for kind in range(kinds):
        middle = rng.normal(0, 1, 5) * (1, 1, 0, 0, 0)
        for page in range(6):
            own = middle + rng.normal(0, 0.1, 5)
            for _ in range(3):
                rows.append(own + rng.normal(0, 1, 5) * (0.05, 0.05, 1, 1, 0))
                names.append(f"kind {kind}")
                pages.append(f"page {page}")
    found = np.array(rows, np.float32)
    found[:, 4] = offset
    return Textures(found, np.array(names), np.array(pages))


def trained(pages: list[Textures], drawings: list[Textures]) -> keras.Model:
    """A join of these."""
    join = build_join(SHAPE)
    train_join(join, pages, drawings, JoinPlan())
    return join


def weight_of_shape(joined: np.ndarray) -> np.ndarray:
    """The gate's answer for each joined row."""
    return np.sum(joined[:, :4] ** 2, axis=1)


def test_the_gate_tells_drawings_from_pages() -> None:
    """Letters would be compared by their paper, pages by their outline."""
    rng = np.random.default_rng(0)
    pages, figures = textures(rng, 8), textures(rng, 3, offset=1.0)
    join = trained([pages], [figures])
    shapes = np.eye(4, dtype=np.float32)[np.zeros(18, int)]
    of_pages = weight_of_shape(np.asarray(join([shapes, pages.descriptions[:18]])))
    of_figures = weight_of_shape(np.asarray(join([shapes, figures.descriptions[:18]])))
    assert of_pages == pytest.approx(0.25, abs=1e-5)
    assert of_figures == pytest.approx(1, abs=1e-5)


def test_a_kind_that_was_not_trained_on_is_told_by_one_example() -> None:
    """The projection would know the training's kinds alone."""
    rng = np.random.default_rng(1)
    join = trained([textures(rng, 20)], [textures(rng, 2, offset=1.0)])
    strange = textures(rng, 6)
    shapes = np.eye(4, dtype=np.float32)[np.zeros(len(strange.kinds), int)]
    joined = np.asarray(join([shapes, strange.descriptions]))
    support, query = joined[::18], joined[9::18]
    assert np.array_equal(np.argmax(query @ support.T, axis=1), np.arange(6))


def test_the_same_data_make_the_same_join() -> None:
    """The weights of a manifest could not be made again."""
    made = []
    for _ in range(2):
        rng = np.random.default_rng(2)
        pages, figures = textures(rng, 5), textures(rng, 2, offset=1.0)
        made.append(trained([pages], [figures]))
    for one, other in zip(made[0].get_weights(), made[1].get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_drawings_that_are_easy_to_tell_do_not_cost_those_that_are_hard() -> None:
    """Sets of icons would draw the gate away from thin lines."""
    rng = np.random.default_rng(3)
    pages = textures(rng, 8)
    far, near = textures(rng, 12, offset=40.0), textures(rng, 1, offset=1.0)
    join = trained([pages], [far, near])
    shapes = np.eye(4, dtype=np.float32)[np.zeros(18, int)]
    for drawings in (far, near):
        seen = np.asarray(join([shapes, drawings.descriptions[:18]]))
        assert weight_of_shape(seen) == pytest.approx(1, abs=1e-5)
    seen = np.asarray(join([shapes, pages.descriptions[:18]]))
    assert weight_of_shape(seen) == pytest.approx(0.25, abs=1e-5)


def test_a_joined_branch_is_written_whole(tmp_path: Path) -> None:
    """Weights without a manifest could not be used, nor the folder be trained in again."""
    branch = build_branch(TINY_JOINED)
    manifest = Manifest("siamese.weights.h5", "", TINY_JOINED, Recipe(side=16), {"join": {"a": 1}})
    folder = RunFolder(tmp_path / "run")
    written = write_joined(
        branch, folder, settings={"join": {"a": 1}}, kinds=["map"], manifest=manifest
    )
    loaded, read = load_branch(tmp_path / "run" / "siamese.manifest.json")
    assert read == written
    assert read.training["backend"] == keras.backend.backend()
    for one, other in zip(branch.get_weights(), loaded.get_weights(), strict=True):
        assert np.array_equal(one, other)
    with pytest.raises(DataError, match="already holds a trained network"):
        write_joined(branch, folder, settings={"join": {"a": 1}}, kinds=["map"], manifest=manifest)


def test_a_join_without_drawings_is_refused() -> None:
    """The gate would have one side only."""
    with pytest.raises(DataError, match="5 kinds of pages and 0 of drawings"):
        trained([textures(np.random.default_rng(0), 5)], [])


def test_pages_seen_once_are_refused() -> None:
    """What wear does to a page would be unknown, and count as what tells pages apart."""
    pages = textures(np.random.default_rng(0), 5)
    once = Textures(pages.descriptions, pages.kinds, np.arange(len(pages.kinds)).astype(str))
    with pytest.raises(DataError, match="0 pages of 1 sources were looked at twice"):
        trained([once], [pages])
