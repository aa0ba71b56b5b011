from __future__ import annotations

import numpy as np

from models.ticket.rapid.parts import parts_of


def test_a_sheet_is_cut_between_its_lines() -> None:
    """A line that is cut in two is read twice, wrongly."""
    sheet = np.full((1000, 100), 255, np.uint8)
    for top in range(10, 1000, 40):
        sheet[top : top + 30] = 0
    parts = list(parts_of(sheet, 20_000))
    assert [top for _, top in parts] == sorted(top for _, top in parts)
    assert np.array_equal(np.concatenate([part for part, _ in parts]), sheet)
    assert len(parts) > 4
    for part, top in parts:
        assert part.size <= 20_000
        assert top == 0 or sheet[top].min() == 255


def test_a_small_sheet_stays_whole() -> None:
    """Every page would be cut."""
    sheet = np.full((30, 4000), 255, np.uint8)
    assert [(part.shape, top) for part, top in parts_of(sheet, 100)] == [((30, 4000), 0)]
