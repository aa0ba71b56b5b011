"""A page as a picture, with boxes over it that tell what they are when they are pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.page.opening import scan_of
from models.page.picture import encoded
from models.page.read import Limits, read_scan
from models.page.scan import Fault
from models.ticket.words import Box
from service.reports.html import text
from service.reports.pictures import data_uri

_WIDTH, _HEIGHT = 640, 2000
"""Pixels of a picture, at most: one can read it, and a hundred of them are a few megabytes."""
_QUALITY = 55
_MARGIN = 0.02
"""Left around the boxes, as a share of the page's longest side."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to draw.

    Attributes:
        box: in pixels of the page.
        kind: ``right``, ``wrong``, ``missed`` or ``field``: its colour.
        said: plain text, shown when it is pointed at.
    """

    box: Box
    kind: str
    said: str


def boxed_page(path: Path, marks: Sequence[Mark], limits: Limits, *, cut: bool) -> str:
    """The first page of a scan with boxes; an empty frame where it cannot be read.

    Args:
        path: of the scan.
        marks: those on its first page; later ones lie above earlier ones.
        limits: what a scan may ask of this machine.
        cut: to the boxes, where they are known to be around everything.
    """
    scan = scan_of(path, limits)
    found = scan if isinstance(scan, Fault) else read_scan(scan, limits, first_only=True)
    if isinstance(found, Fault):
        return '<div class="none"></div>'
    pixels = found.pages[0].pixels
    left, top, right, bottom = _part(pixels.shape[1], pixels.shape[0], marks if cut else ())
    width, height = right - left, bottom - top
    scale = min(1.0, _WIDTH / width, _HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(pixels[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    drawn = "".join(map(_rectangle, marks))
    return (
        f'<div class="page"><img src="{data_uri(encoded(np.asarray(small, np.uint8), quality=_QUALITY))}" '
        f'width="{size[0]}" height="{size[1]}" alt="{text(path.name)}" loading="lazy">'
        f'<svg viewBox="{left} {top} {width} {height}" preserveAspectRatio="none">{drawn}</svg>'
        "</div>"
    )


def _part(width: int, height: int, marks: Sequence[Mark]) -> Box:
    """The part of a page that has boxes, as left, top, right and bottom; else all of it."""
    boxes = [mark.box for mark in marks]
    margin = round(max(width, height) * _MARGIN)
    left = max(0, min((box[0] for box in boxes), default=0) - margin)
    top = max(0, min((box[1] for box in boxes), default=0) - margin)
    right = min(width, max((box[0] + box[2] for box in boxes), default=width) + margin)
    bottom = min(height, max((box[1] + box[3] for box in boxes), default=height) + margin)
    # A truth of another image would leave nothing.
    return (left, top, right, bottom) if left < right and top < bottom else (0, 0, width, height)


def _rectangle(mark: Mark) -> str:
    left, top, width, height = mark.box
    return (
        f'<rect class="{mark.kind}" x="{left}" y="{top}" width="{width}" height="{height}">'
        f"<title>{text(mark.said)}</title></rect>"
    )
