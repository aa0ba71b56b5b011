from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.page.read import Document, Limits, read_pages
from models.page.scan import Fault

LIMITS = Limits(max_image_pixels=4_000_000, max_file_bytes=1 << 20, max_pages=5)
BOX = b"0 0 0 rg 10 10 50 20 re f"
"""Draws a black box, 50 points wide and 20 high, 10 points from the lower left corner."""


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, of which the first is its catalogue."""
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return data + table + end % (size, trailer, len(data))


def drawn(*sizes: tuple[float, float], content: bytes = BOX) -> bytes:
    """A PDF with pages of these sizes in points, all with the same content."""
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + len(sizes)))
    pages = [
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents 3 0 R /Resources << >> >>"
        % size
        for size in sizes
    ]
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(sizes)),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *pages,
    )


def read(data: bytes, limits: Limits = LIMITS, **how: int) -> Document:
    """What is read of good bytes."""
    found = read_pages(data, limits, **how)  # type: ignore[arg-type]
    assert isinstance(found, Document), found
    return found


def fault(data: bytes, limits: Limits = LIMITS) -> Fault:
    """What is said of bad bytes."""
    found = read_pages(data, limits)
    assert isinstance(found, Fault), found
    return found


def test_pages_are_rendered_as_a_scanner_would_have_them() -> None:
    """An invoice out of the mail would have to be printed first."""
    document = read(drawn((144, 72), (72, 72)))
    assert [page.number for page in document.pages] == [1, 2]
    first, second = (page.pixels for page in document.pages)
    assert (first.shape, second.shape) == ((300, 600), (300, 300))
    assert first.dtype == np.uint8
    box = first < 128
    assert box[190:250, 50:240].all()
    assert abs(int(box.sum()) - 50 * 20 * (300 / 72) ** 2) < 400
    assert first.max() == 255  # paper is white


def test_a_page_that_is_only_judged_may_be_small() -> None:
    """Each page would cost as much as reading it."""
    (page,) = read(drawn((600, 300)), least_side=200).pages
    assert page.pixels.shape == (200, 400)


def test_a_poster_is_rendered_with_fewer_dots() -> None:
    """A plan would be refused that any reader shows."""
    for size in ((1400, 1400), (1400, 1399), (14_000, 100)):
        (page,) = read(drawn(size)).pages
        assert 3_900_000 < page.pixels.size <= 4_000_000


def test_pages_and_pixels_are_limited_before_anything_is_rendered() -> None:
    """A few bytes could take all memory."""
    assert "max_image_pixels" in fault(drawn((14_000, 14_000))).reason
    assert "max_pages" in fault(drawn(*[(10, 10)] * 6)).reason
    picture = io.BytesIO()
    Image.new("1", (3000, 3000)).save(picture, "PDF", resolution=3000)
    assert "3000 x 3000" in fault(picture.getvalue()).reason


def test_a_pdf_that_is_locked_says_so() -> None:
    """Somebody would look for damage that is not there."""
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]"
    keys = (b"41" * 32, b"42" * 32)
    said = fault(drawn((72, 72)).replace(b"/Root 1 0 R ", b"/Root 1 0 R " + locked % keys))
    assert (said.stage, said.truncated) == ("decode", False)
    assert "password" in said.reason


def test_what_was_filled_in_is_seen() -> None:
    """A form would be judged, and read, as if it were empty."""
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (x) /Rect [10 10 60 30] /F 4"
        b" /AP << /N 6 0 R >> /P 3 0 R >>"
    )
    look = b"0 0 0 rg 0 0 50 20 re f"
    data = pdf(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 144 72] /Annots [5 0 R] /Resources << >> >>",
        b"<< >>",
        field,
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 50 20] /Length %d >>\nstream\n%s\nendstream"
        % (len(look), look),
    )
    assert (read(data).pages[0].pixels[190:250, 50:240] < 128).all()


@pytest.mark.parametrize(
    ("data", "truncated"),
    [
        (drawn(), False),
        (b"%PDF-1.7\n", True),
        (drawn((72, 72))[:-40], True),
        (drawn((72, 72)) + b"\n5 0 obj\n<< /Type /Cat", True),
        (b"%PDF-1.7\nnothing\n%%EOF", False),
    ],
)
def test_what_is_not_whole_waits_and_what_is_broken_fails(data: bytes, truncated: bool) -> None:
    """A half-written document would be filed with the pages that had come so far."""
    assert fault(data).truncated is truncated


def test_real_documents_are_read(real_data: Path) -> None:
    """What programs write is stranger than what a test draws."""
    found = {
        path.name: read_pages(
            path.read_bytes(), replace(LIMITS, max_image_pixels=40_000_000), first_only=True
        )
        for path in (real_data / "hostile").rglob("*.pdf")
    }
    assert len(found) > 20
    assert {name for name, one in found.items() if isinstance(one, Fault)} == {"password.pdf"}
