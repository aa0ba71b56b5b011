"""Why a decoder refused a file, in words: what is wrong with the file, and what to do about it.

Decoders report with codes, class names and the vocabulary of their own source ("decoder error -2",
"unknown pixel mode"). People read the reason in the ledger, in the note beside the failed file and
on the page, so only what says something about their file is kept: which variety of a format this
version does not support. Everything else is damage, as far as anybody can tell.

Sources: the messages of Pillow 13 and libheif 1.2x, the compression tag of TIFF 6.0 with the
values that libtiff, Adobe and others registered later.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from models.page.formats import Kind, tiff_directories
from models.page.scan import Fault

_SAVE_AS: Final = "Open it in another program and save it as PNG or PDF."
_COPY_OR_SAVE: Final = (
    "Copy or scan it again; if another program opens it, save it from there as PNG or PDF."
)

_VARIETIES: Final[dict[Kind, tuple[tuple[str, str], ...]]] = {
    Kind.BMP: (
        (r"pixel depth \(0\)", "a JPEG or PNG inside a BMP"),
        (r"pixel depth \((2|48|64)\)", r"\1 bits a pixel"),
        (r"BMP bitfields", "its layout of colours (bit fields)"),
        (r"BMP compression", "its compression"),
        (r"BMP header type", "its version of the header"),
    ),
    Kind.TIFF: (
        (r"unknown pixel mode", "its combination of colour space and bits a sample"),
        (r"unknown data organization", "its layout of strips and tiles"),
        (r"Windows Media Photo", "JPEG XR compression"),
    ),
    Kind.JPEG: (
        (r"cannot handle (12|16)-bit layers", r"\1 bits a sample"),
        (r"cannot handle 2-layer images", "two colour channels"),
    ),
    Kind.HEIF: (
        (r"has not been built in: ([\w. -]{1,20}\w)", r"\1 compression"),
        (
            r"Unsupported (?:feature: Unsupported (?!data)|codec)",
            "its compression or its way of storing pixels",
        ),
    ),
}
"""What a decoder says, and the part of the format that it does not support. Only values that real
files have: damage makes any."""

_COMPRESSION: Final = 259
_SHORT: Final = 3
_COMPRESSIONS: Final = {
    22610: "JPEG XR", 32766: "NeXT", 32908: "Pixar film", 32909: "Pixar log", 33003: "JPEG 2000",
    33004: "JPEG 2000", 33005: "JPEG 2000", 34661: "JBIG", 34712: "JPEG 2000", 34713: "Nikon NEF",
    34715: "JBIG2", 34887: "LERC", 34892: "lossy DNG", 34934: "JPEG XR", 50001: "WebP",
    50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
"""Compressions of TIFF that Pillow's libtiff is built without, or that Pillow does not know."""


class DamagedError(ValueError):
    """Damage that was found here and not by a library: its text is for people."""


def undecodable(kind: Kind, data: bytes, error: Exception) -> Fault:
    """The fault of a whole file that a decoder refused.

    Args:
        kind: its format.
        data: the whole file.
        error: what the decoder raised.
    """
    said = str(error)
    if "MAX_TEXT" in said:
        return Fault(
            "limits",
            "holds compressed text that unpacks to more than is reasonable",
            "Save it again without metadata.",
        )
    if isinstance(error, DamagedError):
        return Fault("decode", f"is damaged: {said}", _COPY_OR_SAVE)
    variety = _compression(data) if kind is Kind.TIFF else ""
    for pattern, words in _VARIETIES.get(kind, ()):
        if not variety and (found := re.search(pattern, said)):
            variety = found.expand(words)
    if variety:
        return Fault("decode", f"is an unsupported variety of {kind}: {variety}", _SAVE_AS)
    return Fault("decode", f"is damaged, or an unsupported variety of {kind}", _COPY_OR_SAVE)


def _compression(data: bytes) -> str:
    """The first compression of a TIFF that is not supported; empty if there is none."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        for directory in tiff_directories(data):
            for tag, type_, _, place in directory:
                if (tag, type_) == (_COMPRESSION, _SHORT):
                    (number,) = struct.unpack_from(f"{order}H", data, place)
                    if number in _COMPRESSIONS:
                        return f"{_COMPRESSIONS[number]} compression"
    except struct.error:
        pass  # a damaged directory has no compression
    return ""
