"""Whole files to begin with: one of each sort that is read, drawn here, and those of a folder."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from models.page.formats import kind_of

OTHER = "other"
"""The kind of a file whose first bytes announce none that is read."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A file as it was before anything was done to it.

    Attributes:
        name: where it comes from.
        data: its bytes.
    """

    name: str
    data: bytes


def by_kind(seeds: Iterable[Seed]) -> dict[str, list[Seed]]:
    """The same by the format that their first bytes announce, or `OTHER`."""
    found: dict[str, list[Seed]] = {}
    for seed in seeds:
        found.setdefault(kind_of(seed.data) or OTHER, []).append(seed)
    return found


def drawn() -> list[Seed]:
    """One of every sort of every format that Pillow writes here, all small: that makes them fast."""
    return [Seed(name, data) for name, data in _drawn()]


def from_folder(folder: Path) -> list[Seed]:
    """Every file of a folder and of those in it, in the order of their names."""
    return [
        Seed(str(path.relative_to(folder)), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def _drawn() -> Iterator[tuple[str, bytes]]:
    grey, exif = _picture(), Image.Exif()
    exif[0x0112] = 6  # lies on its side
    colour = Image.merge("RGB", [grey, grey.rotate(180), grey])
    clear, key = colour.convert("RGBA"), colour.convert("P")
    clear.putalpha(grey)
    bits, deep = grey.convert("1"), Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    real = Image.fromarray(np.asarray(grey).astype(np.float32) / 255)
    more = {"save_all": True, "append_images": [colour.rotate(90), colour.rotate(180)]}

    yield "grey.png", _stored(grey, "PNG")
    yield "colour.png", _stored(colour, "PNG", exif=exif)
    yield "clear.png", _stored(clear, "PNG")
    yield "palette.png", _stored(key, "PNG", transparency=3)
    yield "bits.png", _stored(bits, "PNG")
    yield "deep.png", _stored(deep, "PNG")
    yield "animated.png", _stored(colour, "PNG", **more)

    yield "grey.jpg", _stored(grey, "JPEG")
    yield "colour.jpg", _stored(colour, "JPEG", exif=exif)
    yield "progressive.jpg", _stored(colour, "JPEG", progressive=True, subsampling=2)
    yield "restarts.jpg", _stored(colour, "JPEG", restart_marker_blocks=2)
    yield "cmyk.jpg", _stored(colour.convert("CMYK"), "JPEG")

    yield "grey.tif", _stored(grey, "TIFF")
    yield "big.tif", _stored(colour, "TIFF", big_tiff=True)
    yield "pages.tif", _stored(colour, "TIFF", **more)
    yield "real.tif", _stored(real, "TIFF", compression="tiff_deflate")
    yield "deep.tif", _stored(deep, "TIFF", compression="tiff_lzw")
    yield "tiles.tif", _stored(grey, "TIFF", tiffinfo={322: 32, 323: 32}, compression="tiff_lzw")
    for compression, image in {
        "group3": bits, "group4": bits, "tiff_ccitt": bits, "packbits": key, "tiff_lzw": clear,
        "tiff_adobe_deflate": colour, "jpeg": colour, "zstd": colour, "lzma": grey,
    }.items():  # fmt: skip
        yield f"{compression}.tif", _stored(image, "TIFF", compression=compression)
    yield (
        "fax pages.tif",
        _stored(bits, "TIFF", save_all=True, append_images=[bits, bits], compression="group4"),
    )

    yield "colour.bmp", _stored(colour, "BMP")
    yield "clear.bmp", _stored(clear, "BMP")
    yield "palette.bmp", _stored(key, "BMP")
    yield "bits.bmp", _stored(bits, "BMP")
    yield "runs.bmp", _runs()

    yield "colour.webp", _stored(colour, "WEBP", exif=exif)
    yield "clear.webp", _stored(clear, "WEBP")
    yield "lossless.webp", _stored(clear, "WEBP", lossless=True)
    yield "animated.webp", _stored(colour, "WEBP", **more)

    yield "palette.gif", _stored(key, "GIF", transparency=3)
    yield "interlaced.gif", _stored(grey, "GIF", interlace=1)
    yield "animated.gif", _stored(colour, "GIF", **more)

    yield "colour.avif", _stored(colour, "AVIF", exif=exif)
    heif = io.BytesIO()
    pillow_heif.from_pillow(colour).save(heif)
    yield "colour.heic", heif.getvalue()
    dates = {"creationDate": None, "modDate": None}
    yield "pages.pdf", _stored(colour, "PDF", **more, **dates)
    yield "colour.jp2", _stored(colour, "JPEG2000")


def _picture(height: int = 48, width: int = 80) -> Image.Image:
    """Grey, with something everywhere: a change of any byte can matter."""
    rows, columns = np.mgrid[0:height, 0:width]
    waves = 128 + 60 * np.sin(rows / 3) * np.cos(columns / 5) + rows - columns / 2
    return Image.fromarray(waves.astype(np.uint8))


def _stored(image: Image.Image, kind: str, **how: object) -> bytes:
    buffer = io.BytesIO()
    # Of a copy: saving leaves Pillow's settings on the image.
    image.copy().save(buffer, kind, **how)
    return buffer.getvalue()


def _runs() -> bytes:
    line = b"\x14\x40" + b"\x00\x05abcde\x00" + b"\x07\xff" + b"\x00\x00"
    return run_lengths(32, 24, line * 20 + b"\x00\x02\x02\x03" + b"\x1e\x30" + b"\x00\x01")


def run_lengths(width: int, height: int, pixels: bytes, *, bits: int = 8) -> bytes:
    """A BMP of run lengths (BI_RLE8 or BI_RLE4), which Pillow does not write.

    Its palette goes from black to white.
    """
    most = (1 << bits) - 1
    palette = b"".join(bytes([255 * value // most] * 3 + [0]) for value in range(most + 1))
    offset = 14 + 40 + len(palette)
    header = b"BM" + (offset + len(pixels)).to_bytes(4, "little") + bytes(4)
    numbers = [40, width, height, 1 | bits << 16, 8 // bits, len(pixels), 2835, 2835]
    numbers += [most + 1, most + 1]
    header += offset.to_bytes(4, "little") + b"".join(n.to_bytes(4, "little") for n in numbers)
    return header + palette + pixels
