"""Other drawn documents, their wear, and the classes of a first run."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from models.drawing import wear
from models.drawing.documents import DOCUMENT_KINDS, draw_document
from models.drawing.hand import cursive
from models.drawing.lettering import CELL_STYLES, CellStyle, measure, set_in_cells, write
from models.drawing.ready import ready_classes


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
def test_every_kind_draws_something_and_the_same_for_a_seed(kind: str) -> None:
    """A kind that is empty, or the same each time, is no class."""
    draw = DOCUMENT_KINDS[kind]
    first, again, other = (draw(np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.dtype == np.uint8
    assert first.ndim == 2
    assert first.shape[1] == 480
    assert 0.003 < (first < 128).mean() < 0.997
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


@pytest.mark.parametrize("kind", DOCUMENT_KINDS)
@pytest.mark.parametrize("width", [160, 240, 900])
def test_every_kind_draws_at_any_width(kind: str, width: int) -> None:
    """Training draws small, users' pages are large."""
    for seed in range(6):
        pixels = DOCUMENT_KINDS[kind](np.random.default_rng(seed), width)
        assert pixels.shape[1] == width
        assert pixels.shape[0] >= width // 3
        assert np.ptp(pixels) > 100


def test_kinds_differ_from_one_another() -> None:
    """Two names for one picture would be two classes that nobody can tell apart."""
    small = {
        kind: cv2.resize(draw(np.random.default_rng(1)), (32, 32), interpolation=cv2.INTER_AREA)
        for kind, draw in DOCUMENT_KINDS.items()
    }
    names = list(small)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            apart = np.abs(small[one].astype(int) - small[other]).mean()
            assert apart > 4, (one, other)


def test_worn_documents_are_deterministic() -> None:
    """Training must be repeatable."""
    for kind in ("letter", "staves"):
        first, again = (draw_document(kind, np.random.default_rng(9)) for _ in range(2))
        assert np.array_equal(first, again)


@pytest.mark.parametrize("seed", range(25))
def test_wear_leaves_a_picture_and_its_source_alone(seed: int) -> None:
    """Wear must not write into what it was given, nor blot everything out."""
    clean = DOCUMENT_KINDS["letter"](np.random.default_rng(0), 240)
    kept = clean.copy()
    rng = np.random.default_rng(seed)
    worn = wear.on_ground(wear.age(clean, rng, strength=1.5), rng)
    assert np.array_equal(clean, kept)
    assert worn.dtype == np.uint8
    assert worn.shape[0] >= clean.shape[0]
    assert worn.std() > 5


def test_no_strength_no_wear() -> None:
    """Crisp scans must be obtainable."""
    clean = DOCUMENT_KINDS["form"](np.random.default_rng(0))
    assert np.array_equal(wear.age(clean, np.random.default_rng(1), strength=0), clean)


@pytest.mark.parametrize("style", CELL_STYLES)
def test_cells_hold_their_letters(style: CellStyle) -> None:
    """A letter that strays into its neighbour's cell could not be read."""
    pixels = set_in_cells(["AB C", "i"], style, 32, 18)
    assert pixels.shape == (64, 72)
    cells = pixels.reshape(2, 32, 4, 18).min(axis=(1, 3)) < 128
    assert cells.tolist() == [[True, True, False, True], [True, False, False, False]]


def test_letters_are_as_wide_as_they_are_measured() -> None:
    """Right-aligned amounts depend on it."""
    pixels = np.full((60, 400), 255, np.uint8)
    end = write(pixels, "Total 12.30", (10, 40), 30)
    assert abs(end - 10 - measure("Total 12.30", 30)) <= 4
    assert np.flatnonzero(pixels.min(axis=0) < 128)[-1] <= end


def test_handwriting_keeps_to_its_line() -> None:
    """Cursive that runs off its field would cross a register's rules."""
    pixels = np.full((80, 300), 255, np.uint8)
    cursive(pixels, (20.0, 50.0), 200.0, 8.0, np.random.default_rng(2))
    columns = np.flatnonzero(pixels.min(axis=0) < 200)
    assert columns.size > 50
    assert columns[0] >= 10
    assert columns[-1] < 235


def test_ready_classes_are_a_dozen_each_and_quick() -> None:
    """The first run writes them before it starts to watch."""
    start = time.perf_counter()
    made = list(ready_classes())
    assert time.perf_counter() - start < 2
    for name in ("cylinder", "ticket"):
        files = [file for kind, file, _ in made if kind == name]
        assert 6 <= len(files) <= 12
        assert len(set(files)) == len(files)
    for _, _, pixels in made:
        assert pixels.dtype == np.uint8
        assert pixels.ndim == 2
        assert np.ptp(pixels) > 60


def test_ready_classes_repeat_and_follow_their_seed() -> None:
    """Two installations must begin with the same examples."""
    first, again, other = (list(ready_classes(seed)) for seed in (7, 7, 8))
    assert all(np.array_equal(a[2], b[2]) for a, b in zip(first, again, strict=True))
    assert any(
        a[2].shape != b[2].shape or not np.array_equal(a[2], b[2])
        for a, b in zip(first, other, strict=True)
    )
