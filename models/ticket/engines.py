"""Which reading engines there are, and the one that a process reads with."""

from __future__ import annotations

import functools
from typing import Literal, assert_never

from models.ticket.reader import Reader

OcrEngine = Literal["tesseract", "rapidocr"]
"""Names of the setting ``ocr_engine``."""


@functools.lru_cache(maxsize=1)
def reader_for(engine: OcrEngine, language: str, *, threads: int = 1) -> Reader:
    """The one reader of this process.

    Args:
        engine: which.
        language: Tesseract's names joined by ``+``.
        threads: that it may run; Tesseract always runs one.

    Raises:
        OcrError: it cannot be made.
    """
    match engine:
        case "tesseract":
            from models.ticket.tesseract.engine import PreparedTesseract

            return PreparedTesseract(language)
        case "rapidocr":
            from models.ticket.rapid.engine import RapidReader

            return RapidReader(language, threads=threads)
    assert_never(engine)


def check_engine(engine: OcrEngine, language: str) -> str:
    """The version of an engine and what it reads, once it is known to be there.

    Args:
        engine: which.
        language: Tesseract's names joined by ``+``, such as ``eng+deu``.

    Raises:
        OcrError: the engine, or one of the languages, is not installed or does not run.
    """
    match engine:
        case "tesseract":
            from models.ticket.tesseract.command import check_tesseract

            return f"{check_tesseract(language)}, reads {language}"
        case "rapidocr":
            from models.ticket.rapid.engine import check_rapid

            return check_rapid(language)
    assert_never(engine)
