from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from config.errors import OcrError
from models.page.scan import Fault, Page
from models.ticket.reading import read_text
from models.ticket.sheet import sheet_of
from models.ticket.tesseract import command
from models.ticket.tesseract.command import check_tesseract, languages_folder, missing_of
from models.ticket.tesseract.engine import PreparedTesseract
from models.ticket.words import Reading

HEADING = r"level\tpage_num\n"
"""How a table of Tesseract begins; the other columns play no part."""
COMMAND = "models.ticket.tesseract.command.pytesseract.pytesseract.tesseract_cmd"


def page_of(*lines: str, number: int = 1) -> Page:
    """A white page with these lines, black, 40 pixels high."""
    image = Image.new("L", (900, 60 + 90 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=40)
    for row, line in enumerate(lines):
        draw.text((30, 40 + 90 * row), line, fill=0, font=font)
    return Page(number, np.asarray(image))


def reading(*pages: Page) -> Reading:
    """What is read of good pages."""
    result = read_text(pages, PreparedTesseract("eng"), timeout=60)
    assert isinstance(result, Reading), result
    return result


def fault(*pages: Page, language: str = "eng", timeout: float = 60) -> Fault:
    """Why nothing is read."""
    result = read_text(pages, PreparedTesseract(language), timeout=timeout)
    assert isinstance(result, Fault), result
    assert result.stage == "ocr"
    assert result.advice
    return result


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a shell script in Tesseract's place: it answers ``--version``, then does as told."""
    path = tmp_path / "tesseract"
    path.write_text(
        f'#!/bin/sh\ncase "$1" in --version) echo tesseract 5.3.0; exit;; esac\n{script}\n'
    )
    path.chmod(0o755)
    monkeypatch.setattr(COMMAND, str(path))


def test_words_lines_confidences_and_boxes_are_read() -> None:
    """A ticket's text would be lost, or its words stand where they are not."""
    result = reading(page_of("Green Grocer Ltd", "TOTAL 12.50"))
    assert result.text.split("\n")[0] == "Green Grocer Ltd"
    assert result.text.replace("\n\n", "\n").split("\n")[1] == "TOTAL 12.50"
    total = next(word for word in result.words if word.text == "TOTAL")
    green = next(word for word in result.words if word.text == "Green")
    assert total.line != green.line
    assert 0.5 < total.confidence <= 1
    left, top, width, height = total.box
    assert 20 <= left <= 45
    assert 120 <= top <= 160
    assert 90 <= width <= 200
    assert 20 <= height <= 45


def test_pages_follow_one_another() -> None:
    """The second page of a ticket would be lost, or run into the first."""
    result = reading(page_of("First page"), page_of("Second page", number=2))
    assert result.text == "First page\n\nSecond page"
    assert {word.page for word in result.words} == {1, 2}


@pytest.mark.parametrize("bar", [(30, 100), (120, 190), (210, 280)])
def test_white_on_black_is_read(bar: tuple[int, int]) -> None:
    """Some tickets print their heading or their total like that."""
    lines = "Green Grocer Ltd", "BREAD 12.50", "TOTAL 12.50", "CASH 20.00"
    pixels = page_of(*lines).pixels.copy()
    pixels[slice(*bar), 10:600] = 255 - pixels[slice(*bar), 10:600]
    assert reading(Page(1, pixels)).text.split("\n") == list(lines)


def test_where_time_is_short_a_page_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document of many pages would run out of time that once over would have sufficed."""
    sheet = sheet_of(page_of("Green Grocer Ltd", "TOTAL 12.50").pixels)
    seen = tmp_path / "seen"
    fake(tmp_path, monkeypatch, f'cp "$1" {seen}; exit 1')
    pages = []
    for hurried in (False, True):
        assert isinstance(PreparedTesseract("eng").read(sheet, timeout=60, hurried=hurried), Fault)
        with Image.open(seen) as image:
            pages.append(getattr(image, "n_frames", 1))
    assert pages == [2, 1]


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (300, 300)])
def test_a_page_without_text_is_an_empty_reading(shape: tuple[int, int]) -> None:
    """A photograph among the tickets would be a fault."""
    result = reading(Page(1, np.full(shape, 255, np.uint8)))
    assert (result.text, result.words) == ("", ())
    assert reading().text == ""


def test_a_reading_that_takes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One endless page would hold a worker, and its Tesseract would outlive it."""
    pid = tmp_path / "pid"
    fake(tmp_path, monkeypatch, f"echo $$ > {pid}; exec sleep 60")
    said = fault(page_of("x"), timeout=0.5)
    assert "longer than 0.5 s" in said.reason
    # Neither running nor a zombie.
    assert not Path("/proc", pid.read_text().strip()).exists()


def test_a_tiny_timeout_stops_the_real_tesseract() -> None:
    """The limit would hold for a fake alone."""
    assert "longer than" in fault(page_of("x"), timeout=0.001).reason
    assert "longer than" in fault(page_of("x"), timeout=0).reason


def test_one_thread_is_asked_for_and_the_environment_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading would take three times as long, or other libraries lose their threads."""
    seen = tmp_path / "seen"
    fake(tmp_path, monkeypatch, f'echo "$OMP_THREAD_LIMIT" > {seen}; exit 1')
    for before in (None, "7"):
        if before is None:
            monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
        else:
            monkeypatch.setenv("OMP_THREAD_LIMIT", before)
        fault(page_of("x"))
        assert seen.read_text().strip() == "1"
        assert os.environ.get("OMP_THREAD_LIMIT") == before


def test_control_characters_do_not_reach_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form feed or a NUL would break the database's search or the command line's output."""
    row = r"5\t1\t1\t1\t1\t%s\t3\t4\t5\t6\t%s\t%s\n"
    rows = row % (1, "96.5", r"a\014b\000c") + row % (2, "-1", r"\014") + row % (3, "101", '"d')
    fake(tmp_path, monkeypatch, f"printf '{HEADING}{rows}' > \"$2.tsv\"")
    result = reading(page_of("x"))
    assert result.text == 'abc "d'
    assert [word.confidence for word in result.words] == [0.965, 1.0]


@pytest.mark.parametrize("script", ["exit 1", "kill -SEGV $$", "exit 0", 'echo "5\t1" > "$2.tsv"'])
def test_a_tesseract_that_fails_is_a_value(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash of Tesseract would stop the worker."""
    fake(tmp_path, monkeypatch, script)
    result = read_text([page_of("x")], PreparedTesseract("eng"), timeout=60)
    assert isinstance(result, Fault)
    assert "Tesseract" in result.reason


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -KILL $$", "was killed (SIGKILL)"),
        ('head -c 9999 /dev/urandom > "$2.tsv"', "something else than words"),
        (
            rf"printf '{HEADING}5\t1\t1\t1\t1\t1\tA\tB\tC\tD\tE\tF\n' > $2.tsv",
            "something else than words",
        ),
    ],
)
def test_it_is_told_what_tesseract_did(
    script: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People would read of codecs and numbers, and look for the trouble in their scan."""
    fake(tmp_path, monkeypatch, script)
    assert reason in fault(page_of("x")).reason


def test_one_of_several_languages_that_is_gone_is_told(tmp_path: Path) -> None:
    """Tesseract would read on in the others, and umlauts be lost without a word."""
    (tmp_path / "script").mkdir()
    for name in ("eng", "script/Latin"):
        (tmp_path / f"{name}.traineddata").touch()
    assert missing_of("eng+script/Latin", tmp_path) is None
    told = missing_of("eng+deu+chi_sim", tmp_path)
    assert told is not None
    assert (told.stage, told.reason) == ("ocr", "Tesseract cannot read deu, chi_sim")
    assert told.advice == "Install it: apt-get install tesseract-ocr-deu tesseract-ocr-chi-sim."
    folder = languages_folder("tesseract")
    assert folder is not None
    assert missing_of("eng", folder) is None
    assert languages_folder(str(tmp_path / "nothing")) is None


def test_a_missing_tesseract_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user would not know what to install."""
    monkeypatch.setattr(COMMAND, "/nowhere/tesseract")
    with pytest.raises(OcrError, match=r"not installed.*tesseract-ocr\.$"):
        check_tesseract("eng")
    assert "not installed" in fault(page_of("x")).reason


def test_a_missing_language_names_its_package() -> None:
    """A German user would read umlauts as other letters, or find no text at all."""
    with pytest.raises(OcrError) as raised:
        check_tesseract("eng+xxy_zz")
    assert str(raised.value) == (
        "Tesseract cannot read xxy_zz. Install it: apt-get install tesseract-ocr-xxy-zz."
    )
    assert "failed" in fault(page_of("x"), language="xxy_zz").reason


def test_a_tesseract_that_does_not_run_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start of the service would end in a traceback, or without a word."""
    fake(tmp_path, monkeypatch, "exit 3")
    with pytest.raises(OcrError, match="does not run"):
        check_tesseract("eng")
    Path(tmp_path, "tesseract").write_text("#!/bin/sh\necho nonsense\n")
    with pytest.raises(OcrError, match="does not run"):
        check_tesseract("eng")


@pytest.mark.parametrize("question", ["--version", "--list-langs"])
def test_a_tesseract_that_does_not_answer_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """Every command, and ``doctor`` first of all, would hang without a word."""
    script = f'[ "$1" = {question} ] && exec sleep 60\necho "tesseract 5.3.0"'
    path = tmp_path / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(COMMAND, str(path))
    monkeypatch.setattr(command, "_ANSWER", 0.2)
    with pytest.raises(OcrError, match=r"does not answer within 0\.2 s. Install it again"):
        check_tesseract("eng")


def test_lines_that_are_no_table_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ticket would count as read, without a word."""
    fake(tmp_path, monkeypatch, r"printf 'one\ttwo\tthree\n' > $2.tsv")
    assert "something else than words" in fault(page_of("x")).reason


def test_the_version_is_told() -> None:
    """The status could not say which Tesseract reads."""
    assert check_tesseract("eng")[0].isdigit()
