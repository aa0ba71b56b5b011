from __future__ import annotations

import errno
import functools
import hashlib
import io
import os
import resource
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.page.decode import _OPEN, decode, least_memory
from models.page.formats import Kind, gif_frames, kind_of, webp_size
from models.page.read import Document, Limits, load, pages_of, read_pages
from models.page.scan import Fault, Page, Scan
from tests.fuzz.seeds import run_lengths

ROOT = Path(__file__).resolve().parents[2]

LIMITS = Limits(max_image_pixels=10_000_000, max_file_bytes=1_000_000, max_pages=5)
_T = Image.Transpose
# EXIF orientation → how a picture is turned before it is stored under it.
STORED = {
    1: None,
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_90,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_270,
}


def picture(height: int = 48, width: int = 80) -> Image.Image:
    """Grey, different in every corner and textured: what turns or crops it shows."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = 40 * np.sin(rows / 3) * np.cos(columns / 5)
    return Image.fromarray((60 + 0.6 * rows + 1.2 * columns + waves).clip(0, 255).astype(np.uint8))


def stored(image: Image.Image, kind: str, **how: object) -> bytes:
    """The bytes of a file; of a copy, since saving leaves Pillow's settings on the image."""
    buffer = io.BytesIO()
    image.copy().save(buffer, kind, **how)
    return buffer.getvalue()


def heif(image: Image.Image) -> bytes:
    """The bytes of a HEIC file."""
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95)
    return buffer.getvalue()


def document(data: bytes, limits: Limits = LIMITS, **how: object) -> Document:
    """What is read of good bytes."""
    result = read_pages(data, limits, **how)  # type: ignore[arg-type]
    assert isinstance(result, Document), result
    for page in result.pages:
        assert page.pixels.dtype == np.uint8
        assert page.pixels.ndim == 2
        assert page.pixels.flags.c_contiguous
    return result


def fault(data: bytes, limits: Limits = LIMITS) -> Fault:
    """What is said of bad bytes."""
    result = read_pages(data, limits)
    assert isinstance(result, Fault), result
    return result


def one(data: bytes) -> np.ndarray:
    """The pixels of a file of one page, as whole numbers that may be subtracted."""
    result = document(data)
    assert result.n_pages == len(result.pages) == 1
    return result.pages[0].pixels.astype(int)


def grey_of(image: Image.Image) -> np.ndarray:
    """The expected pixels."""
    return np.asarray(image.convert("L")).astype(int)


