"""Searchable PDFs: the pages as images, and over them, unseen, the words that were read.

The words are set in Tesseract's font without glyphs (``pdf.ttf``, beside its languages), whose
letters are all half as wide as they are high: every letter of Unicode can be found and copied, and
nothing is drawn. It is the way of Tesseract's own PDFs (``pdfrenderer.cpp``). PDFium writes the file.

Images are grey JPEGs of quality 85: what was read is grey. On 16 receipts of SROIE a file has 168 kB on
average, and takes 0.1 s where reading took 1.5 s.
"""

from __future__ import annotations

import ctypes
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from itertools import groupby, pairwise
from typing import Final

import cv2
import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray
from pypdfium2 import PdfDocument, PdfImage, PdfMatrix, PdfPage

from models.page.scan import Fault, Page
from models.ticket.tesseract.command import languages_folder
from models.ticket.words import Word

Pixels = NDArray[np.uint8]

_POINTS: Final = 72
_DPI: Final = 300
"""Dots to the inch, where a page does not say: what scanners are set to, and PDFs are rendered at."""
_QUALITY: Final = 85
_LONGEST: Final = 14_400 * _DPI // _POINTS
"""Pixels of the longest side: a page of a PDF has 14,400 points at most, a JPEG 65,535 pixels."""
_WIDTH: Final = 0.5
"""Of every letter of the font, in its size."""
_TO_UNICODE: Final = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
_GLYPHS: Final = b"\0\1" * 0x10000
_MADE: Final = re.compile(rb"/CreationDate\(D:[^)]*\)")
_ID: Final = re.compile(rb"/ID\s*\[\s*<[0-9A-Fa-f]*>\s*<[0-9A-Fa-f]*>\s*\]")


def searchable_pdf(pages: Iterable[Page | Fault], words: Sequence[Word]) -> bytes | Fault:
    """A PDF of pages in which words can be found, marked and copied.

    Args:
        pages: upright and grey; one after the other is in memory.
        words: in reading order, with their pages and boxes; none is read here.

    Returns:
        The file: the same for the same pages and words. Or the fault among the pages; or one of
        stage ``output``.

    Raises:
        MemoryError: there is too little.
    """
    font = glyphless_font()
    if isinstance(font, Fault):
        return font
    by_page: dict[int, list[Word]] = {}
    for word in words:
        by_page.setdefault(word.page, []).append(word)
    with closing(PdfDocument.new()) as document:
        handle = _load(document, font)
        try:
            for page in pages:
                if isinstance(page, Fault):
                    return page
                _add(document, page, by_page.get(page.number, ()), handle)
            buffer = io.BytesIO()
            document.save(buffer)
        finally:
            pdfium.FPDFFont_Close(handle)
    return _named_by_content(buffer.getvalue())


def _add(document: PdfDocument, page: Page, words: Sequence[Word], font: object) -> None:
    height, width = page.pixels.shape
    points = _POINTS / _DPI * min(1.0, _LONGEST / max(height, width))
    with closing(document.new_page(width * points, height * points)) as sheet:
        image = PdfImage.new(document)
        image.load_jpeg(io.BytesIO(_jpeg(page.pixels)), inline=True)
        image.set_matrix(PdfMatrix().scale(width * points, height * points))
        sheet.insert_obj(image)
        for _, line in groupby(words, key=lambda word: word.line):
            for word, following in pairwise([*line, None]):
                if word is not None:
                    ending = "" if following is None else " "
                    _write(document, sheet, word, ending, points, height, font)
        sheet.gen_content()


def _write(
    document: PdfDocument, sheet: PdfPage, word: Word, ending: str, points: float, height: int,
    font: object,
) -> None:  # fmt: skip
    """Set a word so that its letters fill its box, and what divides it from the next behind it."""
    left, top, wide, high = word.box
    units = (word.text + ending).encode("utf-16-le", "replace")
    codes = [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)]
    letters = len(codes) - len(ending)
    size = max(high, 1) * points
    text = pdfium.FPDFPageObj_CreateTextObj(document, font, size)
    pdfium.FPDFText_SetCharcodes(text, (ctypes.c_uint32 * len(codes))(*codes), len(codes))
    pdfium.FPDFTextObj_SetTextRenderMode(text, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    stretch = max(wide, 1) * points / (letters * _WIDTH * size)
    place = pdfium.FS_MATRIX(stretch, 0, 0, 1, left * points, (height - top - high) * points)
    pdfium.FPDFPageObj_SetMatrix(text, place)
    pdfium.FPDFPage_InsertObject(sheet, text)


def _jpeg(pixels: Pixels) -> bytes:
    height, width = pixels.shape
    if max(height, width) > _LONGEST:
        factor = _LONGEST / max(height, width)
        smaller = (max(1, int(width * factor)), max(1, int(height * factor)))
        pixels = cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA).astype(np.uint8)
    written, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not written:
        raise MemoryError
    return bytes(data)


def _load(document: PdfDocument, font: bytes) -> object:
    def array(data: bytes) -> object:
        return (ctypes.c_uint8 * len(data)).from_buffer_copy(data)

    return pdfium.FPDFText_LoadCidType2Font(
        document, array(font), len(font), _TO_UNICODE, array(_GLYPHS), len(_GLYPHS)
    )


def glyphless_font() -> bytes | Fault:
    """Tesseract's font without glyphs; or a fault of stage ``output``: it is not there."""
    folder = languages_folder("tesseract")
    if folder is not None:
        with suppress(OSError):  # told below
            return (folder / "pdf.ttf").read_bytes()
    return Fault(
        "output",
        "Tesseract's font for PDFs, pdf.ttf, is missing",
        "Install it again: apt-get install --reinstall tesseract-ocr.",
    )


def _named_by_content(data: bytes) -> bytes:
    """The file without the moment at which it was made, and with an identifier that follows from it.

    Nothing gets another length: the table at the end says where each part begins.
    """
    data = _MADE.sub(lambda found: b" " * len(found[0]), data)
    name = hashlib.md5(_ID.sub(b"", data), usedforsecurity=False).hexdigest().upper().encode()
    return _ID.sub(b"/ID[<" + name + b"><" + name + b">]", data)
