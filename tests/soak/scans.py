"""What is dropped: pictures that can be judged, files that cannot, and the names they come under."""

from __future__ import annotations

import io
import random
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from models.drawing.documents import draw_document
from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket

_AFTER_HEADER = 33
"""Bytes of a PNG up to the end of its first chunk, IHDR."""


def picture(rng: random.Random) -> bytes:
    """A PNG or a JPEG that no other call returned. Cut anywhere, it is told to end early."""
    mark = rng.randbytes(12).hex()
    plain = rng.choice(_pictures())
    return _marked_png(plain, mark) if plain.startswith(b"\x89") else _marked_jpeg(plain, mark)


def document(rng: random.Random) -> bytes:
    """A TIFF of two pages."""
    return _two_pages() + rng.randbytes(12)


def tiny(number: int) -> bytes:
    """A PNG of a few hundred bytes, another one for each number."""
    return _marked_png(_smallest(), str(number))


def broken(rng: random.Random) -> bytes:
    """Bytes that are no picture; one in eight times none at all."""
    match rng.randrange(8):
        case 0:
            return b""
        case 1 | 2:
            whole = picture(rng)
            return whole[: rng.randint(100, len(whole) - 100)]
        case 3:
            return b"PK\x03\x04" + rng.randbytes(500)
        case 4:
            return f"Dear Sir or Madam, {rng.randbytes(8).hex()}\n".encode() * rng.randint(1, 9)
        case 5:
            return b'{"sha256": "%s"}' % rng.randbytes(32).hex().encode()
        case _:
            return b"?" + rng.randbytes(rng.randint(1, 3000))


def name(rng: random.Random, number: int) -> bytes:
    """A name for a file, usually an ordinary one; never one that the service leaves alone."""
    if rng.random() < 0.7:
        return b"scan-%d.%s" % (number, rng.choice([b"png", b"jpg", b"PNG", b"tif"]))
    odd = (
        b"line\nbreak-%d.png",
        b"\xff\xfe\xe9 latin-%d.png",
        b"-rf %d *.png",
        b"quote'\"$(id)-%d.jpg",
        b"\t tab and blank %d .png",
        b"scan-%d (2).png",
        b"without-a-type-%d",
        b"\xf0\x9f\xa7\xbe receipt %d.jpeg",
        b"note-%d.png.error.json",
        b"back\\slash:%d?.png",
        b"%d" + b"\xc3\xa9" * 118 + b".png",
        b"%d" + b"\xe9" * 200 + b".jpg",
    )
    made = rng.choice(odd) % number
    return made + b"x" * (255 - len(made)) if rng.random() < 0.2 else made


def same_name(rng: random.Random) -> bytes:
    """One of the few names that a scanner uses over and over."""
    return rng.choice([b"scan.png", b"scan (2).png", b"Scan0001.jpg", b"image"])


@cache
def _pictures() -> tuple[bytes, ...]:
    rng = np.random.default_rng(0)
    pixels = [draw_ticket(rng, width=160, photo=False, strength=0.4).pixels for _ in range(3)]
    pixels += [draw_solid("cylinder", rng, elevation=20.0 + 10 * n) for n in range(3)]
    pixels += [draw_document(kind, rng) for kind in ("maze", "staves", "pie_chart")]
    return tuple(_encoded(page, kind) for page in pixels for kind in ("png", "jpeg"))


@cache
def _two_pages() -> bytes:
    rng = np.random.default_rng(1)
    pages = [
        Image.fromarray(draw_ticket(rng, width=160, photo=False).pixels).convert("L")
        for _ in range(2)
    ]
    buffer = io.BytesIO()
    pages[0].save(
        buffer, "tiff", save_all=True, append_images=pages[1:], compression="tiff_deflate"
    )
    return buffer.getvalue()


@cache
def _smallest() -> bytes:
    pixels = draw_solid("cylinder", np.random.default_rng(2), elevation=30.0)
    return _encoded(np.asarray(Image.fromarray(pixels).convert("L").resize((24, 24))), "png")


def _encoded(pixels: np.ndarray, kind: str) -> bytes:
    image = Image.fromarray(pixels).convert("L")
    image.thumbnail((256, 256))
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def _marked_png(plain: bytes, mark: str) -> bytes:
    """With a text chunk in front of the pixels: a PNG that lacks its end lacks none of the mark."""
    body = b"tEXtComment\0" + mark.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return plain[:_AFTER_HEADER] + chunk + plain[_AFTER_HEADER:]


def _marked_jpeg(plain: bytes, mark: str) -> bytes:
    comment = mark.encode()
    return plain[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:]
