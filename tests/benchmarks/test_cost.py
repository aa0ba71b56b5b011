from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.recognition_lines import cost
from benchmarks.recognition_lines.bench import Network
from benchmarks.recognition_lines.pictures import Picture
from models.drawing.tickets import draw_ticket
from models.siamese.weights import SHIPPED


class OnePage:
    """A bench whose only receipt is drawn."""

    def __init__(self, cache: Path) -> None:
        self.network = Network.opened(SHIPPED, [], cache)

    def real(self, _kind: object) -> list[SimpleNamespace]:
        """One receipt."""
        pixels = draw_ticket(np.random.default_rng(1)).pixels
        return [SimpleNamespace(picture=Picture("drawn", "drawn", lambda: pixels))]


def test_the_whole_way_of_a_page_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A slow preparation or a slow eye would hide behind a fast network."""
    monkeypatch.setattr(cost, "BATCH", 2)
    monkeypatch.setattr(cost, "_ROUNDS", 1)
    rows = {row.line: row for row in cost.measure(OnePage(tmp_path))}  # type: ignore[arg-type]
    alone = rows["page through both eyes, alone"]
    together = rows["page through both eyes, 64 at once"]
    assert (alone.target, together.target) == (6.0, 3.0)
    assert {row.measured for row in (alone, together)} == {"1 receipts on one core"}
    size = SHIPPED.with_name("siamese.weights.h5").stat().st_size
    assert rows["weights"].value == pytest.approx(size / 1e6)
