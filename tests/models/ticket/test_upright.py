"""Whichever way up a page lies, it is read."""

from __future__ import annotations

import importlib.util
import os
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.fields.fields import find_fields
from models.page.scan import Page
from models.ticket.engines import OcrEngine, reader_for
from models.ticket.ink import ink_of, letters_of, lies_sideways
from models.ticket.reading import read_text
from models.ticket.words import Reading

LINES = [
    "GREEN GROCER LTD",
    "12 HIGH STREET",
    "BREAD 12.50",
    "CHEESE 7.25",
    "TOTAL 19.75",
    "CASH 20",
]
DATA = os.environ.get("PIGEONHOLE_TEST_DATA", "")
TODAY = date(2026, 1, 1)
RECEIPTS = Path(DATA, "receipts_sroie", "img")
needs_data = pytest.mark.skipif(not RECEIPTS.is_dir(), reason="PIGEONHOLE_TEST_DATA is not set")

installed = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra rapidocr is not installed"
)


def receipt() -> np.ndarray:
    """Higher than wide, as most are."""
    image = Image.new("L", (700, 900), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(LINES):
        draw.text((60, 60 + 90 * row), line, fill=0, font=ImageFont.load_default(size=44))
    return np.asarray(image)


def read(pixels: np.ndarray, engine: OcrEngine = "tesseract") -> Reading:
    """What is read of a page that lies like that."""
    reader = reader_for(engine, "eng")
    reading = read_text([Page(1, np.ascontiguousarray(pixels))], reader, timeout=60)
    assert isinstance(reading, Reading)
    return reading


@pytest.mark.parametrize("engine", ["tesseract", pytest.param("rapidocr", marks=installed)])
@pytest.mark.parametrize("turns", range(4))
def test_a_page_is_read_whichever_way_up_it_lies(turns: int, engine: OcrEngine) -> None:
    """A scanner does not care how paper is put in."""
    turned = np.rot90(receipt(), turns)
    reading = read(turned, engine)
    assert reading.text.split() == " ".join(LINES).split()
    # The box of each word holds its ink on the page as it lies.
    for word in reading.words:
        left, top, width, height = word.box
        assert turned[top : top + height, left : left + width].min() < 100
        if len(word.text) > 4:
            assert (height > width) == (turns % 2 == 1)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_fields_are_those_of_the_page_that_stands_upright(turns: int) -> None:
    """An amount beside its label is below it on a page that lies sideways: a false total."""
    upright, lying = read(receipt()), read(np.rot90(receipt(), turns))
    expected = find_fields(upright.words, date_order="DMY", today=TODAY)
    found = find_fields(lying.words, date_order="DMY", today=TODAY, turns=lying.turns)
    assert expected.total is not None
    assert found.total is not None
    values = [{name: one.value for name, one in each.found().items()} for each in (expected, found)]
    assert values[0] == values[1]
    assert values[0]["total"] == "19.75"
    assert values[0]["vendor"] == "GREEN GROCER LTD"
    # The box of a field lies on the page as that lies.
    left, top, width, height = found.total.box
    amount = next(word for word in lying.words if word.text == "19.75")
    assert (left, top) == amount.box[:2]
    assert (height > width) == (turns % 2 == 1)


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        "001",
        *(pytest.param(one, marks=pytest.mark.slow) for one in ("068", "144", "209", "554")),
    ],
)
def test_real_receipts_are_read_alike_in_four_rotations(name: str) -> None:
    """The total of a scan must not depend on how it was put on the glass."""
    pixels = cv2.imread(str(next(RECEIPTS.glob(f"*{name}.jpg"))), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    upright = read(np.asarray(pixels, np.uint8)).text.split()
    for turns in (1, 2, 3):
        turned = read(np.rot90(np.asarray(pixels, np.uint8), turns)).text.split()
        assert len(set(upright) & set(turned)) > 0.8 * len(set(upright))


@needs_data
def test_no_upright_receipt_is_held_to_lie_sideways() -> None:
    """Turning one that lies rightly costs its text."""
    for path in sorted(RECEIPTS.glob("*.jpg"))[::4]:
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        page = np.asarray(pixels if pixels.size < 2_000_000 else small, np.uint8)
        assert not lies_sideways(letters_of(ink_of(page))), path.name
        assert lies_sideways(letters_of(ink_of(np.ascontiguousarray(np.rot90(page))))), path.name