COLOUR = Image.merge("RGB", [picture(), picture().transpose(_T.ROTATE_180), picture()])
WHOLE = {
    "jpeg": stored(COLOUR, "JPEG", quality=95),
    "progressive jpeg": stored(COLOUR, "JPEG", progressive=True),
    "grey jpeg": stored(picture(), "JPEG"),
    "cmyk jpeg": stored(COLOUR.convert("CMYK"), "JPEG"),
    "png": stored(COLOUR, "PNG"),
    "grey png": stored(picture(), "PNG"),
    "palette png": stored(COLOUR.convert("P"), "PNG"),
    "1-bit png": stored(picture().convert("1"), "PNG"),
    "rgba png": stored(COLOUR.convert("RGBA"), "PNG"),
    "16-bit png": stored(Image.fromarray(np.asarray(picture()).astype(np.uint16) * 257), "PNG"),
    "bmp": stored(COLOUR, "BMP"),
    "1-bit bmp": stored(picture(48, 96).convert("1"), "BMP"),
    "tiff": stored(COLOUR, "TIFF"),
    "big tiff": stored(COLOUR, "TIFF", big_tiff=True),
    "lzw tiff": stored(COLOUR, "TIFF", compression="tiff_lzw"),
    "fax tiff": stored(picture().convert("1"), "TIFF", compression="group4"),
    "gif": stored(COLOUR.convert("P"), "GIF"),
    "webp": stored(COLOUR, "WEBP"),
    "lossless webp": stored(COLOUR, "WEBP", lossless=True),
    "heif": heif(COLOUR),
    "avif": stored(COLOUR, "AVIF", quality=95),
    "pdf": stored(COLOUR, "PDF", resolution=300, quality=95),
    "1-bit pdf": stored(picture(48, 96).convert("1"), "PDF", resolution=300),
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_kind_is_read_as_the_grey_that_it_shows(name: str) -> None:
    """A format or a mode would come out black, inverted or not at all."""
    data = WHOLE[name]
    others = {"16-bit png": picture(), "heif": COLOUR, "pdf": COLOUR}
    others["1-bit pdf"] = picture(48, 96).convert("1")
    expected = grey_of(others[name] if name in others else Image.open(io.BytesIO(data)))
    assert np.abs(one(data) - expected).mean() < 2


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_cut_at_any_length_ends_early(name: str) -> None:
    """A scan that is still being written would fail for good, or be filed half read."""
    data = WHOLE[name]
    cuts = {*range(2, 40), *(len(data) * part // 16 for part in range(1, 16)), len(data) - 40}
    for cut in sorted(cuts):
        assert fault(data[:cut]).truncated, cut


@pytest.mark.parametrize("size", [512, 5000])
def test_a_file_of_zero_bytes_may_still_be_written(size: int) -> None:
    """A copier that reserves the room of its file first would have it fail for good."""
    said = fault(bytes(size))
    assert said.truncated
    assert "zero bytes" in said.reason


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "PDF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_whose_end_is_not_written_yet_ends_early(kind: str, share: float) -> None:
    """Half a scan in a file of full size would fail for good, or be judged half grey."""
    noise = np.random.default_rng(1).integers(0, 255, (200, 300), dtype=np.uint8)
    data = stored(Image.fromarray(noise), kind)
    there = int(len(data) * share)
    assert fault(data[:there] + bytes(len(data) - there)).truncated


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_zero_bytes_behind_an_image_do_not_matter(kind: str) -> None:
    """Programs pad files; such scans would wait, and fail."""
    data = stored(picture(), kind)
    assert np.array_equal(one(data + bytes(5000)), one(data))


@pytest.mark.parametrize("name", WHOLE)
def test_what_lies_behind_the_image_does_not_matter(name: str) -> None:
    """Cameras append previews and programs append padding; such files would fail."""
    assert np.array_equal(one(WHOLE[name] + b"\0junk" * 20), one(WHOLE[name]))


def test_a_damaged_file_is_not_waited_for() -> None:
    """A whole but broken file would wait for bytes that never come."""
    png = bytearray(WHOLE["png"])
    png[24] = 77  # a bit depth that there is not
    assert not fault(bytes(png)).truncated
    assert not fault(WHOLE["bmp"][:28] + b"\x11\x75" + WHOLE["bmp"][30:]).truncated


@pytest.mark.parametrize(
    "text", [b"Dear Sir", b"BMW, bill of sale: one car, used", b"{\\rtf1", b"X"]
)
def test_what_is_no_image_is_named_so(text: bytes) -> None:
    """A text renamed .png would be called damaged, and its owner would look for the damage."""
    said = fault(text)
    assert not said.truncated
    assert "no image of a kind" in said.reason
    assert "PNG, JPEG, TIFF, BMP, WebP, GIF, PDF, HEIF, AVIF" in said.advice


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "CMYK", "PNG", "RGBA", "TIFF", "LZW", "WEBP"])
def test_the_orientation_is_undone_once_by_every_decoder(kind: str, orientation: int) -> None:
    """A page would lie on its side, or be turned twice."""
    upright = COLOUR.convert(kind) if kind in ("CMYK", "RGBA") else COLOUR
    turn = STORED[orientation]
    image = upright if turn is None else upright.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    how = {"compression": "tiff_lzw"} if kind == "LZW" else {}
    file_kind = {"CMYK": "JPEG", "RGBA": "PNG", "LZW": "TIFF"}.get(kind, kind)
    pixels = one(stored(image, file_kind, exif=exif, **how))
    assert pixels.shape == (48, 80)
    assert np.abs(pixels - grey_of(upright)).mean() < 6


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_there_is_not_is_upright(orientation: int) -> None:
    """A camera's odd value would fail the scan."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert one(stored(COLOUR, "JPEG", exif=exif)).shape == (48, 80)


def test_an_orientation_behind_the_pixels_of_a_png_counts() -> None:
    """PNG allows the chunk there; such a page would stay on its side."""
    exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    chunk = struct.pack(">I", len(exif)) + b"eXIf" + exif
    chunk += struct.pack(">I", zlib.crc32(b"eXIf" + exif))
    data = WHOLE["png"]
    assert one(data[:-12] + chunk + data[-12:]).shape == (80, 48)


def test_transparent_is_white_paper() -> None:
    """A drawing on a transparent ground would be black on black."""
    ink = Image.new("RGBA", (4, 2), (0, 0, 0, 0))
    ink.putpixel((1, 0), (0, 0, 0, 255))
    ink.putpixel((2, 0), (0, 0, 0, 128))
    expected = [[255, 0, 127, 255], [255] * 4]
    assert one(stored(ink, "PNG")).tolist() == expected
    assert one(stored(ink.convert("LA"), "PNG")).tolist() == expected
    assert one(stored(ink, "WEBP", lossless=True)).tolist() == expected
    keyed = Image.new("L", (2, 1), 7)
    keyed.putpixel((1, 0), 9)
    assert one(stored(keyed, "PNG", transparency=7)).tolist() == [[255, 9]]
    palette = Image.new("P", (2, 1))
    palette.putpalette([10, 10, 10, 20, 20, 20])
    palette.putpixel((1, 0), 1)
    assert one(stored(palette, "GIF", transparency=0)).tolist() == [[255, 20]]


def test_more_than_eight_bits_keep_their_contrast() -> None:
    """16-bit scans would come out black, white or as noise of their low bytes."""
    full = np.array([[0, 257, 65535, 32768]], np.uint16)
    assert one(stored(Image.fromarray(full), "PNG")).tolist() == [[0, 1, 255, 128]]
    assert one(stored(Image.fromarray(full), "TIFF")).tolist() == [[0, 1, 255, 128]]
    twelve = np.array([[0, 4095, 2048, 16]], np.uint16)
    assert one(stored(Image.fromarray(twelve), "TIFF")).tolist() == [[0, 255, 128, 1]]
    eight = np.array([[0, 255, 128]], np.uint16)
    assert one(stored(Image.fromarray(eight), "PNG")).tolist() == [[0, 255, 128]]
    signed = np.array([[-100, 0, 101]], np.int32)
    assert one(stored(Image.fromarray(signed), "TIFF")).tolist() == [[0, 127, 255]]
    unit = np.array([[0, 0.5, 1, np.nan, np.inf]], np.float32)
    assert one(stored(Image.fromarray(unit), "TIFF")).tolist() == [[0, 128, 255, 255, 255]]
    wide = np.array([[0, 32768, 65535]], np.float32)
    assert one(stored(Image.fromarray(wide), "TIFF")).tolist() == [[0, 128, 255]]


def test_a_tiff_that_counts_from_white_is_not_a_negative() -> None:
    """Fax machines store white as 0; their 16-bit pages would be inverted."""
    values = np.array([[0, 65535]], np.uint16)
    data = bytearray(stored(Image.fromarray(values), "TIFF"))
    at = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    data[at] = 0
    assert one(bytes(data)).tolist() == [[255, 0]]


@pytest.mark.parametrize("bits", [4, 8])
def test_run_lengths_may_leave_lines_empty(bits: int) -> None:
    """A page with a blank line would be called damaged."""
    most = (1 << bits) - 1
    line = bytes([2, 0, 3, most | (0xF0 if bits == 4 else 0), 0, 0])
    pixels = one(run_lengths(5, 4, line + b"\0\0" + line + b"\0\0" + b"\0\1", bits=bits))
    written = [0, 0, 255, 255, 255]
    assert pixels.tolist() == [[0] * 5, written, [0] * 5, written]


def test_run_lengths_that_end_early_are_not_waited_for() -> None:
    """Six kilobytes would hold a worker for ten seconds."""
    lines = run_lengths(15_000, 10_000, b"\x01\x01\0\0" * 9_999)
    large = replace(LIMITS, max_image_pixels=150_000_000)
    said = fault(lines, large)
    assert (said.stage, said.truncated) == ("decode", False)
    assert "run lengths" in said.reason
    assert fault(lines[:-10], large).truncated


def test_a_tiff_has_all_its_pages() -> None:
    """The second page of a document would be lost."""
    pages = [np.full((8 + page, 9), 50 * page, np.uint8) for page in range(3)]
    data = cv2.imencodemulti(".tiff", pages)[1].tobytes()
    result = document(data)
    assert result.n_pages == 3
    assert [page.number for page in result.pages] == [1, 2, 3]
    assert [page.pixels.shape for page in result.pages] == [(8, 9), (9, 9), (10, 9)]
    assert [int(page.pixels[0, 0]) for page in result.pages] == [0, 50, 100]
    first = document(data, first_only=True)
    assert (len(first.pages), first.n_pages) == (1, 3)
    assert fault(data[: len(data) // 2]).truncated


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_first_frame_of_an_animation_is_its_page(kind: str) -> None:
    """An animation would count as a document of many pages; or nobody know that there is more."""
    frames = [Image.new("L", (64, 48), shade) for shade in (40, 200, 90)]
    data = stored(frames[0], kind, save_all=True, append_images=frames[1:])
    found = document(data)
    assert (found.n_pages, found.n_images) == (1, 3)
    assert abs(int(one(data)[0, 0]) - 40) <= 2
    assert document(data, Limits(10**6, 10**6, max_pages=1)).n_images == 3
    assert document(stored(frames[0], kind)).n_images == 1


def test_the_pictures_of_a_heif_are_counted() -> None:
    """A burst of a phone would look like one photograph."""
    burst = pillow_heif.HeifFile()
    for _ in range(3):
        burst.add_from_pillow(picture(64, 48))
    buffer = io.BytesIO()
    burst.save(buffer)
    assert (document(buffer.getvalue()).n_pages, document(buffer.getvalue()).n_images) == (1, 3)


def test_frames_of_a_gif_are_counted_past_colours_and_comments() -> None:
    """A count that goes wrong at the first table of colours would say 1 for every animation."""
    frames = [picture(40, 30 + wide).crop((wide, 0, 30 + wide, 40)) for wide in range(5)]
    data = stored(
        frames[0].convert("RGB").quantize(16), "GIF", save_all=True, comment=b"x" * 600, loop=0,
        append_images=[frame.convert("RGB").quantize(16) for frame in frames[1:]],
    )  # fmt: skip
    assert document(data).n_images == 5
    assert gif_frames(data[:-1]) == 5
    assert [gif_frames(data[:size]) for size in (0, 5, 13, 20)] == [0] * 4
    assert gif_frames(b"GIF89a" + b"\xff" * 3000) == 0


def test_a_jpeg_may_come_out_reduced_but_not_below_the_least_side() -> None:
    """A thumbnail would be judged in place of the page, or time wasted on pixels not needed."""
    data = stored(picture(600, 1000), "JPEG")
    for least, width in [(None, 1000), (501, 1000), (500, 500), (251, 500), (250, 250), (1, 125)]:
        shape = document(data, least_side=least).pages[0].pixels.shape
        assert shape[1] == width, least
    png = stored(picture(60, 100), "PNG")
    assert document(png, least_side=10).pages[0].pixels.shape == (60, 100)


@pytest.mark.parametrize("name", WHOLE)
def test_a_page_is_the_same_in_strips(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large page would have a seam, or a contrast of its own in each strip."""
    whole = one(WHOLE[name])
    for pixels in (1, 80 * 7, 80 * 47):
        monkeypatch.setattr("models.page.grey._STRIP", pixels)
        assert np.array_equal(one(WHOLE[name]), whole), pixels


def test_deep_values_are_scaled_by_those_of_the_whole_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dark strip of a 16-bit page would be brightened by itself."""
    monkeypatch.setattr("models.page.grey._STRIP", 4)
    rows = np.array([[0, 1, 2, 3], [0, 0, 0, 4095], [16, 16, 16, 16]], np.uint16)
    expected = [[0, 0, 0, 0], [0, 0, 0, 255], [1, 1, 1, 1]]
    assert one(stored(Image.fromarray(rows), "TIFF")).tolist() == expected
    floats = np.array([[0, 0.6], [np.nan, np.nan], [200, 255]], np.float32)
    assert one(stored(Image.fromarray(floats), "TIFF")).tolist() == [[0, 1], [255, 255], [200, 255]]


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and has no pixels for it."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    for name, data in ((b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(data)) + name + data
        chunks += struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunks


BOMBS = {
    "png": png_header(60_000, 60_000),
    "jpeg": WHOLE["grey jpeg"].replace(struct.pack(">HH", 48, 80), b"\xff\xdc\xff\xdc", 1),
    "bmp": WHOLE["bmp"][:18] + struct.pack("<ii", 30_000, 30_000) + WHOLE["bmp"][26:],
    "gif": WHOLE["gif"][:6] + b"\xff\xff\xff\xff" + WHOLE["gif"][10:],
    "tiff": stored(picture(), "TIFF").replace(
        struct.pack("<HHII", 257, 4, 1, 48), struct.pack("<HHII", 257, 4, 1, 4_000_000_000)
    ),
    "webp": b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2 + b"VP8L\0\0\0\0",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_its_header(name: str) -> None:
    """A small file would take all memory."""
    said = fault(BOMBS[name])
    assert said.stage == "limits", said
    assert "max_image_pixels" in said.reason


def test_a_webp_bomb_is_refused_before_its_decoder_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libwebp sets 2 GB aside for a header of 30 bytes, before anyone asks how large it is."""

    def never(_file: object) -> None:
        raise AssertionError

    monkeypatch.setitem(_OPEN, Kind.WEBP, never)
    assert fault(BOMBS["webp"]).stage == "limits"


@pytest.mark.parametrize("how", [{}, {"lossless": True}, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_size_of_a_webp_is_in_its_header(how: dict[str, object], mode: str) -> None:
    """An allowed one would be refused, or a bomb let in."""
    assert webp_size(stored(COLOUR.convert(mode), "WEBP", **how)) == (80, 48)


def test_a_webp_without_a_size_has_none() -> None:
    """A damaged header would stop the worker."""
    for end in range(len(WHOLE["webp"])):
        assert webp_size(WHOLE["webp"][:end]) in {(0, 0), (80, 48)}


def test_a_chunk_that_claims_too_much_never_reaches_opencv(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OpenCV 5.0 believes a PNG's chunk lengths: 1.5 kB of damage would take 2 GB and 5 s."""
    calls: list[object] = []
    monkeypatch.setattr("models.page.decode.cv2.imdecode", lambda *_: calls.append(1))
    read_pages(WHOLE["grey png"], LIMITS)
    assert calls
    calls.clear()
    data = bytearray(WHOLE["grey png"])
    at = data.index(b"IDAT") - 4
    data[at : at + 4] = struct.pack(">I", len(data) - at - 8)
    read_pages(bytes(data), LIMITS)
    whole = WHOLE["grey png"]
    behind = (
        whole[: whole.index(b"IDAT") - 4] + whole[-12:] + struct.pack(">I4s", 2**31 - 1, b"IDAT")
    )
    read_pages(behind + bytes(50), LIMITS)
    assert not calls


def test_our_limit_rules_and_not_that_of_pillow() -> None:
    """A page above Pillow's own limit would fail, though the settings allow it."""
    size = Image.MAX_IMAGE_PIXELS
    try:
        Image.MAX_IMAGE_PIXELS = 10
        assert one(WHOLE["palette png"]).shape == (48, 80)
    finally:
        Image.MAX_IMAGE_PIXELS = size
    assert fault(WHOLE["png"], Limits(48 * 80 - 1, 10**6, 5)).stage == "limits"
    assert document(WHOLE["png"], Limits(48 * 80, 10**6, 5))


def test_a_document_is_limited_page_by_page_and_as_a_whole() -> None:
    """Many pages within the limit, or one behind a small first one, would take all memory."""
    small, large = np.zeros((10, 10), np.uint8), np.zeros((10, 50), np.uint8)
    behind = cv2.imencodemulti(".tiff", [small, large])[1].tobytes()
    assert "page 2" in fault(behind, Limits(499, 10**6, 5)).reason
    many = cv2.imencodemulti(".tiff", [small] * 9)[1].tobytes()
    assert "max_pages (8)" in fault(many, Limits(10**6, 10**6, 8)).reason
    assert "in all" in fault(many, Limits(100, 10**6, 9)).reason
    assert document(many, Limits(113, 10**6, 9)).n_pages == 9


def test_a_page_of_one_pixel_is_a_page_and_one_of_none_is_a_fault() -> None:
    """The smallest files would crash what follows."""
    dot = Image.new("L", (1, 1), 9)
    for kind in ("PNG", "BMP", "TIFF", "GIF"):
        assert one(stored(dot, kind)).tolist() == [[9]], kind
    assert document(stored(dot, "JPEG"), least_side=1).pages[0].pixels.shape == (1, 1)
    assert fault(png_header(0, 5)).stage == "decode"


# -- memory ---------------------------------------------------------------------------------


class OpenCVError(Exception):
    """As OpenCV says that memory ran out: by a code."""

    code = -4


HELD = replace(LIMITS, job_memory=500)


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OSError("out of memory error when reading image file"), OpenCVError("full")],
)
def test_too_little_memory_is_a_fault_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A user would read that the file is damaged, and throw it away."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("models.page.read.decode", fail)
    said = fault(WHOLE["png"], HELD)
    assert (said.stage, said.reason) == (
        "limits", "needs more memory than a worker may have (500 MiB)",
    )  # fmt: skip
    assert "job_memory" in said.advice
    assert "job_memory" not in fault(WHOLE["png"]).advice  # where nobody set it


def test_a_file_that_does_not_fit_is_a_fault_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest allowed files would end the batch in place of being told."""

    def fail(*_: object) -> bytes:
        raise MemoryError

    path = tmp_path / "a.png"
    path.write_bytes(WHOLE["png"])
    monkeypatch.setattr("models.page.read._content", fail)
    assert load_fault(scan_of(path, WHOLE["png"])).stage == "limits"


def test_decoders_that_do_not_say_it_are_asked_how_much_they_need() -> None:
    """Libjpeg and libwebp say only that the data stream is broken."""
    pixels = 80 * 48
    needs = {
        name: least_memory(kind_of(data) or Kind.GIF, data, LIMITS) for name, data in WHOLE.items()
    }
    assert needs["progressive jpeg"] == 8 * pixels
    assert needs["jpeg"] == needs["png"] == 4 * pixels
    assert needs["webp"] == needs["lossless webp"] == 16 * pixels
    assert least_memory(Kind.PNG, b"\x89PNG", LIMITS) == 0
    assert HELD.may_lack(251 << 20)
    assert not HELD.may_lack(250 << 20)
    assert not LIMITS.may_lack(1 << 50)


WITHIN_A_LIMIT = """
import resource, sys
from models.page.read import Limits, read_pages
from service.workers.memory import limit_memory

mib, data = int(sys.argv[1]), open(sys.argv[2], "rb").read()
limit_memory(mib)
print(read_pages(data, Limits(10**9, 10**9, 9, mib)))
"""


def within(mib: int, data: bytes, folder: Path) -> str:
    """What is read of them in a process that may take so much memory."""
    path = folder / "file"
    path.write_bytes(data)
    command = [sys.executable, "-c", WITHIN_A_LIMIT, str(mib), path]
    ended = subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT)
    return ended.stdout


LARGE: dict[str, tuple[str, str, dict[str, object]]] = {
    "jpeg": ("L", "JPEG", {}),
    "progressive jpeg": ("RGB", "JPEG", {"progressive": True, "subsampling": 0}),
    "png": ("RGBA", "PNG", {"compress_level": 1}),
    "webp": ("RGB", "WEBP", {"method": 0}),
    "tiff": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "deep tiff": ("F", "TIFF", {"compression": "tiff_lzw"}),
}


@functools.cache
def large(name: str) -> bytes:
    """A file of 36 megapixels; made when it is needed, for every worker reads this module."""
    mode, kind, how = LARGE[name]
    return stored(Image.new(mode, (6000, 6000)), kind, **how)


@pytest.mark.parametrize("name", LARGE)
def test_at_a_real_limit_every_decoder_ends_in_words(name: str, tmp_path: Path) -> None:
    """A worker would die, or call a healthy file damaged."""
    said = within(30, large(name), tmp_path)
    assert "needs more memory than a worker may have (30 MiB)" in said, said


@pytest.mark.parametrize("name", sorted(set(LARGE) - {"webp"}))
def test_no_page_takes_more_than_8_bytes_a_pixel(name: str, tmp_path: Path) -> None:
    """The largest pages that are allowed, of 150 megapixels, would not fit in a worker."""
    assert within(8 * 36 + 20, large(name), tmp_path).startswith("Document")


def test_pages_come_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of eight large pages would be in memory as a whole while its text is read."""
    pages = [np.full((8 + page, 9), 50 * page, np.uint8) for page in range(3)]
    data = cv2.imencodemulti(".tiff", pages)[1].tobytes()
    path = tmp_path / "a.tiff"
    path.write_bytes(data)
    decoded: list[int] = []

    def counted(*given: Any) -> Any:
        decoded.append(given[1])
        return decode(*given)

    monkeypatch.setattr("models.page.read.decode", counted)
    found = pages_of(scan_of(path, data), LIMITS)
    for number, page in enumerate(pages):
        given = next(found)
        assert isinstance(given, Page)
        assert given.number == number + 1
        assert np.array_equal(given.pixels, page)
        assert decoded == list(range(number + 1))
    assert next(found, None) is None
    path.write_bytes(data[:-1])
    (said,) = pages_of(scan_of(path, data), LIMITS)
    assert isinstance(said, Fault)
    assert said.stage == "open"


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 10**6),
)
def test_no_bytes_make_it_raise(name: str, changes: list[tuple[int, int]], cut: int) -> None:
    """A malformed file would stop the worker in place of being reported."""
    data = bytearray(WHOLE[name])
    for place, value in changes:
        # Half of the changes go to the header, where they do most.
        data[place % (200 if place % 2 else len(data)) % len(data)] = value
    if cut % 3 == 0:
        del data[cut % len(data) :]
    assert isinstance(read_pages(bytes(data), LIMITS, least_side=20), Document | Fault)


