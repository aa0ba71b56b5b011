"""Sheets in parts, and lines in rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.ticket.strips import rows_of_quads, strips_of


def quad(left: float, top: float, *, width: float = 40, slope: float = 0) -> NDArray[np.float32]:
    """A line 10 high, its right end lower by ``slope``."""
    right, end = left + width, top + slope
    return np.array([[left, top], [right, end], [right, end + 10], [left, top + 10]], np.float32)


def test_a_sheet_is_cut_between_its_lines() -> None:
    """A line that is cut in two is read twice, wrongly."""
    sheet = np.full((1000, 100), 255, np.uint8)
    for top in range(10, 1000, 40):
        sheet[top : top + 30] = 0
    strips = list(strips_of(sheet, 20_000))
    assert [top for _, top in strips] == sorted(top for _, top in strips)
    assert np.array_equal(np.concatenate([strip for strip, _ in strips]), sheet)
    assert len(strips) > 4
    for strip, top in strips:
        assert strip.size <= 20_000
        assert top == 0 or sheet[top].min() == 255


def test_a_small_sheet_stays_whole() -> None:
    """Every page would be cut."""
    sheet = np.full((30, 4000), 255, np.uint8)
    assert [(strip.shape, top) for strip, top in strips_of(sheet, 100)] == [((30, 4000), 0)]


def test_what_stands_side_by_side_is_one_row() -> None:
    """A label would lose its amount, which stands at the other edge of the paper."""
    total, amount = quad(0, 100), quad(300, 103)
    name, other = quad(10, 20, width=200), quad(0, 130)
    rows = rows_of_quads([amount, other, total, name])
    assert [len(row) for row in rows] == [1, 2, 1]
    assert rows[1][0] is total
    assert rows[1][1] is amount


def test_a_row_may_slope() -> None:
    """A receipt that was held askew would lose its rows."""
    left, middle = quad(0, 0, width=100, slope=6), quad(110, 6, width=100, slope=6)
    right = quad(220, 12, width=100, slope=6)
    assert [len(row) for row in rows_of_quads([right, left, middle])] == [3]
    assert rows_of_quads([]) == []
