"""Small pictures of scans, inside the page."""

from __future__ import annotations

import base64
from pathlib import Path

from models.page.opening import first_page, scan_of
from models.page.picture import Picture, Pixels, encoded, shrunk
from models.page.read import Limits
from models.page.scan import Fault
from service.reports.html import name, text

_SIDE = 192
"""Longest side of a picture, in pixels: sharp at half that on a dense screen."""


def thumbnail(path: Path, limits: Limits) -> str | None:
    """The first page of a scan as a data URI; None if it can no longer be read."""
    scan = scan_of(path, limits)
    page = scan if isinstance(scan, Fault) else first_page(scan, limits, _SIDE)
    if isinstance(page, Fault):
        return None
    return data_uri(encoded(shrunk(page.pixels, _SIDE)))


def data_uri(picture: Picture) -> str:
    """A picture inside the page."""
    return f"data:image/{picture.kind};base64,{base64.b64encode(picture.data).decode()}"


def picture(path: Path, caption: str, limits: Limits, *, kind: str = "") -> str:
    """A figure with a caption; an empty frame where the file can no longer be read.

    Args:
        path: of the scan.
        caption: plain text.
        limits: what a scan may ask of this machine.
        kind: ``right``, ``wrong`` or nothing: the colour of the caption.
    """
    return _figure(thumbnail(path, limits), path.name, caption, kind)


def drawing(pixels: Pixels, caption: str) -> str:
    """A figure of pixels that lie in no file.

    Args:
        pixels: uint8 of shape (height, width).
        caption: plain text.
    """
    return _figure(data_uri(encoded(shrunk(pixels, _SIDE))), caption, caption, "")


def _figure(source: str | None, what: str, caption: str, kind: str) -> str:
    image = f'<img src="{source}" alt="{text(what)}">' if source else '<div class="none"></div>'
    mark = f' class="{kind}"' if kind else ""
    return f"<figure>{image}<figcaption{mark}>{name(caption)}</figcaption></figure>"
