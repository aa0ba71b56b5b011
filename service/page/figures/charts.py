"""Charts, each with what it shows in a sentence and in a table: not everybody sees a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import MATCH, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

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
    rows: Sequence[Sequence[str | int]],
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
    told = {"called": called, "headings": headings, "rows": rows}
    return html.Figure(
        [
            html.Figcaption(said),
            # A reader of the screen has the sentence and the table.
            html.Div(drawn, className="plot", style={"minHeight": HEIGHT}, **aria(hidden="true")),
            html.Details(
                [
                    html.Summary("As a table", id={"part": "as-table", "chart": name}),
                    dcc.Store(id={"part": "rows", "chart": name}, data=told),
                    html.Div(id={"part": "table", "chart": name}),
                ]
            ),
        ],
        className="chart",
    )


def listen(app: Dash) -> None:
    """Make the table of a chart when it is opened: to make all would take longer than the charts."""

    @app.callback(
        Output({"part": "table", "chart": MATCH}, "children"),
        Input({"part": "as-table", "chart": MATCH}, "n_clicks"),
        State({"part": "rows", "chart": MATCH}, "data"),
        prevent_initial_call=True,
    )
    def as_table(clicks: int | None, told: dict[str, Any]) -> Shown:
        if clicks != 1:
            raise PreventUpdate
        return table(told["headings"], told["rows"], name=f"{told['called']}, as a table")
