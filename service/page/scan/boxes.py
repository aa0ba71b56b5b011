"""Boxes over the picture of a page: what was read, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from service.page.parts.attributes import aria


def boxes(
    size: tuple[int, int],
    words: Sequence[Mapping[str, Any]],
    fields: Mapping[str, tuple[str, Mapping[str, Any]]],
) -> list[Component]:
    """Boxes to lay over a picture of any size.

    Args:
        size: width and height of the page, in pixels.
        words: each with ``box`` (left, top, width, height), ``text`` and ``confidence``.
        fields: by what they are called: the value, and its ``box`` and ``confidence``.
    """
    of_words = [
        _box(size, word["box"], "word", f"{word['text']} ({word['confidence']:.0%} sure)")
        for word in words
    ]
    # Later ones lie above.
    of_fields = [
        _box(size, detail["box"], "field", f"{name}: {value} ({detail['confidence']:.0%} sure)")
        for name, (value, detail) in fields.items()
    ]
    return of_words + of_fields


def _box(size: tuple[int, int], box: Sequence[int], kind: str, said: str) -> Component:
    (width, height), (left, top, wide, high) = size, box
    place = {
        "left": f"{left / width:.4%}", "top": f"{top / height:.4%}",
        "width": f"{wide / width:.4%}", "height": f"{high / height:.4%}",
    }  # fmt: skip
    # The text stands below as well; a reader of the screen need not go through every box.
    return html.Span(title=said, className=f"box {kind}", style=place, **aria(hidden="true"))
