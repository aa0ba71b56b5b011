"""Reading the text of pages with Tesseract, one process a page; the only user of pytesseract.

Measured on 21 receipts of SROIE (4.8 megapixels on average, one thread, words counted without
case): page segmentation mode 6, "one uniform block", has word F1 0.696, mode 4 0.690, mode 3
0.682, mode 11 0.596, at the same speed of about 0.4 s a receipt. Handing the page over as
plain TIFF takes 0.07 s of that less than pytesseract's PNG, and 0.05 s less than PPM.
"""

from __future__ import annotations

import errno
import os
import subprocess
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby

import pytesseract
from PIL import Image

from config.errors import TesseractError
from models.page.scan import Fault, Page

_CONFIG = "--psm 6"
_IMAGE_FORMAT = "TIFF"
# Columns of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width,
# height, confidence in percent, text; level 5 is a word.
_COLUMNS, _WORD_LEVEL = 12, "5"
_INSTALL = "Install it: apt-get install {}."
# What Leptonica and C++ write when an allocation fails.
_NO_MEMORY = ("malloc fail", "calloc fail", "bad_alloc")
_TEMPORARY = "Make room for temporary files, in cache/tmp of the home"


@dataclass(frozen=True, slots=True)
class Word:
    """One word that was read.

    Attributes:
        text: without blanks and control characters.
        confidence: Tesseract's own, from 0 to 1.
        page: number of the page, from 1.
        line: block, paragraph and line on the page, each from 1.
        box: left, top, width and height in pixels of the page.
    """

    text: str
    confidence: float
    page: int
    line: tuple[int, int, int]
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a scan.

    Attributes:
        text: a line a line, a blank line between paragraphs and between pages.
        words: in reading order.
        language: that Tesseract was told, such as ``eng+deu``.
    """

    text: str
    words: tuple[Word, ...]
    language: str


def check_tesseract(language: str) -> str:
    """The version of Tesseract, once it is known to read every language asked for.

    Args:
        language: Tesseract's names joined by ``+``, such as ``eng+deu``.

    Raises:
        TesseractError: Tesseract, or one of the languages, is not installed or does not run.
    """
    try:
        version = str(pytesseract.get_tesseract_version())
        listed = subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, "--list-langs"],
            capture_output=True,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except pytesseract.TesseractNotFoundError as error:
        advice = _INSTALL.format("tesseract-ocr")
        raise TesseractError("Tesseract is not installed", advice) from error
    # pytesseract leaves the interpreter over a version that it cannot read.
    except (OSError, subprocess.SubprocessError, SystemExit) as error:
        advice = "Install it again: apt-get install --reinstall tesseract-ocr."
        raise TesseractError(f"Tesseract does not run: {error}", advice) from error
    # Under a heading, one a line; pytesseract's own list leaves out "script/Latin".
    installed = listed.stdout.decode(errors="replace").splitlines()[1:]
    missing = [name for name in language.split("+") if name not in installed]
    if missing:
        advice = _INSTALL.format(" ".join(map(_package, missing)))
        raise TesseractError(f"Tesseract cannot read {', '.join(missing)}", advice)
    return version


def read_text(pages: Iterable[Page | Fault], *, language: str, timeout: float) -> Reading | Fault:
    """Read the text of pages, one Tesseract process after the other.

    Args:
        pages: upright and grey; they may be decoded as they are asked for, and a fault ends them.
        language: Tesseract's names joined by ``+``.
        timeout: seconds for all pages together; the process that exceeds them is killed.

    Returns:
        The reading, empty where there is nothing to read, or a fault of stage ``ocr``, or the
        one among the pages.

    Raises:
        MemoryError: this process, or Tesseract, has too little. Nothing else is raised.
    """
    end = time.monotonic() + timeout
    words: list[Word] = []
    try:
        with _one_thread():
            for page in pages:
                if isinstance(page, Fault):
                    return page
                left = end - time.monotonic()
                if left <= 0:
                    return _too_slow(timeout)
                words += _words(page, language, left)
    except pytesseract.TesseractNotFoundError:
        return Fault("ocr", "Tesseract is not installed", _INSTALL.format("tesseract-ocr"))
    except pytesseract.TesseractError as error:
        said = " ".join(str(error.message).split())[-200:] or f"it ended with {error.status}"
        if any(sign in str(error.message) for sign in _NO_MEMORY):
            raise MemoryError(said) from error
        return Fault("ocr", f"Tesseract failed: {said}", "pigeonhole doctor checks Tesseract.")
    except RuntimeError:
        # pytesseract has no class of its own for it.
        return _too_slow(timeout)
    except (OSError, ValueError, subprocess.SubprocessError, SystemExit) as error:
        said = " ".join(str(error).split())[:200]
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        return Fault("ocr", f"Tesseract cannot be used: {said}", _TEMPORARY, passing=full)
    return Reading(_text(words), tuple(words), language)


def _words(page: Page, language: str, timeout: float) -> Iterator[Word]:
    image = Image.fromarray(page.pixels)
    # In pytesseract this is the format of the file that hands the page over.
    image.format = _IMAGE_FORMAT
    table = pytesseract.image_to_data(image, lang=language, config=_CONFIG, timeout=timeout)
    for row in table.split("\n"):
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL:
            continue
        text = "".join(sign for sign in cells[-1] if unicodedata.category(sign) != "Cc").strip()
        if text:
            block, paragraph, line, _, *box = map(int, cells[2:10])
            confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
            left, top, width, height = box
            yield Word(
                text, confidence, page.number, (block, paragraph, line), (left, top, width, height)
            )


def _text(words: Sequence[Word]) -> str:
    paragraphs = []
    for _, paragraph in groupby(words, key=lambda word: (word.page, word.line[:2])):
        lines = groupby(paragraph, key=lambda word: word.line)
        paragraphs.append("\n".join(" ".join(word.text for word in line) for _, line in lines))
    return "\n\n".join(paragraphs)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Start children with one OpenMP thread: 0.4 s a receipt in place of 1.1 s on two cores.

    pytesseract hands this process's environment on, so it is set there, and set back, since
    other libraries of the process read the same variable.
    """
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("OMP_THREAD_LIMIT", None)
        else:
            os.environ["OMP_THREAD_LIMIT"] = before


def _too_slow(timeout: float) -> Fault:
    return Fault(
        "ocr",
        f"reading took longer than {timeout:g} s",
        "Raise job_timeout, or scan at a lower resolution.",
    )


def _package(language: str) -> str:
    """Debian's package of a language: ``chi_sim`` is in ``tesseract-ocr-chi-sim``."""
    if "/" in language:
        return "tesseract-ocr-all"
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"
