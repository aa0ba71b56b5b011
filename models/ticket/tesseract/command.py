"""Reading the text of sheets with Tesseract, a process of its own; the only user of pytesseract.

Measured on 21 receipts of SROIE (4.8 megapixels on average, one thread, words counted without
case): page segmentation mode 6, "one uniform block", has word F1 0.696, mode 4 0.690, mode 3
0.682, mode 11 0.596, at the same speed of about 0.4 s a receipt. Handing the page over as
plain TIFF takes 0.07 s of that less than pytesseract's PNG, and 0.05 s less than PPM.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import signal
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image

from config.errors import OcrError
from models.page.scan import Fault
from models.ticket.reader import too_slow
from models.ticket.words import Word

Pixels = NDArray[np.uint8]

# Else it guesses from the size of the letters, and says so on stderr.
_DPI = "--dpi 300"
# Columns of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width,
# height, confidence in percent, text; level 5 is a word.
_COLUMNS, _WORD_LEVEL, _HEADING = 12, "5", "level\t"
_INSTALL = "Install it: apt-get install {}."
# What Leptonica and C++ write when an allocation fails.
_NO_MEMORY = ("malloc fail", "calloc fail", "bad_alloc")
_DOCTOR = "pigeonhole doctor checks Tesseract."
_NO_TABLE = "Tesseract answered with something else than words"
# The heading of its list of languages, with their number in some versions.
_FOLDER = re.compile(rb'^List of available languages in "([^"\n]+)"', re.MULTILINE)
_VERSION = re.compile(rb"^tesseract v?(\d[\w.-]*)", re.MULTILINE)
_ANSWER = 10.0
"""Seconds that Tesseract may take to tell its version, or its languages."""
_TEMPORARY = "Make room for temporary files, in cache/tmp of the home"


def check_tesseract(language: str) -> str:
    """The version of Tesseract, once it is known to read every language asked for.

    Args:
        language: Tesseract's names joined by ``+``, such as ``eng+deu``.

    Raises:
        OcrError: Tesseract, or one of the languages, is not installed or does not run.
    """
    command = pytesseract.pytesseract.tesseract_cmd
    again = "Install it again: apt-get install --reinstall tesseract-ocr."
    try:
        told = _VERSION.search(_answer(command, "--version"))
        listed = _answer(command, "--list-langs")
    except FileNotFoundError as error:
        advice = _INSTALL.format("tesseract-ocr")
        raise OcrError("Tesseract is not installed", advice) from error
    except subprocess.TimeoutExpired as error:
        raise OcrError(f"Tesseract does not answer within {_ANSWER:g} s", again) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise OcrError(f"Tesseract does not run: {error}", again) from error
    if told is None:
        raise OcrError("Tesseract does not run: it tells no version", again)
    # Under a heading, one a line; pytesseract's own list leaves out "script/Latin".
    installed = listed.decode(errors="replace").splitlines()[1:]
    missing = [name for name in language.split("+") if name not in installed]
    if meant := [name.lower() for name in missing if name.lower() in installed]:
        raise OcrError(
            f"Tesseract cannot read {', '.join(missing)}",
            f"Its names are written small: {', '.join(meant)}.",
        )
    if missing:
        raise OcrError(*_cannot_read(missing))
    return told[1].decode()


def missing_of(language: str, folder: Path) -> Fault | None:
    """The fault of languages that are no longer there.

    Where one of several is missing Tesseract says so on stderr, and reads on in the others.

    Args:
        language: Tesseract's names joined by ``+``.
        folder: where Tesseract has its languages.
    """
    missing = [
        name for name in language.split("+") if not (folder / f"{name}.traineddata").is_file()
    ]
    return Fault("ocr", *_cannot_read(missing)) if missing else None


def languages_folder(command: str) -> Path | None:
    """Where Tesseract has its languages; None where it does not say.

    Args:
        command: of Tesseract.
    """
    try:
        said = _FOLDER.search(_answer(command, "--list-langs"))
    except (OSError, subprocess.SubprocessError):
        return None
    folder = Path(os.fsdecode(said[1])) if said else None
    return folder if folder is not None and folder.is_dir() else None


def _answer(command: str, question: str) -> bytes:
    """What Tesseract says to this option.

    Raises:
        OSError: it cannot be started.
        subprocess.SubprocessError: it fails, or does not answer.
    """
    # pytesseract asks as well, but waits for ever.
    return subprocess.run(
        [command, question], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True,
        stdin=subprocess.DEVNULL, timeout=_ANSWER,
    ).stdout  # fmt: skip


_languages_folder = functools.lru_cache(maxsize=1)(languages_folder)
"""Asked once a process: it is looked into before each reading."""


def words_of(
    sheets: Sequence[Pixels], *, language: str, mode: int, timeout: float,
    inverse: float | None = None,
) -> list[list[Word]] | Fault:  # fmt: skip
    """The words on each sheet, in Tesseract's order; all on page 1.

    One process reads all of them: to start one, and to load a language, takes 0.1 s.

    Args:
        sheets: at least one, each uint8 of shape (height, width), 0 is black.
        language: Tesseract's names joined by ``+``.
        mode: of page segmentation, Tesseract's ``--psm``.
        timeout: seconds, after which the process is killed.
        inverse: confidence under which a line is tried as white on black, too; None is
            Tesseract's own, 0.7.

    Returns:
        The words of each, none where there is nothing to read; or a fault of stage ``ocr``.

    Raises:
        MemoryError: this process, or Tesseract, has too little. Nothing else is raised.
    """
    # One alone that is missing makes Tesseract fail, and costs no look.
    if "+" in language:
        folder = _languages_folder(pytesseract.pytesseract.tesseract_cmd)
        gone = None if folder is None else missing_of(language, folder)
        if gone is not None:
            return gone
    config = f"--psm {mode} {_DPI}"
    if inverse is not None:
        # Versions before 5.1 do not know it, and try at 0.7.
        config += f" -c invert_threshold={inverse:g}"
    try:
        with _one_thread(), _file_of(sheets) as file:
            table = pytesseract.image_to_data(file, lang=language, config=config, timeout=timeout)
    except pytesseract.TesseractNotFoundError:
        return Fault("ocr", "Tesseract is not installed", _INSTALL.format("tesseract-ocr"))
    except pytesseract.TesseractError as error:
        said = " ".join(str(error.message).split())[-200:]
        if any(sign in said for sign in _NO_MEMORY):
            raise MemoryError(said) from error
        return Fault("ocr", _ended(error.status, said), _DOCTOR)
    except RuntimeError:
        # pytesseract has no class of its own for it.
        return too_slow(timeout)
    except UnicodeDecodeError:
        return Fault("ocr", _NO_TABLE, _DOCTOR)
    except (OSError, ValueError, subprocess.SubprocessError, SystemExit) as error:
        said = " ".join(str(error).split())[:200]
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        return Fault("ocr", f"Tesseract cannot be used: {said}", _TEMPORARY, passing=full)
    words: list[list[Word]] = [[] for _ in sheets]
    if not table.startswith(_HEADING):
        return Fault("ocr", _NO_TABLE, _DOCTOR)
    try:
        for sheet, word in _parsed(table):
            words[sheet].append(word)
    except (ValueError, OverflowError, IndexError):
        return Fault("ocr", _NO_TABLE, _DOCTOR)
    return words


@contextmanager
def _file_of(sheets: Sequence[Pixels]) -> Iterator[str]:
    """A temporary file with the sheets as its pages."""
    first, *others = map(Image.fromarray, sheets)
    with TemporaryDirectory(prefix="pigeonhole-") as folder:
        file = os.path.join(folder, "sheets.tif")
        first.save(file, "TIFF", save_all=True, append_images=others)
        yield file


def _parsed(table: str) -> Iterator[tuple[int, Word]]:
    """Each word with the number of its sheet, from 0."""
    for row in table.split("\n"):
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL:
            continue
        text = "".join(sign for sign in cells[-1] if unicodedata.category(sign) != "Cc").strip()
        if text:
            page, block, paragraph, line, _, *box = map(int, cells[1:10])
            confidence = min(max(float(cells[10]) / 100, 0.0), 1.0)
            left, top, width, height = box
            if page < 1:
                raise ValueError("pages are counted from 1")
            place = (block, paragraph, line), (left, top, width, height)
            yield page - 1, Word(text, confidence, 1, *place)


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


def _ended(status: int, said: str) -> str:
    """How Tesseract ended, for a person; ``said`` is the end of what it said."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"Tesseract was killed ({signal.Signals(-status).name})"
    return f"Tesseract failed: {said or f'it ended with {status}'}"


def _cannot_read(missing: Sequence[str]) -> tuple[str, str]:
    """What is wrong, and what to do, where these languages are missing."""
    advice = _INSTALL.format(" ".join(map(_package, missing)))
    return f"Tesseract cannot read {', '.join(missing)}", advice


def _package(language: str) -> str:
    """Debian's package of a language: ``chi_sim`` is in ``tesseract-ocr-chi-sim``."""
    if "/" in language:
        return "tesseract-ocr-all"
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"
