"""From a scan to its pages: decoded, upright, grey.

Pillow opens every header and says how large the pages are before anything is decoded; then
OpenCV decodes plain JPEG and PNG and the run lengths of BMP, because it is the fastest, and
Pillow all the rest. Pages of a PDF come from PDFium.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from PIL import Image

from config.links import ForeignLinkError, open_regular
from models.page.decode import count_of, decode, frames_of, least_memory, opened
from models.page.formats import (
    KINDS,
    Kind,
    ends_early,
    is_beginning,
    kind_of,
    lacks_pages,
    webp_size,
)
from models.page.limits import Limits, ran_out_of_memory
from models.page.pdf import pages_of_pdf
from models.page.quiet import quiet_loggers
from models.page.reasons import undecodable
from models.page.scan import Fault, Page, Scan

__all__ = ["Document", "Limits", "load", "pages_of", "read_pages", "read_scan"]

_COPY_AGAIN = "Copy or scan it again."
_SECTOR = 512  # bytes that a disk writes at once, at least


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What was read of a scan.

    Attributes:
        pages: the decoded ones, in order: all, or the first.
        n_pages: how many the file has; an animation has one, its first frame.
        n_images: how many images the file has: all its pages, or all the frames of an animation.
    """

    pages: tuple[Page, ...]
    n_pages: int
    n_images: int


def load(scan: Scan, limits: Limits) -> bytes | Fault:
    """The bytes of a scan, read once, if they still are those that were hashed.

    Never follows a symbolic link, never waits on a pipe, never reads more than
    ``limits.max_file_bytes``.

    Returns:
        The bytes, or a fault of stage ``open`` or ``limits``.
    """
    try:
        fd = open_regular(scan.path)
        try:
            data = _content(fd, limits)
        finally:
            os.close(fd)
    except OSError as error:
        return _unopened(error)
    except MemoryError:
        return limits.too_much_memory()
    if isinstance(data, Fault):
        return data
    if hashlib.sha256(data).hexdigest() != scan.sha256:
        return Fault("open", "changed while it was being read", "It is looked at again.")
    return data


def read_pages(
    data: bytes, limits: Limits, *, least_side: int | None = None, first_only: bool = False
) -> Document | Fault:
    """Decode the pages of a file. Never raises, whatever the bytes are.

    One thread of a process reads at a time: see ``models.page.decode.opened``.

    Args:
        data: the whole file: PNG, JPEG, TIFF or PDF with any number of pages, BMP, WebP, GIF, HEIF,
            AVIF.
        limits: checked for every page before the first is decoded.
        least_side: a JPEG may come out reduced by 2, 4 or 8 as long as its longest side keeps
            this many pixels; None keeps every page whole.
        first_only: decode the first page alone.

    Returns:
        The document, or a fault of stage ``decode`` or ``limits``.
    """
    pages: list[Page] = []
    n_pages = n_images = 0
    for found in _decoded(data, limits, least_side):
        if isinstance(found, Fault):
            return found
        page, n_pages, n_images = found
        pages.append(page)
        if first_only:
            break
    return Document(tuple(pages), n_pages, n_images)


def read_scan(
    scan: Scan, limits: Limits, *, least_side: int | None = None, first_only: bool = False
) -> Document | Fault:
    """`load` and then `read_pages`: from a scan to its pages."""
    data = load(scan, limits)
    if isinstance(data, Fault):
        return data
    return read_pages(data, limits, least_side=least_side, first_only=first_only)


def pages_of(scan: Scan, limits: Limits) -> Generator[Page | Fault, None, None]:
    """The pages of a scan, whole, one after the other: no two need be in memory. Never raises.

    Close it, or take all: while it is under way the process reads nothing else.

    Yields:
        Each page in order; or a fault of stage ``open``, ``decode`` or ``limits``, the last.
    """
    data = load(scan, limits)
    if isinstance(data, Fault):
        yield data
        return
    for found in _decoded(data, limits, None):
        yield found if isinstance(found, Fault) else found[0]