@given(st.binary(max_size=60))
def test_no_short_bytes_make_it_raise(data: bytes) -> None:
    """A file of a few bytes would stop the worker."""
    for magic in (b"", b"\xff\xd8\xff", b"II*\0", b"BM", b"RIFF\0\0\0\0WEBP", b"GIF89a"):
        assert isinstance(read_pages(magic + data, LIMITS), Document | Fault)


def scan_of(path: Path, data: bytes) -> Scan:
    """The scan that the inbox would have made of these bytes."""
    return Scan(path, hashlib.sha256(data).hexdigest(), len(data))


def load_fault(scan: Scan) -> Fault:
    """Why it is not loaded."""
    result = load(scan, LIMITS)
    assert isinstance(result, Fault), result
    return result


def test_a_scan_is_loaded_whole(tmp_path: Path) -> None:
    """The bytes that are judged would not be those that were hashed."""
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE["png"])
    assert load(scan_of(path, WHOLE["png"]), LIMITS) == WHOLE["png"]
    path.write_bytes(WHOLE["jpeg"])
    said = load_fault(scan_of(path, WHOLE["png"]))
    assert (said.stage, said.reason) == ("open", "changed while it was being read")


def test_what_is_not_a_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe would block the worker, and a link lead out of the inbox."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/hostname")
    (tmp_path / "empty").touch()
    for name, reason in [
        ("pipe", "regular file"),
        ("link", "symbolic link"),
        (".", "regular file"),
        ("gone", "is gone"),
        ("empty", "is empty"),
    ]:
        said = load_fault(scan_of(tmp_path / name, b""))
        assert said.stage == "open"
        assert reason in said.reason
        assert said.advice
        assert said.truncated == (name == "empty")


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """A disk image in the inbox would take all memory."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LIMITS.max_file_bytes + 1)
    assert load_fault(scan_of(path, b"")).stage == "limits"


def test_what_may_not_be_read_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user would not know that it is a matter of permissions."""

    def refused(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    # Tests may run as root, whom no file refuses.
    monkeypatch.setattr("models.page.read.open_regular", refused)
    said = load_fault(scan_of(tmp_path / "a", b"x"))
    assert said.reason == "may not be read"
    assert "leave to read" in said.advice


def test_the_hostile_files_of_image_libraries_do_no_harm() -> None:
    """One odd file of a user would stop a worker or take all memory."""
    root = os.environ.get("PIGEONHOLE_TEST_DATA")
    if root is None or not Path(root, "hostile").is_dir():
        pytest.skip("PIGEONHOLE_TEST_DATA is not set or has no folder 'hostile'")
    limits = Limits(max_image_pixels=150_000_000, max_file_bytes=2**29, max_pages=100)
    read = 0
    for path in sorted(Path(root, "hostile").rglob("*")):
        if path.is_file():
            result = read_pages(path.read_bytes(), limits)
            assert isinstance(result, Document | Fault), path
            if isinstance(result, Document):
                read += 1
                assert all(page.pixels.size <= limits.max_image_pixels for page in result.pages)
    assert read >= 225
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
