"""The image formats this version reads: told by their first bytes, and whether one ends early.

``ends_early`` is asked only after decoding failed: a file that lacks nothing but its end mark
is whole. It looks at the container alone, its lengths, its offsets and its end mark.

Sources: PNG (W3C), JPEG (ITU-T T.81, B), TIFF 6.0 with the BigTIFF layout, GIF89a, the
BITMAPFILEHEADER of BMP, RIFF, VP8 (RFC 6386, 9.1) and VP8L for WebP, ISO 32000-1 for PDF, and
ISO/IEC 14496-12 (boxes) with 23008-12 (brands) for HEIF, HEIC among them, and AVIF.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from enum import StrEnum


class Kind(StrEnum):
    """A format, by the name that users know."""

    PNG = "PNG"
    JPEG = "JPEG"
    TIFF = "TIFF"
    BMP = "BMP"
    WEBP = "WebP"
    GIF = "GIF"
    PDF = "PDF"
    HEIF = "HEIF"
    AVIF = "AVIF"


KINDS = ", ".join(Kind)

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"\xff\xd8\xff": Kind.JPEG,
    b"II*\0": Kind.TIFF,
    b"MM\0*": Kind.TIFF,
    b"II+\0\x08\0\0\0": Kind.TIFF,
    b"MM\0+\0\x08\0\0": Kind.TIFF,
    b"GIF87a": Kind.GIF,
    b"GIF89a": Kind.GIF,
}
# The sizes that a BMP's second header can have; two letters alone would call a text a picture.
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"})
_AVIF = frozenset({b"avif", b"avis"})
# Bytes in which the mark of a PDF may stand behind something else.
_PDF_HEADER = 1024
# A crafted TIFF could have this walk as many entries as it has bytes.
_TIFF_ENTRIES = 100_000
# The same of a GIF: 250 MB of blocks as writers make them.
_GIF_BLOCKS = 1_000_000
_STRIPS = {273: 279, 324: 325}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
_LETTERS = {3: "H", 4: "I", 16: "Q"}


def kind_of(data: bytes) -> Kind | None:
    """The format that the first bytes announce, or None."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp":
        return _boxed(data)
    if b"%PDF-" in data[:_PDF_HEADER]:
        return Kind.PDF
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return Kind.BMP
    return None


def is_beginning(data: bytes) -> bool:
    """Whether these few bytes could be the beginning of one of the formats, cut off."""
    if any(len(data) < len(magic) and magic.startswith(data) for magic in _MAGIC):
        return True
    if len(data) < 12 and data[4:8] == b"ftyp"[: len(data[4:8])] and not data[:3].strip(b"\0"):
        return True
    if len(data) < 5 and b"%PDF-".startswith(data):
        return True
    if len(data) < 12 and (b"RIFF".startswith(data[:4]) and b"WEBP".startswith(data[8:])):
        return True
    return len(data) < 18 and b"BM".startswith(data[:2]) and not data[6:10].strip(b"\0")


def ends_early(kind: Kind, data: bytes) -> bool:
    """Whether the container says that bytes are missing at the end. Never raises."""
    try:
        return _ENDS_EARLY[kind](data)
    except (struct.error, IndexError):
        # A length or an offset lies beyond the last byte.
        return True


def lacks_pages(kind: Kind, data: bytes) -> bool:
    """Whether a TIFF or a PDF ends within its pages; the rest would be lost in silence."""
    if kind is Kind.PDF:
        return _pdf(data)
    if kind is Kind.TIFF:
        try:
            for _ in tiff_directories(data):
                pass
        except struct.error:
            return True
    return False


def is_whole_png(data: bytes) -> bool:
    """Whether a PNG has pixels, and every chunk lies within the file, to the last one, ``IEND``.

    OpenCV 5.0 takes a chunk's length on trust, behind ``IEND`` too while it has no pixels: a
    damaged PNG of 1.5 kB cost 5 s and 2 GB.
    """
    try:
        return {b"IDAT", b"IEND"} <= set(_chunks(data))
    except struct.error:
        return False


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP in pixels, from its first chunk; (0, 0) if it has none.

    Pillow makes WebP's decoder, with room for 8 bytes a pixel, before it tells the size.
    """
    name, body = data[12:16], data[20:30]
    if len(body) < 10:
        return 0, 0
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8L":
        packed = int.from_bytes(body[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if name == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def gif_frames(data: bytes) -> int:
    """How many frames a GIF has. Never raises; what lies behind a million blocks is not counted.

    Pillow would go through them frame by frame.
    """
    frames = 0
    try:
        at = 13 + _colours(data[10])
        for _ in range(_GIF_BLOCKS):
            if data[at] == 0x2C:  # an image: its descriptor, its colours, the size of its codes
                frames += 1
                at += 11 + _colours(data[at + 9])
            elif data[at] == 0x21:  # an extension
                at += 2
            else:
                break
            while data[at]:
                at += 1 + data[at]
            at += 1
    except IndexError:
        pass  # it ends early
    return frames


def _colours(packed: int) -> int:
    """Bytes of the table of colours that a packed field of a GIF announces."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _boxed(data: bytes) -> Kind | None:
    """HEIF or AVIF, by the brands in the first box."""
    brands = {data[at : at + 4] for at in (8, *range(16, min(int.from_bytes(data[:4]), 256), 4))}
    if brands & _AVIF:
        return Kind.AVIF
    return Kind.HEIF if brands & _HEIF else None