def _decoded(
    data: bytes, limits: Limits, least_side: int | None
) -> Iterator[tuple[Page, int, int] | Fault]:
    """Each page with the number of all, and of all images; or the fault that ends it.

    Many programs reserve the room of their file before they fill it: a file that cannot be read and
    ends in zero bytes may still be written.
    """
    with closing(_decoded_as_it_is(data, limits, least_side)) as pages:
        for found in pages:
            if isinstance(found, Fault) and found.stage == "decode" and _ends_in_zeros(data):
                yield replace(found, truncated=True)
            else:
                yield found


def _decoded_as_it_is(
    data: bytes, limits: Limits, least_side: int | None
) -> Generator[tuple[Page, int, int] | Fault, None, None]:
    quiet_loggers()
    kind = kind_of(data)
    if kind is None:
        yield _no_image(data)
        return
    cut = Fault("decode", f"ends early: a {kind} cut off", _COPY_AGAIN, truncated=True)
    # OpenCV draws what a JPEG lacks in grey.
    half = kind is Kind.JPEG and _ends_in_zeros(data) and ends_early(kind, data)
    try:
        if fault := cut if half or lacks_pages(kind, data) else _webp_too_large(kind, data, limits):
            yield fault
            return
        if kind is Kind.PDF:
            for found in pages_of_pdf(data, limits, least_side):
                yield found if isinstance(found, Fault) else (*found, found[1])
            return
        with opened(kind, data, limits) as image:
            frames = frames_of(image, limits)
            if isinstance(frames, Fault):
                yield frames
                return
            n_images = len(frames) if kind is Kind.TIFF else count_of(image, data)
            for number, frame in enumerate(frames, start=1):
                page = Page(number, decode(image, frame, data, least_side))
                yield page, len(frames), n_images
    except Image.DecompressionBombError:
        yield Fault("limits", "holds an image larger than max_image_pixels", _COPY_AGAIN)
    except MemoryError:
        yield limits.too_much_memory()
    except Exception as error:  # noqa: BLE001 - decoders raise anything; it becomes a value here
        if "truncated" in str(error).lower() or ends_early(kind, data):
            yield cut
        elif ran_out_of_memory(error) or limits.may_lack(least_memory(kind, data, limits)):
            yield limits.too_much_memory()
        else:
            yield undecodable(kind, data, error)


def _ends_in_zeros(data: bytes) -> bool:
    return data[-_SECTOR:] == bytes(_SECTOR)


def _no_image(data: bytes) -> Fault:
    if _ends_in_zeros(data) and not data.strip(b"\0"):
        return Fault("decode", "holds nothing but zero bytes", _COPY_AGAIN, truncated=True)
    if is_beginning(data):
        return Fault("decode", "ends early", _COPY_AGAIN, truncated=True)
    return Fault(
        "decode", "is no image of a kind this version reads", f"It reads {KINDS}; convert it."
    )


def _webp_too_large(kind: Kind, data: bytes, limits: Limits) -> Fault | None:
    width, height = webp_size(data) if kind is Kind.WEBP else (0, 0)
    return limits.too_many_pixels(1, width, height, width * height)


def _content(fd: int, limits: Limits) -> bytes | Fault:
    status = os.fstat(fd)
    if status.st_size == 0:
        return Fault("open", "is empty", _COPY_AGAIN, truncated=True)
    with open(fd, "rb", closefd=False) as file:
        # One byte more than it has, so that a file that grows is not the one that was hashed.
        return limits.too_large(status.st_size) or file.read(status.st_size + 1)


def _unopened(error: OSError) -> Fault:
    if isinstance(error, ForeignLinkError):
        return Fault("open", f"cannot be read: {error.strerror}", "Put a folder there.")
    if error.errno == errno.ELOOP:
        return Fault("open", "is a symbolic link", "Put the file itself here.")
    if error.errno == errno.EINVAL:
        return Fault("open", "is not a regular file", "Put the file itself here.")
    if error.errno == errno.ENOENT:
        return Fault("open", "is gone", "Drop it again.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Fault("open", "may not be read", "Give the user of the service leave to read it.")
    return Fault("open", f"cannot be read: {error.strerror}", "Look at the disk or the share.")
