from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator

from config.errors import DataError
from models.siamese.join import JoinShape
from models.training.joining import JoinPlan, train_join
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


def weight_of_shape(joined: np.ndarray) -> np.ndarray:
    """The gate's answer for each joined row."""
    return np.sum(joined[:, :4] ** 2, axis=1)


def test_the_gate_tells_drawings_from_pages() -> None:
    """Letters would be compared by their paper, pages by their outline."""
    rng = np.random.default_rng(0)
    pages, figures = textures(rng, 8), textures(rng, 3, offset=1.0)
    join = train_join([pages], [figures], shape=SHAPE, plan=JoinPlan())
    shapes = np.eye(4, dtype=np.float32)[np.zeros(18, int)]
    of_pages = weight_of_shape(np.asarray(join([shapes, pages.descriptions[:18]])))
    of_figures = weight_of_shape(np.asarray(join([shapes, figures.descriptions[:18]])))
    assert of_pages == pytest.approx(0.25, abs=1e-5)
    assert of_figures == pytest.approx(1, abs=1e-5)


def test_a_kind_that_was_not_trained_on_is_told_by_one_example() -> None:
    """The projection would know the training's kinds alone."""
    rng = np.random.default_rng(1)
    join = train_join(
        [textures(rng, 20)], [textures(rng, 2, offset=1.0)], shape=SHAPE, plan=JoinPlan()
    )
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
        made.append(train_join([pages], [figures], shape=SHAPE, plan=JoinPlan()))
    for one, other in zip(made[0].get_weights(), made[1].get_weights(), strict=True):
        assert np.array_equal(one, other)


def test_a_join_without_drawings_is_refused() -> None:
    """The gate would have one side only."""
    with pytest.raises(DataError, match="5 kinds of pages and 0 of drawings"):
        train_join([textures(np.random.default_rng(0), 5)], [], shape=SHAPE, plan=JoinPlan())


def test_pages_seen_once_are_refused() -> None:
    """What wear does to a page would be unknown, and count as what tells pages apart."""
    pages = textures(np.random.default_rng(0), 5)
    once = Textures(pages.descriptions, pages.kinds, np.arange(len(pages.kinds)).astype(str))
    with pytest.raises(DataError, match="0 pages of 1 sources were looked at twice"):
        train_join([once], [pages], shape=SHAPE, plan=JoinPlan())
