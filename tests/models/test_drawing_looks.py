from __future__ import annotations

import numpy as np
import pytest

from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.looks import enlarge, look_again
from models.drawing.templates import blank_places, fill


def form() -> np.ndarray:
    """A clean page with blanks."""
    return DOCUMENT_KINDS["form"](np.random.default_rng(3), 500)


@pytest.mark.parametrize("shape", [(16, 16), (16, 2000), (2000, 20), (700, 500)])
def test_any_page_can_be_seen_again(shape: tuple[int, int]) -> None:
    """A training would end at the first odd page."""
    for seed in range(20):
        seen = look_again(np.full(shape, 255, np.uint8), np.random.default_rng(seed))
        assert seen.dtype == np.uint8
        assert min(seen.shape) > 0


def test_looks_differ_and_can_be_repeated() -> None:
    """Nothing would be learned from looks that are one, nor a training be repeated."""
    first, again, other = (look_again(form(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


def test_places_are_blank_and_do_not_overlap() -> None:
    """Fillings would be written over print."""
    pixels = form()
    count = np.zeros(pixels.shape, int)
    places = blank_places(pixels, np.random.default_rng(0))
    assert len(places) > 4
    for left, top, wide, high in places:
        assert pixels[top : top + high, left : left + wide].min() >= 200
        count[top : top + high, left : left + wide] += 1
    assert count.max() == 1


def test_a_full_page_has_no_places() -> None:
    """A page of solid black would be searched for ever."""
    assert blank_places(np.zeros((300, 200), np.uint8), np.random.default_rng(0)) == []


def test_fillings_differ_and_leave_the_template_alone() -> None:
    """All fillings would be those of the last page."""
    pixels = form()
    before = pixels.copy()
    places = blank_places(pixels, np.random.default_rng(0))
    one, other = (fill(pixels, places, np.random.default_rng(seed)) for seed in (1, 2))
    assert np.array_equal(pixels, before)
    assert (one != other).any()
    assert (one != pixels).mean() < 0.1


def test_an_enlarged_drawing_is_large_and_mostly_sharp() -> None:
    """Soft edges would be what tells a drawing from a page."""
    small = np.full((50, 50), 255, np.uint8)
    small[20:30, 10:40] = 0
    sharp = 0
    for seed in range(40):
        large = enlarge(small, np.random.default_rng(seed))
        assert max(large.shape) >= 250
        sharp += set(np.unique(large)) <= {0, 255}
    assert sharp >= 20
