"""Small pictures of scans, inside the page."""

from __future__ import annotations

import base64
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.page.read import Limits
from models.page.scan import Fault
from service.reports.html import name, text
from service.workers.judge import first_page, scan_of

_SIDE = 192
"""Longest side of a picture, in pixels: sharp at half that on a dense screen."""


def thumbnail(path: Path, limits: Limits) -> str | None:
    """The first page of a scan as a data URI; None if it can no longer be read."""
    scan = scan_of(path)
    page = scan if isinstance(scan, Fault) else first_page(scan, limits, _SIDE)
    if isinstance(page, Fault):
        return None
    height, width = page.pixels.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(page.pixels, size, interpolation=cv2.INTER_AREA)
    return data_uri(np.asarray(small, np.uint8))


def data_uri(pixels: NDArray[np.uint8], *, quality: int = 80) -> str:
    """A grey picture as a data URI: PNG or JPEG, whichever is smaller.

    Line drawings and photographs differ tenfold.

    Args:
        pixels: uint8 of shape (height, width).
        quality: of the JPEG, to 100.
    """
    _, png = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    kind, data = ("png", png) if len(png) <= len(jpeg) else ("jpeg", jpeg)
    return f"data:image/{kind};base64,{base64.b64encode(data.tobytes()).decode()}"


def picture(path: Path, caption: str, limits: Limits, *, kind: str = "") -> str:
    """A figure with a caption; an empty frame where the file can no longer be read.

    Args:
        path: of the scan.
        caption: plain text.
        limits: what a scan may ask of this machine.
        kind: ``right``, ``wrong`` or nothing: the colour of the caption.
    """
    source = thumbnail(path, limits)
    image = (
        f'<img src="{source}" alt="{text(path.name)}">' if source else '<div class="none"></div>'
    )
    mark = f' class="{kind}"' if kind else ""
    return f"<figure>{image}<figcaption{mark}>{name(caption)}</figcaption></figure>"
