from __future__ import annotations

import numpy as np
import pytest

from benchmarks.recognition_lines.layouts import LAYOUTS, layout_class
from benchmarks.recognition_lines.templates import TEMPLATES


def sheet(kind: str, layout: int, filling: int) -> np.ndarray:
    """A clean sheet."""
    return TEMPLATES[kind](np.random.default_rng(layout), np.random.default_rng(filling), 320)


@pytest.mark.parametrize("kind", TEMPLATES)
def test_sheets_of_one_layout_share_what_is_printed(kind: str) -> None:
    """A layout would change with its filling, and be no layout."""
    for layout in range(9):
        sheets = [sheet(kind, layout, filling) for filling in range(12)]
        # Ink that stands on all sheets is the printer's; other layouts have other ink there.
        printed = np.max(sheets, axis=0) < 128
        other = np.max([sheet(kind, layout + 100, filling) for filling in range(12)], axis=0) < 128
        assert printed.sum() > 500
        assert (printed & other).sum() < 0.7 * printed.sum()


@pytest.mark.parametrize("kind", TEMPLATES)
def test_sheets_of_one_layout_are_filled_differently(kind: str) -> None:
    """The same sheet would be shown and asked for."""
    for layout in range(9):
        first, second = sheet(kind, layout, 0), sheet(kind, layout, 1)
        assert (first != second).sum() > 100


def test_a_class_of_layouts_is_drawn_the_same_again() -> None:
    """Two runs could not be compared."""
    one, again = (layout_class("form", 0, LAYOUTS - 1, seed=3) for _ in range(2))
    assert [picture.name for picture in one.pictures] == [p.name for p in again.pictures]
    assert np.array_equal(one.pictures[2].pixels(), again.pictures[2].pixels())
    assert not np.array_equal(one.pictures[1].pixels().shape, (0, 0))
    assert len({picture.origin for picture in one.pictures}) == len(one.pictures)
