"""URLs: of views, and of what the HTTP API serves. Every name is quoted."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from service.page.views import HOME

STEP = 512
"""Pixels of the longest side of the picture of a step."""


def thumbnail(scan_id: int, side: int = 320) -> str:
    """The first page of a scan, small."""
    return f"/scans/{scan_id}/thumbnail?side={side}"


def page_picture(scan_id: int, number: int, side: int) -> str:
    """A page of a scan."""
    return f"/scans/{scan_id}/pages/{number}?side={side}"


def step_picture(scan_id: int, number: int) -> str:
    """A step of the preparation of a scan, from 1."""
    return f"/scans/{scan_id}/steps/{number}"


def file(scan_id: int) -> str:
    """The scan itself."""
    return f"/scans/{scan_id}/file"


def example(support: str, side: int = 320) -> str:
    """A support image, small.

    Args:
        support: its name under the support folder: ``<class>/<file>``.
        side: its longest side, in pixels, at most.
    """
    class_name, _, name = support.partition("/")
    return f"/classes/{quote(class_name, safe='')}/examples/{quote(name, safe='')}/thumbnail?side={side}"


def report(detector: str) -> str:
    """The report on a detector."""
    return f"/detectors/{quote(detector, safe='')}/report"


def scan(scan_id: int) -> str:
    """The view of a scan."""
    return f"{HOME}scans/{scan_id}"


def view(path: str, **query: Any) -> str:
    """A view, with what is asked of it; empty values are left out."""
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{HOME}{path}" + (f"?{urlencode(given)}" if given else "")
