"""Reading with RapidOCR: the same interface, and what is said where it cannot read."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from config.errors import OcrError
from models.page.scan import Fault, Page
from models.ticket.engines import check_engine, reader_for
from models.ticket.rapid import engine as rapid
from models.ticket.rapid import parts
from models.ticket.reading import read_text
from models.ticket.sheet import sheet_of
from models.ticket.words import Reading

LINES = ("Green Grocer Ltd", "TOTAL 12.50", "2 eggs 3.00")

installed = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra rapidocr is not installed"
)


@pytest.fixture(scope="module")
def reader() -> rapid.RapidReader:
    """One for all tests: it takes a second to make."""
    return rapid.RapidReader("eng", threads=1)


def page_of(*lines: str, number: int = 1) -> Page:
    """A white page with these lines, black, 40 pixels high."""
    image = Image.new("L", (900, 60 + 90 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=40)
    for row, line in enumerate(lines):
        draw.text((30, 40 + 90 * row), line, fill=0, font=font)
    return Page(number, np.asarray(image))


@installed
def test_words_lines_and_boxes_are_read(reader: rapid.RapidReader) -> None:
    """A ticket's text would be lost, or its words stand where they are not."""
    result = read_text([page_of(*LINES), page_of("Two", number=2)], reader, timeout=60)
    assert isinstance(result, Reading), result
    assert result.text == "\n".join(LINES) + "\n\nTwo"
    assert [word.page for word in result.words] == [1] * 8 + [2]
    total, amount = result.words[3:5]
    assert total.line == amount.line
    assert abs(total.box[0] - 30) < 8
    assert abs(total.box[1] + total.box[3] / 2 - 155) < 12
    assert total.box[0] + total.box[2] < amount.box[0] + 5
    assert all(0.5 < word.confidence <= 1 for word in result.words)


@installed
def test_nothing_to_read_is_no_fault(reader: rapid.RapidReader) -> None:
    """A blank page among the tickets would be a fault."""
    for shape in ((300, 200), (1, 1), (2, 3000)):
        assert reader.read(sheet_of(np.full(shape, 255, np.uint8)), timeout=60) == []


@installed
def test_the_time_limit_holds(reader: rapid.RapidReader) -> None:
    """A page full of lines would hold a worker until it is killed, and its verdict be lost."""
    for timeout in (0.0, 0.05):
        result = read_text([page_of(*LINES * 20)], reader, timeout=timeout)
        assert isinstance(result, Fault)
        assert result.stage == "ocr"
        assert "longer than" in result.reason


@installed
def test_a_page_in_parts_is_read_as_a_whole(
    reader: rapid.RapidReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lower half of a long receipt would be lost, or its boxes stand in the upper one."""
    lines = [f"LINE {number}" for number in range(10, 40)]
    monkeypatch.setattr(parts, "MOST", 100_000)
    monkeypatch.setattr(parts.parts_of, "__defaults__", (100_000,))
    reading = read_text([page_of(*lines)], reader, timeout=60)
    assert isinstance(reading, Reading)
    found = reading.words
    assert " ".join(word.text for word in found) == " ".join(lines)
    assert abs(found[-1].box[1] - 2650) < 20


@installed
def test_a_failing_network_is_a_value(
    reader: rapid.RapidReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An odd page would stop the worker; one that is too large would be called odd."""

    def fails(said: str) -> None:
        def fail(_: object) -> None:
            raise RuntimeError(said)

        monkeypatch.setattr(reader, "_recognise", fail)

    fails("a node is unhappy")
    result = reader.read(sheet_of(page_of("x").pixels), timeout=60)
    assert isinstance(result, Fault)
    assert "a node is unhappy" in result.reason
    fails("Failed to allocate memory for requested buffer of size 4096")
    with pytest.raises(MemoryError):
        reader.read(sheet_of(page_of("x").pixels), timeout=60)


@installed
@pytest.mark.slow
def test_real_receipts_are_read_better_than_tesseract_does(
    reader: rapid.RapidReader, real_data: Path
) -> None:
    """The extra would cost time for nothing."""
    folder = real_data / "receipts_sroie"
    found = {"rapidocr": 0, "tesseract": 0}
    for path in sorted((folder / "key").glob("*.json"))[:40:10]:
        pixels = cv2.imread(str(folder / "img" / f"{path.stem}.jpg"), cv2.IMREAD_GRAYSCALE)
        assert pixels is not None
        rows = (folder / "box" / f"{path.stem}.csv").read_text(errors="replace").splitlines()
        true = bag(" ".join(row.split(",", 8)[-1] for row in rows))
        for name, engine in (("rapidocr", reader), ("tesseract", reader_for("tesseract", "eng"))):
            result = read_text([Page(1, pixels.astype(np.uint8))], engine, timeout=100)
            assert isinstance(result, Reading)
            found[name] += (bag(result.text) & true).total()
    assert found["rapidocr"] > found["tesseract"]


def bag(text: str) -> Counter[str]:
    """Words without case and the punctuation around them."""
    return Counter(re.sub(r"^\W+|\W+$", "", word.casefold()) for word in text.split())


@installed
def test_the_version_and_languages_are_told() -> None:
    """The status could not say what reads."""
    said = check_engine("rapidocr", "eng+deu")
    assert re.fullmatch(r"\d+\.\d+\.\d+, reads eng\+deu", said)


def test_a_script_that_it_does_not_know_is_refused() -> None:
    """A Russian ticket would be read as noise in Latin letters."""
    for call in (
        lambda: check_engine("rapidocr", "eng+rus"),
        lambda: rapid.RapidReader("rus", threads=1),
    ):
        with pytest.raises(OcrError, match=r"cannot read rus.*Latin.*tesseract\.$"):
            call()


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user would get a traceback, or a service that reads nothing."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for call in (
        lambda: check_engine("rapidocr", "eng"),
        lambda: rapid.RapidReader("eng", threads=1),
    ):
        with pytest.raises(OcrError, match=r"rapidocr is not installed.*pip install"):
            call()


@installed
def test_a_missing_network_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that was promised to need no network would call a server."""
    monkeypatch.setitem(rapid._MODELS, "Rec", "nowhere.onnx")
    with pytest.raises(OcrError, match=r"lacks its network .*nowhere\.onnx"):
        check_engine("rapidocr", "eng")
