"""Attributes of HTML whose names are no Python: given to a component with two stars."""

from __future__ import annotations

from typing import Any


def aria(**values: object) -> dict[str, Any]:
    """``aria-…``: what a reader of the screen is told."""
    return {f"aria-{name}": value for name, value in values.items()}


def data(**values: object) -> dict[str, Any]:
    """``data-…``: what the scripts go by."""
    return {f"data-{name}": value for name, value in values.items()}
