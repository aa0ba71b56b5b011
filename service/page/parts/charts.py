"""Charts, each with what it shows in a sentence and in a table: not everybody sees a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from service.page.parts.attributes import aria
from service.page.parts.tables import table
from service.page.views import Shown
from service.reports.plots import CONFIG, layout_of

HEIGHT = 300
"""Pixels."""


def chart(
    name: str,
    called: str,
    said: Shown,
    traces: Sequence[Mapping[str, Any]],
    headings: Sequence[str],
    rows: Sequence[Sequence[Shown | int]],
    *,
    x: str = "",
    y: str = "",
    **layout: Any,
) -> Component:
    """A chart; plotly's script comes with the first one that is shown.

    Args:
        name: unique in the page: letters and dashes.
        called: what it is, as a person would say.
        said: its main figures, in a sentence.
        traces: as plotly has them.
        headings: of the table with the same figures.
        rows: of that table, see `service.page.parts.tables.table`.
        x: title of the horizontal axis.
        y: title of the vertical axis.
        layout: see `service.reports.plots.layout_of`.
    """
    figure = {"data": list(traces), "layout": layout_of(x, y, height=HEIGHT, **layout)}
    config: Any = CONFIG
    drawn = dcc.Graph(id=name, figure=figure, config=config, style={"height": HEIGHT})
    return html.Figure(
        [
            html.Figcaption(said),
            # A reader of the screen has the sentence and the table.
            html.Div(drawn, className="plot", style={"minHeight": HEIGHT}, **aria(hidden="true")),
            html.Details(
                [html.Summary("As a table"), table(headings, rows, name=f"{called}, as a table")]
            ),
        ],
        className="chart",
    )
