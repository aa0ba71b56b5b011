"""Attributes of HTML whose names are no Python: given to a component with two stars."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote


def aria(**values: object) -> dict[str, Any]:
    """``aria-…``: what a reader of the screen is told."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: object) -> dict[str, Any]:
    """``data-…``: what the scripts go by."""
    return {f"data-{name}": value for name, value in values.items()}


def part_of_id(name: str) -> str:
    """A name as a value in an id of several parts.

    Dash finds out which of them was pressed only where they are ASCII: what the browser writes as
    it is, Python's JSON escapes.
    """
    return quote(name, safe="")


def name_in_id(value: Any) -> str:
    """The name that `part_of_id` was given."""
    return unquote(str(value))
