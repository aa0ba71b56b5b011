"""Where the parts of a file begin and end, where it says how large it is, and its checksums."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal

Part = tuple[int, int]
"""First byte, and the one behind the last."""
Order = Literal["little", "big"]
Field = tuple[int, int, Order]
"""First byte, number of bytes, and which of them is the first."""

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF_SIZES = frozenset({256, 257, 258, 259, 262, 273, 277, 278, 279, 322, 323, 324, 325})
_MOST = 200


def parts_of(data: bytes) -> list[Part]:
    """Chunks, segments, boxes, blocks or entries, by the format; never empty."""
    found: list[Part] = []
    walk = next((walk for magic, at, walk in _WALKS if data[at : at + len(magic)] == magic), None)
    if walk is not None:
        # It is damaged: an offset may lie beyond the file, or beyond every number.
        with suppress(struct.error, IndexError, OverflowError):
            for part in walk(data):
                found.append(part)
                if len(found) == _MOST:
                    break
    found = [(start, min(end, len(data))) for start, end in found]
    found = [(start, end) for start, end in found if start < end]
    step = max(1, len(data) // 8)
    return found or [(at, min(at + step, len(data))) for at in range(0, max(1, len(data)), step)]


def sizes_of(data: bytes) -> list[Field]:
    """The fields that say how wide, high, deep or long something is."""
    if data.startswith(_PNG):
        lengths: list[Field] = [(start, 4, "big") for start, _ in parts_of(data)]
        return [(16, 4, "big"), (20, 4, "big"), (24, 1, "big"), (25, 1, "big"), *lengths]
    if data[:3] == b"GIF":
        return [(6, 2, "little"), (8, 2, "little"), (10, 1, "little")]
    if data[:2] == b"BM":
        wide: list[Field] = [(at, 4, "little") for at in (2, 10, 14, 18, 22, 30, 34, 46)]
        return [*wide, (28, 2, "little")]
    if data[:4] == b"RIFF":
        return [(at, 4, "little") for at in (4, 16, 23, 26)] + [
            (24, 3, "little"),
            (27, 3, "little"),
        ]
    if data[:2] in (b"II", b"MM"):
        order: Order = "little" if data[:2] == b"II" else "big"
        return [field for start, _ in parts_of(data) for field in _entry(data, start, order)]
    if data[:2] == b"\xff\xd8":
        starts = [start for start, _ in parts_of(data)]
        frames = [at for at in starts if data[at + 1 : at + 2] in (b"\xc0", b"\xc1", b"\xc2")]
        sized: list[Field] = [(at + inner, 2, "big") for at in frames for inner in (5, 7)]
        return sized + [(at + 2, 2, "big") for at in starts]
    return [(start, 4, "big") for start, _ in parts_of(data)]


def mended(data: bytes) -> bytes:
    """The same with right checksums and lengths: a decoder that checks them sees the rest too."""
    if data[:4] == b"RIFF":
        return data[:4] + struct.pack("<I", max(0, len(data) - 8) & 0xFFFFFFFF) + data[8:]
    if not data.startswith(_PNG):
        return data
    mending = bytearray(data)
    for start, end in parts_of(data):
        if end - start >= 12:
            mending[end - 4 : end] = struct.pack(">I", zlib.crc32(mending[start + 4 : end - 4]))
    return bytes(mending)


def _png(data: bytes) -> Iterator[Part]:
    at = len(_PNG)
    while at < len(data):
        end = at + 12 + int(struct.unpack_from(">I", data, at)[0])
        yield at, end
        at = end


def _jpeg(data: bytes) -> Iterator[Part]:
    at = 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        yield at, end
        at = end
    # Behind the start of a scan: from one marker to the next.
    while at < len(data):
        end = data.find(b"\xff", at + 2)
        end = end if end > 0 else len(data)
        yield at, end
        at = end


def _riff(data: bytes) -> Iterator[Part]:
    at = 12
    while at < len(data):
        length = int(struct.unpack_from("<I", data, at + 4)[0])
        end = at + 8 + length + length % 2
        yield at, end
        at = end


def _gif(data: bytes) -> Iterator[Part]:
    yield 6, 13
    at = data.find(b"!", 13)
    while at > 0:
        end = data.find(b"\0", at)
        end = end + 1 if end > 0 else len(data)
        yield at, end
        at = min((found for mark in b"!," if (found := data.find(mark, end)) > 0), default=-1)


def _bmp(data: bytes) -> Iterator[Part]:
    offset, header = struct.unpack_from("<II", data, 10)
    yield 0, 14
    yield 14, 14 + header
    yield 14 + header, max(offset, 15 + header)
    yield offset, len(data)


def _tiff(data: bytes) -> Iterator[Part]:
    """The entries of the directories."""
    order = "<" if data[:2] == b"II" else ">"
    big = 43 in data[2:4]
    few, word, size = ("Q", "Q", 20) if big else ("H", "I", 12)
    (at,) = struct.unpack_from(order + word, data, 8 if big else 4)
    seen: set[int] = set()
    while at and at not in seen:  # they may lead back to one another
        seen.add(at)
        (entries,) = struct.unpack_from(order + few, data, at)
        at += struct.calcsize(few)
        for _ in range(min(entries, _MOST)):
            yield at, at + size
            at += size
        (at,) = struct.unpack_from(order + word, data, at)


def _entry(data: bytes, start: int, order: Order) -> Iterator[Field]:
    """Count and value of a directory's entry, if it is about size or place."""
    big = 43 in data[2:4]
    yield start + 4, 8 if big else 4, order
    if int.from_bytes(data[start : start + 2], order) in _TIFF_SIZES:
        yield start + (12 if big else 8), 4, order


def _boxes(data: bytes) -> Iterator[Part]:
    """Those of ISO 14496-12: HEIC, AVIF, JPEG 2000; and the ones inside ``meta``."""
    at = 0
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + max(8, length) if length else len(data)
        yield at, end
        at = at + 12 if name == b"meta" else at + 8 if name in (b"iprp", b"ipco") else end


def _pdf(data: bytes) -> Iterator[Part]:
    at = 0
    while at < len(data):
        end = data.find(b"endobj", at)
        end = end + 7 if end >= 0 else len(data)
        yield at, end
        at = end


_WALKS: tuple[tuple[bytes, int, Callable[[bytes], Iterator[Part]]], ...] = (
    (_PNG, 0, _png),
    (b"\xff\xd8", 0, _jpeg),
    (b"RIFF", 0, _riff),
    (b"GIF8", 0, _gif),
    (b"BM", 0, _bmp),
    (b"II", 0, _tiff),
    (b"MM", 0, _tiff),
    (b"ftyp", 4, _boxes),
    (b"jP  ", 4, _boxes),
    (b"%PDF", 0, _pdf),
)
