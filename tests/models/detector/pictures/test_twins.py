from __future__ import annotations

import csv
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.detector.pictures.plane import Pixels
from models.detector.pictures.twins import Twins, find_twins, joined
from tests.models.detector.scenes import scene


def saved_again(pixels: Pixels) -> Pixels:
    """As it comes back from a JPEG of low quality."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 30])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).astype(np.uint8)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda pixels: pixels.copy(), id="the same"),
        pytest.param(lambda pixels: np.ascontiguousarray(pixels[:, ::-1]), id="mirrored"),
        pytest.param(lambda pixels: pixels[30:230, 20:240], id="cropped"),
        pytest.param(lambda pixels: cv2.resize(pixels, (150, 150)), id="scaled"),
        pytest.param(lambda pixels: cv2.convertScaleAbs(pixels, alpha=0.6, beta=50), id="lit"),
        pytest.param(saved_again, id="saved again"),
        pytest.param(lambda pixels: np.rot90(pixels).copy(), id="turned"),
    ],
)
def test_what_is_made_from_a_picture_is_its_copy(made: object) -> None:
    """Else a copy in the test would be answered from memory."""
    assert callable(made)
    pictures = [scene(1), scene(2), made(scene(1)), scene(3)]
    assert find_twins(pictures) == [Twins(0, 2, copy=True)]


def test_a_scene_taken_twice_is_no_copy_but_a_twin() -> None:
    """A step aside and another crate in front: the same scene, and another picture."""
    again = scene(1).copy()
    again[120:200, 20:130] = scene(9)[40:120, 60:170]
    turned = cv2.getRotationMatrix2D((128, 128), 6, 1.1)
    again = cv2.warpAffine(again, turned, (256, 256), borderMode=cv2.BORDER_REFLECT)
    assert find_twins([scene(1), scene(2), again.astype(np.uint8)]) == [Twins(0, 2, copy=False)]


def test_different_scenes_are_no_twins() -> None:
    """Else half of a collection would be one group."""
    assert find_twins([scene(seed) for seed in range(12)]) == []


def test_one_label_on_two_things_makes_no_twins() -> None:
    """All packages of a maker carry its sign, and are many pictures nevertheless."""
    sign = scene(50, 60)
    pictures = [scene(seed) for seed in (1, 2)]
    for number, pixels in enumerate(pictures):
        pixels[40 * number : 40 * number + 60, 100:160] = sign
    assert find_twins(pictures) == []


def test_pictures_with_hardly_anything_on_them_are_compared_whole() -> None:
    """A blank sheet is every blank sheet; two shades that run otherwise are two pictures."""
    rising = np.tile(np.linspace(0, 255, 200).astype(np.uint8), (200, 1))
    blank = np.full((100, 100), 240, np.uint8)
    pictures = [rising, blank, np.full((50, 80), 10, np.uint8), (rising // 2 + 20), rising.T.copy()]
    assert find_twins(pictures) == [Twins(0, 3, copy=True), Twins(1, 2, copy=True)]


def test_of_no_picture_there_are_no_twins() -> None:
    """Nor of one, nor of one of a single pixel."""
    assert find_twins([]) == []
    assert find_twins([scene(1)]) == []
    assert find_twins([np.zeros((1, 1), np.uint8), scene(1)]) == []


def test_what_is_joined_by_others_is_joined() -> None:
    """A is B's twin and B is C's: all three are one group, named by its lowest."""
    assert joined(6, [(4, 2), (1, 2), (3, 5)]) == [0, 1, 1, 3, 1, 3]


def test_scenes_of_real_photographs_are_found() -> None:
    """The bananas of the shop were taken several at a stand; no lemon is joined with a leek."""
    folder = Path(os.environ.get("PIGEONHOLE_TEST_DATA", ""), "bananas_grocery")
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip("PIGEONHOLE_TEST_DATA has no bananas_grocery")
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if row["label"] == "banana"] + [
        row for row in rows if "/Fruit/" in row["source"] and row["label"] != "banana"
    ][:30]
    pictures = [cv2.imread(str(folder / row["path"]), cv2.IMREAD_GRAYSCALE) for row in rows]
    found = find_twins(picture.astype(np.uint8) for picture in pictures if picture is not None)
    assert {rows[pair.one]["label"] for pair in found if pair.one < 31} == {"banana"}
    for pair in found:
        assert rows[pair.one]["extra"] == rows[pair.other]["extra"]
    groups = joined(len(rows), [(pair.one, pair.other) for pair in found])
    assert 18 <= len(set(groups[:31])) <= 22