def _boxes(data: bytes) -> bool:
    at, names = 0, set[bytes]()
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        names.add(name)
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
        elif size == 0:
            break  # to the end of the file
        if size < 8:
            return False
        at += size
    return at > len(data) or not {b"meta", b"mdat"} <= names


def _pdf(data: bytes) -> bool:
    """PDFium repairs what was cut off, and would show the pages that have come so far."""
    behind = data[data.rfind(b"%%EOF") :]
    return not behind.startswith(b"%%EOF") or b" obj" in behind or b"startxref" in behind


def _png(data: bytes) -> bool:
    for _ in _chunks(data):
        pass
    return False


def _chunks(data: bytes) -> Iterator[bytes]:
    """The names of a PNG's chunks, to ``IEND`` or the first that is none.

    Raises:
        struct.error: one lies beyond the last byte, in part or whole.
    """
    at, name = 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        if not name.isalpha():
            return
        at += 12 + length
        if at > len(data):
            raise struct.error
        yield name


def _jpeg(data: bytes) -> bool:
    at = 2
    while True:
        if data[at] != 0xFF:
            return False
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xDA:
            return data.find(b"\xff\xd9", at) < 0
        elif marker == 0xD9:
            return False
        elif 0xD0 <= marker <= 0xD8 or marker == 0x01:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            at += 2 + length


def _gif(data: bytes) -> bool:
    return len(data) < 13 or not data.rstrip(b"\0").endswith(b";")


def _bmp(data: bytes) -> bool:
    size, offset, header = struct.unpack_from("<I4xII", data, 2)
    needed: int = max(size, offset, 14 + header)
    return len(data) < needed


def _webp(data: bytes) -> bool:
    return len(data) < int.from_bytes(data[4:8], "little") + 8


def _tiff(data: bytes) -> bool:
    order = "<" if data[:2] == b"II" else ">"
    for directory in tiff_directories(data):
        arrays: dict[int, tuple[int, ...]] = {}
        for tag, type_, count, place in directory:
            if place + count * _SIZES.get(type_, 1) > len(data):
                return True
            if (tag in _STRIPS or tag in _STRIPS.values()) and type_ in _LETTERS:
                layout = f"{order}{count}{_LETTERS[type_]}"
                arrays[tag] = struct.unpack_from(layout, data, place)
        for offsets, lengths in _STRIPS.items():
            pairs = zip(arrays.get(offsets, ()), arrays.get(lengths, ()), strict=False)
            if any(start + length > len(data) for start, length in pairs):
                return True
    return False


def tiff_directories(data: bytes) -> Iterator[list[tuple[int, int, int, int]]]:
    """The image file directories of a TIFF: tag, type, count and place of each entry's values.

    Raises:
        struct.error: one lies beyond the last byte, in part or whole.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    word, few = (order + "Q", order + "Q") if big else (order + "I", order + "H")
    entry = struct.Struct(f"{order}HH{word[1:]}")
    width = struct.calcsize(word)
    at: int
    (at,) = struct.unpack_from(word, data, 8 if big else 4)
    seen: set[int] = set()
    walked = 0
    while at and at not in seen:
        seen.add(at)
        if at > len(data):
            raise struct.error
        (entries,) = struct.unpack_from(few, data, at)
        at += struct.calcsize(few)
        walked += entries + 1
        if walked > _TIFF_ENTRIES:
            return
        directory = []
        for _ in range(entries):
            tag, type_, count = entry.unpack_from(data, at)
            at += entry.size
            place = at
            if count * _SIZES.get(type_, 1) > width:
                (place,) = struct.unpack_from(word, data, at)
            at += width
            directory.append((tag, type_, count, place))
        yield directory
        (at,) = struct.unpack_from(word, data, at)


_ENDS_EARLY: dict[Kind, Callable[[bytes], bool]] = {
    Kind.PNG: _png,
    Kind.JPEG: _jpeg,
    Kind.TIFF: _tiff,
    Kind.BMP: _bmp,
    Kind.WEBP: _webp,
    Kind.GIF: _gif,
    Kind.PDF: _pdf,
    Kind.HEIF: _boxes,
    Kind.AVIF: _boxes,
}
