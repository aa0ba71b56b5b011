from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from models.page import prepare as preparation
from models.page.prepare import Recipe, even_light, grayscale, otsu, prepare
from models.page.texture import LENGTH, describe
from models.page.views import views_of

RECIPE = Recipe()
RNG = np.random.default_rng(0)
PAGES = {
    "a ticket": draw_ticket(np.random.default_rng(1)).pixels,
    "a solid": draw_solid("cone", np.random.default_rng(2)),
    "in colour": RNG.integers(0, 256, (90, 120, 3), np.uint8),
    "blank": np.full((300, 200), 255, np.uint8),
    "black": np.zeros((300, 200), np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "a row": RNG.integers(0, 256, (1, 3000), np.uint8),
    "a column": RNG.integers(0, 256, (3000, 2), np.uint8),
    "a small one": RNG.integers(0, 256, (11, 7), np.uint8),
}


@pytest.mark.parametrize("kind", PAGES)
def test_the_ink_is_what_training_prepares(kind: str) -> None:
    """The shape eye would work on other pictures than those it was trained on."""
    views = views_of([PAGES[kind]], RECIPE, texture=True)
    assert views.ink.dtype == np.float32
    assert np.array_equal(views.ink[0], prepare(PAGES[kind], RECIPE))


@pytest.mark.parametrize("kind", PAGES)
def test_the_texture_is_of_the_whole_evened_page(kind: str) -> None:
    """The texture eye would work on other descriptions than those it was solved for."""
    gray = even_light(grayscale(PAGES[kind], RECIPE.working_side))
    [texture] = texture_of([PAGES[kind]])
    assert texture.dtype == np.float32
    assert np.isfinite(texture).all()
    assert np.array_equal(texture, describe(gray, otsu(gray)))


def texture_of(pages: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """The descriptions of pages."""
    texture = views_of(pages, RECIPE, texture=True).texture
    assert texture is not None
    return texture


def test_pages_keep_their_order() -> None:
    """A scan would be filed under its neighbour's class."""
    pages = list(PAGES.values())
    views, texture = views_of(pages, RECIPE, texture=False), texture_of(pages)
    assert views.ink.shape == (len(pages), 64, 64, 1)
    assert texture.shape == (len(pages), LENGTH)
    for row, page in enumerate(pages):
        assert np.array_equal(views.ink[row], prepare(page, RECIPE))
        assert np.array_equal(texture[row], texture_of([page])[0])


def test_texture_is_not_described_for_nobody() -> None:
    """A branch that sees shape alone would take twice as long."""
    assert views_of([PAGES["a ticket"]], RECIPE, texture=False).texture is None


def test_no_page_has_no_views() -> None:
    """An empty support folder would stop the service."""
    views = views_of([], RECIPE, texture=True)
    assert views.ink.shape == (0, 64, 64, 1)
    assert views.texture is not None
    assert views.texture.shape == (0, LENGTH)


def test_the_ink_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two eyes would cost what two networks cost."""
    asked = []
    monkeypatch.setattr(preparation, "otsu", lambda gray: asked.append(gray) or otsu(gray))
    views_of([PAGES["a ticket"], PAGES["a solid"]], RECIPE, texture=True)
    assert len(asked) == 2


def test_pixels_are_left_as_they_are() -> None:
    """What is read after it would be another page."""
    page = PAGES["a ticket"].copy()
    views_of([page], RECIPE, texture=True)
    assert np.array_equal(page, PAGES["a ticket"])
