from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.page.scan import Page
from models.ticket.reading import read_text
from models.ticket.sheet import TALL, sheet_of
from models.ticket.tesseract.engine import PreparedTesseract
from models.ticket.tesseract.lines import lines_of
from models.ticket.tesseract.strips import strips_of
from models.ticket.words import Reading

LINES = [
    ("GREEN GROCER LTD", 34, 0),
    ("12 HIGH STREET, OLD TOWN", 34, 0),
    ("TAX INVOICE", 70, 0),
    ("BREAD AND BUTTER", 34, 150),
    ("CHEDDAR CHEESE 500 G", 34, 0),
    ("TOTAL", 60, 0),
    ("CASH", 34, 170),
]
AMOUNTS = {3: "12.50", 4: "7.25", 5: "19.75", 6: "20.00"}


def receipt(*, curl: float = 0.0, ruled: bool = False) -> np.ndarray:
    """Lines of several heights and shades, with amounts far to the right of some."""
    image = Image.new("L", (1100, 1000), 255)
    draw = ImageDraw.Draw(image)
    top = 60
    for number, (text, size, shade) in enumerate(LINES):
        font = ImageFont.load_default(size=size)
        draw.text((70, top), text, fill=shade, font=font)
        if number in AMOUNTS:
            draw.text((850, top), AMOUNTS[number], fill=shade, font=font)
        top += int(2 * size)
        if ruled:
            draw.line((60, top - 0.55 * size, 1040, top - 0.55 * size), fill=0, width=3)
    pixels = np.asarray(image)
    x, y = np.meshgrid(np.arange(1100, dtype=np.float32), np.arange(1000, dtype=np.float32))
    bent = y + np.float32(curl) * np.sin(x / 350).astype(np.float32)
    return cv2.remap(pixels, x, bent, cv2.INTER_CUBIC, borderValue=255)


@pytest.mark.parametrize("curl", [0.0, 10.0])
@pytest.mark.parametrize("ruled", [False, True])
def test_every_line_is_found_with_its_amount(curl: float, ruled: bool) -> None:
    """An amount in a row of its own belongs to nothing."""
    lines = lines_of(sheet_of(receipt(curl=curl, ruled=ruled)).pixels)
    assert len(lines) == len(LINES)
    starts = [line.spans[0][0] for line in lines]
    assert max(starts) - min(starts) < 3 * TALL
    for number in AMOUNTS:
        assert lines[number].spans[-1][1] > lines[0].spans[-1][1]


def test_lines_are_drawn_alike() -> None:
    """What is tall becomes as high as the rest, what is faint as dark, what is bent straight."""
    sheet = sheet_of(receipt(curl=10.0))
    strips = strips_of(lines_of(sheet.pixels))
    again = lines_of(strips.pixels)
    assert len(again) == len(LINES)
    assert all(abs(line.tall - TALL) < 0.25 * TALL for line in again)
    assert all(np.ptp(line.baseline[:, 1]) <= 0.25 * TALL for line in again)
    darkest = [np.quantile(line.pixels[line.own], 0.1) for line in again]
    assert max(darkest) < 90


def test_a_box_on_a_strip_goes_back_to_its_line() -> None:
    """The words of a second reading would stand anywhere on the page."""
    sheet = sheet_of(receipt(curl=10.0))
    lines = lines_of(sheet.pixels)
    strips = strips_of(lines)
    for number, line in enumerate(lines_of(strips.pixels)):
        left, right = line.spans[0]
        base = float(line.baseline[0, 1])
        box = (int(left), int(base - line.tall), int(right - left), int(line.tall))
        x, y, width, height = strips.place(box)
        expected = np.interp(x + width / 2, *lines[number].baseline.T)
        assert abs(y + height - expected) < 0.3 * lines[number].tall
        assert abs(x - lines[number].spans[0][0]) < lines[number].tall


def test_a_page_without_text_has_no_lines() -> None:
    """Blank paper, and noise."""
    assert lines_of(np.full((300, 200), 255, np.uint8)) == []
    noise = np.random.default_rng(1).integers(0, 256, (300, 200)).astype(np.uint8)
    lines_of(noise)


def test_a_faint_line_is_read() -> None:
    """Redrawn: on the sheet it is not found between those that are black."""
    page = Page(1, receipt(curl=6.0, ruled=True))
    reading = read_text([page], PreparedTesseract("eng"), timeout=60)
    assert isinstance(reading, Reading)
    words = reading.words
    texts = [word.text for word in words]
    assert {"BREAD", "BUTTER", "CASH", "19.75", "12.50", "TAX"} <= set(texts)
    tops = {word.text: word.box[1] for word in words}
    assert tops["GREEN"] < tops["TAX"] < tops["BREAD"] < tops["CHEDDAR"] < tops["CASH"]
    rows = {word.text: word.line for word in words}
    assert rows["CASH"] == rows["20.00"] != rows["19.75"]


def test_a_page_of_noise_has_no_lines() -> None:
    """A photograph of gravel would hold a worker for minutes, and no time limit end it."""
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500)).astype(np.uint8)
    grain = np.where(np.random.default_rng(0).random((1500, 1500)) < 0.02, 0, 255)
    assert lines_of(noise) == []
    assert lines_of(grain.astype(np.uint8)) == []
