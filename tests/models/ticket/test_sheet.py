from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.ticket.ink import ink_of, letter_height, letters_of, skew
from models.ticket.sheet import TALL, sheet_of

LINES = ["GREEN GROCER LTD", "12 HIGH STREET", "TOTAL 12.50", "CASH 20.00", "CHANGE 7.50"] * 2


def page(size: int = 40, *, margin: int = 60) -> np.ndarray:
    """Black capitals of this size on white paper."""
    font = ImageFont.load_default(size=size)
    image = Image.new("L", (size * 14 + 2 * margin, len(LINES) * 2 * size + 2 * margin), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(LINES):
        draw.text((margin, margin + 2 * size * row), line, fill=0, font=font)
    return np.asarray(image)


@pytest.mark.parametrize("size", [16, 24, 40, 90])
def test_letters_come_out_in_the_height_that_is_read_best(size: int) -> None:
    """A fine scan and a coarse one of one receipt would read differently."""
    sheet = sheet_of(page(size))
    found = letter_height(letters_of(ink_of(sheet.pixels)))
    assert found is not None
    assert abs(found - TALL) <= 3


@pytest.mark.parametrize("angle", [-4.0, -1.3, 0.0, 0.7, 3.0])
def test_a_page_that_lies_askew_is_straightened(angle: float) -> None:
    """Lines would run into one another."""
    pixels = page()
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), -angle, 1)
    askew = cv2.warpAffine(pixels, turn, pixels.shape[::-1], borderValue=255)
    assert abs(skew(ink_of(askew)) - angle) <= 0.3
    assert abs(skew(ink_of(sheet_of(askew).pixels))) <= 0.3


def long_page(times: int) -> np.ndarray:
    """A receipt with an amount at its right edge in each line, many lines long."""
    font = ImageFont.load_default(size=24)
    image = Image.new("L", (560, 400 * times), 255)
    draw = ImageDraw.Draw(image)
    for row in range(10 * times):
        draw.text((20, 40 * row), f"ARTICLE {row:04}", fill=0, font=font)
        draw.text((450, 40 * row), f"{row:04}.50", fill=0, font=font)
    return np.asarray(image)


@pytest.mark.parametrize("times", [5, 20, 60])
@pytest.mark.parametrize("angle", [0.0, 0.8])
def test_a_long_receipt_keeps_its_edges(times: int, angle: float) -> None:
    """Turned by what is not there, or in too little room, amounts lose their last figures."""
    pixels = long_page(times)
    height, width = pixels.shape
    shear = np.array([[1, 0, 0], [np.tan(np.radians(angle)), 1, 0]], np.float64)
    askew = cv2.warpAffine(pixels, shear, (width, height + 20), borderValue=255)
    assert abs(skew(ink_of(askew)) - angle) <= 0.2
    sheet = sheet_of(askew)
    assert max(sheet.pixels.shape) < 32_767
    border = np.concatenate([sheet.pixels[:, :8].ravel(), sheet.pixels[:, -8:].ravel()])
    assert border.min() > 200


def test_a_receipt_on_a_scanner_s_bed_is_cut_out() -> None:
    """Tesseract would read a mostly blank page, and look for columns in it."""
    bed = np.full((3000, 2500), 250, np.uint8)
    receipt = page()
    height, width = receipt.shape
    bed[700 : 700 + height, 900 : 900 + width] = receipt
    on_the_bed, alone = sheet_of(bed).pixels.shape, sheet_of(receipt).pixels.shape
    assert on_the_bed[0] <= 1.1 * alone[0]
    assert on_the_bed[1] <= 1.1 * alone[1]


def test_shadow_becomes_paper() -> None:
    """Half of the receipt would be black."""
    shadow = np.linspace(80, 255, page().shape[1])
    dim = (page() * (shadow / 255)).astype(np.uint8)
    pixels = sheet_of(dim).pixels
    assert np.median(pixels[:, : pixels.shape[1] // 4]) > 230


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("angle", [0.0, 2.0])
def test_boxes_go_back_to_where_they_stand_on_the_page(turns: int, angle: float) -> None:
    """What was read would be shown beside where it stands."""
    pixels = page().copy()
    pixels[400:430, 500:560] = 0  # a mark
    turn = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), -angle, 1)
    askew = cv2.warpAffine(pixels, turn, pixels.shape[::-1], borderValue=255)
    shown = np.ascontiguousarray(np.rot90(askew, -turns))
    sheet = sheet_of(shown, turns=turns)
    dark = (sheet.pixels < 60).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.erode(dark, np.ones((9, 9), np.uint8)))
    left, top, width, height, _ = stats[1:][np.argmax(stats[1:, 4])]
    box = sheet.box_on_page((left, top, width, height))
    found = shown[box[1] : box[1] + box[3], box[0] : box[0] + box[2]]
    assert found.size
    assert (found < 60).mean() > 0.85


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (300, 300)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_page_without_text_is_left_as_it_is(shape: tuple[int, int], value: int) -> None:
    """A photograph among the tickets would raise."""
    sheet = sheet_of(np.full(shape, value, np.uint8))
    assert sheet.pixels.dtype == np.uint8
    assert sheet.pixels.shape == (shape[0] + 32, shape[1] + 32)


def test_noise_is_survived() -> None:
    """A page of dust would take all memory, or raise."""
    rng = np.random.default_rng(0)
    sheet = sheet_of(rng.integers(0, 256, (800, 600), dtype=np.uint8))
    assert sheet.pixels.size < 30_000_000
