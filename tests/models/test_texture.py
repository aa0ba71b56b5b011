from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.page.prepare import even_light, grayscale, otsu
from models.page.texture import LENGTH, SIDE, SIZES, describe

Pixels = NDArray[np.uint8]


def described(page: Pixels) -> NDArray[np.float32]:
    """A page's texture, prepared as the branch does."""
    even = even_light(grayscale(page, SIDE))
    return describe(even, otsu(even))


def block(name: str, description: NDArray[np.float32]) -> NDArray[np.float32]:
    """One block of a description."""
    ends = np.cumsum(list(SIZES.values()))
    at = list(SIZES).index(name)
    return description[ends[at] - SIZES[name] : ends[at]]


def striped(gap: int, *, thick: int = 4, side: int = SIDE) -> Pixels:
    """White paper with level black lines."""
    page = np.full((side, side), 255, np.uint8)
    for row in range(thick):
        page[row :: gap + thick] = 0
    return page


def test_the_blocks_make_up_the_description() -> None:
    """Weights would be multiplied with another block's numbers."""
    found = described(striped(20))
    assert found.shape == (LENGTH,)
    assert found.dtype == np.float32
    assert sum(SIZES.values()) == LENGTH


@pytest.mark.parametrize("shape", [(512, 512), (300, 512), (40, 30), (512, 3), (1, 1), (7, 400)])
@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_page_without_anything_on_it_has_a_texture(shape: tuple[int, int], grey: int) -> None:
    """One blank page or thin strip would have no distance to anything."""
    page = np.full(shape, grey, np.uint8)
    found = describe(page, np.zeros_like(page))
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 4


def test_each_histogram_is_of_length_one() -> None:
    """A block with more pixels would outweigh the others."""
    found = described(striped(20))
    # Four of patterns, four of runs of which one has none, two of spread.
    assert np.sum(block("patterns", found) ** 2) == pytest.approx(4, abs=1e-5)
    assert np.sum(block("runs", found) ** 2) == pytest.approx(3, abs=1e-5)
    assert np.sum(block("spread", found) ** 2) == pytest.approx(2, abs=1e-5)


def test_runs_are_measured_in_both_directions() -> None:
    """Lines and columns of print would look alike."""
    ink = 255 - striped(20)
    runs = block("runs", describe(255 - ink, ink)).reshape(4, -1)
    ink_across, gaps_across, ink_down, gaps_down = runs
    assert np.count_nonzero(ink_across) == 1  # every line as wide as the page
    assert np.count_nonzero(gaps_across) == 0
    assert np.count_nonzero(ink_down) == np.count_nonzero(gaps_down) == 1
    assert np.argmax(ink_across) > np.argmax(gaps_down) > np.argmax(ink_down)


def test_a_run_does_not_go_on_in_the_next_row() -> None:
    """Ink at the right edge and at the left of the next row would be one long line."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    ink[:, :10] = ink[:, -10:] = 255
    ink_across, gaps_across, _, _ = block("runs", describe(255 - ink, ink)).reshape(4, -1)
    assert np.count_nonzero(ink_across) == 1
    assert np.count_nonzero(gaps_across) == 1


def test_light_grain_leaves_the_patterns_nearly_as_they_are() -> None:
    """The noise of a sensor would count for more than what is on the page."""
    clean = striped(20)
    noise = np.random.default_rng(0).normal(0, 2, clean.shape)
    grainy = np.clip(clean.astype(float) - 5 + noise, 0, 255).astype(np.uint8)
    one, other = (block("patterns", described(page))[: 2 * 59] for page in (clean, grainy))
    assert one @ other / 2 > 0.9
    far = block("patterns", described(cv2.GaussianBlur(noise, (0, 0), 2).astype(np.uint8)))
    assert one @ far[: 2 * 59] / 2 < 0.9


def test_the_size_of_the_file_matters_little() -> None:
    """The same page from a finer scanner would be another kind of document."""
    page = np.full((1536, 1152), 255, np.uint8)
    for row in range(60, 1480, 40):
        cv2.putText(page, "several words in a row " * 3, (60, row), 0, 0.9, (0,), 2)
    fine, coarse = (described(grayscale(page, side)) for side in (1536, 768))
    assert fine @ coarse / (np.linalg.norm(fine) * np.linalg.norm(coarse)) > 0.98


def test_two_pages_are_not_described_as_one() -> None:
    """The ink of one page and the grey of another would go unnoticed."""
    with pytest.raises(ValueError, match="two pages"):
        describe(np.zeros((10, 10), np.uint8), np.zeros((10, 11), np.uint8))


def test_print_and_photographs_lie_apart(real_data: Path) -> None:
    """A receipt's nearest neighbour would be a banana."""
    receipts = _some(real_data / "receipts_sroie", "receipt")
    fruit = _some(real_data / "bananas_grocery", "banana")
    found = np.stack([described(page) for page in receipts + fruit])
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    alike = found @ found.T
    n = len(receipts)
    assert alike[:n, :n].mean() > alike[:n, n:].mean() + 0.1


def _some(folder: Path, label: str) -> list[Pixels]:
    with (folder / "MANIFEST.tsv").open(errors="surrogateescape") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    names = [row["path"] for row in rows if row["label"] == label and row["path"].endswith(".jpg")]
    return [cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE) for name in names[:6]]  # type: ignore[misc]
