"""Pages of a PDF, rendered by PDFium.

A PDF has no pixels of its own: pages are rendered at 300 dpi, what scanners and Tesseract are set
to, coarser where a page is larger than A3. Text that the file itself holds is not used here.

Sources: ISO 32000-1 (7.5.2 file header, 7.5.5 trailer), PDFium's ``fpdfview.h``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import closing

import pypdfium2.raw as pdfium
from pypdfium2 import PdfDocument, PdfiumError, PdfiumWarning, PdfPage

from models.page.limits import Limits
from models.page.scan import Fault, Page

_SAVE_AGAIN = "Save it again with another program."
_POINTS = 72
_DPI = 300
_MOST_PIXELS = 35_000_000
"""A3 at 400 dpi, A4 at 600. A larger page is rendered with fewer dots to the inch."""
_REDUCED = 2
"""Where a page is only judged, it is rendered with so many times its least side."""


def pages_of_pdf(
    data: bytes, limits: Limits, least_side: int | None
) -> Iterator[tuple[Page, int] | Fault]:
    """Each page with the number of all; or the fault that ends it.

    Args:
        data: the whole file.
        limits: checked for every page, and the images in it, before it is rendered.
        least_side: pages may come out smaller as long as the longest side keeps this many
            pixels; None renders them whole.

    Raises:
        PdfiumError: a page or its form cannot be rendered.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PdfiumWarning)
        document = _opened(data)
        if isinstance(document, Fault):
            yield document
            return
        with closing(document):
            yield from _rendered(document, limits, least_side)


def _opened(data: bytes) -> PdfDocument | Fault:
    """The document, perhaps without pages; it needs ``data`` as long as it is open.

    ``PdfDocument(data)`` refuses a document without pages, and gives PDFium's last error as the
    reason: that of the file before. PDFium sets it only when loading fails.
    """
    loaded = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if loaded:
        return PdfDocument(loaded)
    error = pdfium.FPDF_GetLastError()
    if error == pdfium.FPDF_ERR_PASSWORD:
        return Fault("decode", "is locked by a password", "Save it again without one.")
    if error == pdfium.FPDF_ERR_SECURITY:
        return Fault(
            "decode", "is encrypted in an unsupported way", "Save it again without protection."
        )
    return Fault("decode", "is damaged: no PDF document can be loaded from it", _SAVE_AGAIN)


def _rendered(
    document: PdfDocument, limits: Limits, least_side: int | None
) -> Iterator[tuple[Page, int] | Fault]:
    n_pages = len(document)
    if fault := limits.too_many_pages(n_pages):
        yield fault
        return
    if n_pages == 0:
        yield Fault("decode", "is a PDF without pages", _SAVE_AGAIN)
        return
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        document.init_forms()  # else what was filled in would be missing
    for number in range(1, n_pages + 1):
        try:
            loaded = document[number - 1]
        except PdfiumError:
            yield Fault("decode", f"is damaged: page {number} of {n_pages} is missing", _SAVE_AGAIN)
            return
        with closing(loaded) as page:
            fault = _too_large(page, number, limits)
            if fault:
                yield fault
                return
            bitmap = page.render(
                scale=_scale(page, least_side, limits), grayscale=True, fill_color=(255,) * 4
            )
            with closing(bitmap):
                pixels = bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()
        yield Page(number, pixels), n_pages


def _too_large(page: PdfPage, number: int, limits: Limits) -> Fault | None:
    """The fault of a page that even at a dot a point has too many, or of an image in it."""
    width, height = map(int, page.get_size())
    fault = limits.too_many_pixels(number, width, height, 0)
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        wide, high = image.get_px_size()
        fault = fault or limits.too_many_pixels(number, wide, high, 0)
    return fault


def _scale(page: PdfPage, least_side: int | None, limits: Limits) -> float:
    """Dots a point."""
    width, height = (max(1e-3, float(side)) for side in page.get_size())
    most = min(_MOST_PIXELS, limits.max_image_pixels)
    # The largest s with (width s + 1) (height s + 1) <= most, since PDFium rounds up.
    around, area = width + height, width * height
    largest: float = ((around**2 + 4 * area * (most - 1)) ** 0.5 - around) / (2 * area)
    scale: float = min(_DPI / _POINTS, largest)
    if least_side is not None:
        scale = min(scale, _REDUCED * least_side / max(width, height))
    # And a scan of 80 dots must not come out with 81 for want of precision.
    return scale * (1 - 1e-6)
