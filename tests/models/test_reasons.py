from __future__ import annotations

import io
import random
import re
import struct
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from models.page.formats import Kind
from models.page.read import Document, read_pages
from models.page.reasons import undecodable
from models.page.scan import Fault
from tests.models.test_pdf import drawn as drawn_pdf
from tests.models.test_pdf import pdf
from tests.service.fakes import LIMITS

LOCK = b"/Encrypt << /Filter /%s /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]"
RAW = re.compile(
    r"error -?\d|Error|Exception|PDFium|driver|plugin|MAX_|libheif|libtiff|pixel mode|stream"
    r"|Failed|[a-z]_[a-z]|\w\(|0x|b'",
)
"""The vocabulary of decoders: codes, names of classes, constants and functions."""
OURS = ("max_image_pixels", "max_pages", "max_file_bytes")
"""Names of settings, which people know."""


def locked(filter_: bytes = b"Standard") -> bytes:
    """A PDF of one page that wants a password."""
    key = LOCK % (filter_, b"41" * 32, b"42" * 32)
    return drawn_pdf((72, 72)).replace(b"/Root 1 0 R ", b"/Root 1 0 R " + key)


NO_PAGES = {
    "no kids": drawn_pdf(),
    "no tree of pages": pdf(b"<< /Type /Catalog >>"),
}
PDFS = {
    **dict.fromkeys(NO_PAGES, "without pages"),
    "locked": "locked by a password",
    "another lock": "encrypted in an unsupported way",
    "nothing in it": "is damaged",
    "a page that is not there": "page 1 of 2 is missing",
}
BYTES = {
    **NO_PAGES,
    "locked": locked(),
    "another lock": locked(b"Adobe.PubSec"),
    "nothing in it": b"%PDF-1.7\nnothing\n%%EOF",
    "a page that is not there": pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 2 >>"
    ),
    "good": drawn_pdf((72, 72)),
}


def fault(data: bytes) -> Fault:
    """What is said of bad bytes."""
    found = read_pages(data, LIMITS)
    assert isinstance(found, Fault), found
    return found


@pytest.mark.parametrize("before", BYTES)
@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_has_its_own_reason_whatever_was_read_before(before: str, name: str) -> None:
    """PDFium keeps its last error: somebody would look for a password that there is not."""
    read_pages(BYTES[before], LIMITS)
    said = fault(BYTES[name])
    assert PDFS[name] in said.reason
    assert said.advice
    assert not said.truncated


def tiff(compression: int) -> bytes:
    """A TIFF that says that it is compressed so."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "TIFF", compression="tiff_lzw")
    data = buffer.getvalue()
    entry = struct.Struct("<HHIH")
    assert data.count(entry.pack(259, 3, 1, 5)) == 1
    return data.replace(entry.pack(259, 3, 1, 5), entry.pack(259, 3, 1, compression))


@pytest.mark.parametrize(
    ("number", "name"), [(50001, "WebP"), (34712, "JPEG 2000"), (34661, "JBIG"), (52546, "JPEG XL")]
)
def test_a_compression_of_tiff_that_is_not_supported_has_a_name(number: int, name: str) -> None:
    """A code, -2 or 34712, tells nobody what to do."""
    said = fault(tiff(number))
    assert said.reason == f"is an unsupported variety of TIFF: {name} compression"
    assert "save it as PNG or PDF" in said.advice


def test_a_compression_that_there_is_not_is_damage() -> None:
    """A damaged number would be passed off as a format."""
    said = fault(tiff(258))
    assert said.reason == "is damaged, or an unsupported variety of TIFF"
    assert "Copy or scan it again" in said.advice


def bmp(bits: int, compression: int = 0) -> bytes:
    """A BMP with this number of bits a pixel."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "BMP")
    data = buffer.getvalue()
    return data[:28] + struct.pack("<HI", bits, compression) + data[34:]


@pytest.mark.parametrize(
    ("data", "what"),
    [(bmp(2), "2 bits a pixel"), (bmp(0, 5), "JPEG or PNG inside"), (bmp(24, 4), "compression")],
)
def test_varieties_of_bmp_are_named(data: bytes, what: str) -> None:
    """Somebody would look for damage that is not there."""
    said = fault(data)
    assert said.reason.startswith("is an unsupported variety of BMP")
    assert what in said.reason


@pytest.mark.parametrize(
    ("kind", "raised", "reason"),
    [
        (Kind.TIFF, OSError("decoder error -2"), "is damaged, or an unsupported variety of TIFF"),
        (Kind.TIFF, SyntaxError("unknown pixel mode"), "colour space and bits a sample"),
        (Kind.JPEG, SyntaxError("cannot handle 12-bit layers"), "12 bits a sample"),
        (Kind.JPEG, OSError("broken data stream when reading image file"), "is damaged, or"),
        (Kind.HEIF, SyntaxError("not identified by this driver"), "unsupported variety of HEIF"),
        (
            Kind.HEIF,
            SyntaxError(
                "Error while loading plugin: Support for this compression format has not been"
                " built in: VVC (a suitable decoder plugin is vvdec)"
            ),
            "is an unsupported variety of HEIF: VVC compression",
        ),
        (
            Kind.PNG,
            ValueError("Decompressed data too large for PngImagePlugin.MAX_TEXT_CHUNK"),
            "compressed text",
        ),
        (Kind.GIF, KeyError(7), "is damaged, or an unsupported variety of GIF"),
    ],
)
def test_what_a_decoder_says_becomes_words(kind: Kind, raised: Exception, reason: str) -> None:
    """The ledger and the note beside the file would quote a library's source."""
    said = undecodable(kind, b"", raised)
    assert reason in said.reason
    assert said.advice
    assert not raw(said)


def raw(said: Fault) -> str:
    """The first words of a decoder in what is said; empty if there are none."""
    text = f"{said.reason} {said.advice}"
    for name in OURS:
        text = text.replace(name, "")
    found = RAW.search(text)
    return text if found else ""


def reasons(paths: Sequence[Path]) -> dict[Path, Fault | None]:
    """What is said of each of these files, read in this order."""
    said = {}
    for path in paths:
        found = read_pages(path.read_bytes(), LIMITS, least_side=64, first_only=True)
        said[path] = None if isinstance(found, Document) else found
    return said


def test_real_odd_files_fail_for_reasons_in_words_in_whatever_order(real_data: Path) -> None:
    """One file would be told the reason of the one before; or a code in place of a reason."""
    paths = sorted(path for path in (real_data / "hostile").rglob("*") if path.is_file())
    assert len(paths) >= 425
    told = reasons(paths)
    for path, said in told.items():
        if said is not None:
            assert said.advice, path
            assert not raw(said), path
    mixed = random.Random(0).sample(paths, len(paths))
    assert reasons(mixed) == told
