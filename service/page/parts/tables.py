"""Tables: the first cell of a row is its heading."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from service.page.parts.attributes import aria
from service.page.views import Shown


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Shown | int]],
    *,
    name: str,
    caption: str = "",
    counts: bool = True,
) -> Component:
    """A table; what is wider than the screen is scrolled by itself.

    Args:
        headings: one a column.
        rows: one cell a column; numbers get a comma for thousands.
        name: what it is called for readers of the screen, unless there is a caption.
        caption: plain text above it.
        counts: the other cells are figures, and stand to the right.
    """
    head = html.Thead(html.Tr([html.Th(one, scope="col") for one in headings]))
    body = html.Tbody(
        [
            html.Tr(
                [
                    html.Th(_shown(row[0]), scope="row"),
                    *(html.Td(_shown(cell)) for cell in row[1:]),
                ]
            )
            for row in rows
        ]
    )
    parts = [html.Caption(caption)] if caption else []
    return html.Div(
        html.Table([*parts, head, body]),
        className="table counts" if counts else "table", role="region", tabIndex=0, **aria(label=caption or name),
    )  # fmt: skip


def _shown(cell: Shown | int) -> Shown:
    return f"{cell:,}" if isinstance(cell, int) else cell
