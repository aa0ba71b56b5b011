"""Pictures of scans for people, drawn by a worker: decoders take what strangers send.

Nothing here needs the network; a worker that only draws takes a fraction of one that judges.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.page.opening import first_page, scan_of
from models.page.picture import Picture, encoded, shrunk
from models.page.prepare import steps
from models.page.read import pages_of
from models.page.scan import Fault, Page, Scan
from models.siamese.weights import read_manifest
from service.workers.engine import EngineSpec

_QUALITY = 70
_CHECKED_SIDE = 64
"""Pixels of the longest side of a page of which nothing is shown."""


def no_warm_up(spec: EngineSpec) -> None:
    """Nothing needs to be made ready to draw."""
    del spec


def draw_page(spec: EngineSpec, path: Path, number: int, side: int) -> Picture | Fault:
    """A page of a file, upright by its own word.

    Args:
        spec: limits.
        path: of the file.
        number: of the page, from 1.
        side: its longest side, in pixels, at most.
    """
    scan = scan_of(path, spec.limits)
    if isinstance(scan, Fault):
        return scan
    page = first_page(scan, spec.limits, side) if number == 1 else _page(spec, scan, number)
    return page if isinstance(page, Fault) else encoded(shrunk(page.pixels, side), quality=_QUALITY)


def check_page(spec: EngineSpec, path: Path) -> Fault | None:
    """Why the first page of a file cannot be read; None if it can."""
    scan = scan_of(path, spec.limits)
    # As small as it may be: whether it can be read is all that is asked.
    found = scan if isinstance(scan, Fault) else first_page(scan, spec.limits, _CHECKED_SIDE)
    return found if isinstance(found, Fault) else None


def measure_page(spec: EngineSpec, path: Path, number: int) -> tuple[int, int] | Fault:
    """Width and height of a page in pixels, as it is read: what the boxes of words refer to."""
    scan = scan_of(path, spec.limits)
    page = scan if isinstance(scan, Fault) else _page(spec, scan, number)
    if isinstance(page, Fault):
        return page
    height, width = page.pixels.shape
    return width, height


def draw_steps(spec: EngineSpec, path: Path, side: int) -> list[tuple[str, Picture]] | Fault:
    """What preparation makes of the first page, step by step; the last is what the branch sees.

    Args:
        spec: which branch.
        path: of the file.
        side: the longest side of each, in pixels, at most.
    """
    scan = scan_of(path, spec.limits)
    recipe = read_manifest(spec.manifest).recipe
    page = scan if isinstance(scan, Fault) else first_page(scan, spec.limits, recipe.working_side)
    if isinstance(page, Fault):
        return page
    drawn = [("page", encoded(shrunk(page.pixels, side), quality=_QUALITY))]
    for name, pixels in steps(page.pixels, recipe):
        picture = pixels
        if picture.dtype != np.uint8:
            # The branch's input: ink is 1, in one channel.
            picture = np.rint(picture[:, :, 0] * 255).astype(np.uint8)
        drawn.append((name, encoded(shrunk(picture.astype(np.uint8, copy=False), side))))
    return drawn


def _page(spec: EngineSpec, scan: Scan, number: int) -> Page | Fault:
    pages = pages_of(scan, spec.limits)
    try:
        for page in pages:
            if isinstance(page, Fault) or page.number == number:
                return page
    finally:
        pages.close()
    return Fault("decode", f"has no page {number}")
