"""The map of the examples: as a chart, and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import numpy as np
from dash import dcc, html

from config.words import counted
from service.desk.classes.surveying import Point, Survey
from service.page.parts.attributes import aria
from service.page.parts.tables import table
from service.page.views import Shown
from service.reports.plots import CONFIG, PALETTE, label

_SYMBOLS: Final = ("circle", "square", "diamond", "cross", "triangle-up", "star", "x", "pentagon")
_MOST_IN_LEGEND: Final = 40
_HEIGHT: Final = 520
_MOST_NAMES: Final = 5


def map_of(survey: Survey) -> Shown:
    """Which examples look alike to the network."""
    if len(survey.points) < 2:
        return html.P(
            "With two examples or more a map of them is drawn here: what lies together looks alike "
            "to the network.",
            className="soft",
        )
    config: Any = CONFIG
    left = survey.examples - len(survey.points)
    return [
        html.P(
            "Each point is an example; point at it to see its name. What lies together looks alike to "
            "the network; how far apart groups lie means little."
            + (f" {counted(left, 'example')} of large classes are left out." if left else ""),
            className="soft",
        ),
        # A reader of the screen is given the table.
        html.Div(
            dcc.Graph(
                figure=figure(survey),
                config=config,
                className="chart",
            ),
            **aria(hidden="true"),
        ),
        html.Details([html.Summary("The same as a table"), _table(survey.points)]),
    ]


def figure(survey: Survey) -> dict[str, Any]:
    """As plotly has it: a trace for each class."""
    by_class = groupby(survey.points, key=lambda one: one.class_name)
    names = _names(survey.points)
    traces = [
        _trace(number, name, list(points), names) for number, (name, points) in enumerate(by_class)
    ]
    hidden = {"visible": False, "range": [-1.12, 1.12], "fixedrange": False}
    return {
        "data": traces,
        "layout": {
            "height": _HEIGHT,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": hidden,
            "yaxis": hidden,
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": len(traces) <= _MOST_IN_LEGEND,
            # Of many classes it scrolls: on a phone it would leave no room for the points.
            "legend": {
                "orientation": "h",
                "y": -0.02,
                "yanchor": "top",
                "x": 0,
                "maxheight": 0.3,
            },
        },
    }


def _place(one: Point) -> tuple[float, float]:
    return round(one.x, 3), round(one.y, 3)


def _names(points: Sequence[Point]) -> dict[tuple[float, float], str]:
    """What is shown of each place: of copies only the one on top could be pointed at."""
    there: dict[tuple[float, float], list[str]] = {}
    for one in points:
        there.setdefault(_place(one), []).append(label(f"{one.class_name}: {one.name}"))
    return {
        place: "<br>".join([*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])])
        for place, names in there.items()
    }


def _trace(
    number: int, name: str, points: list[Point], names: Mapping[tuple[float, float], str]
) -> dict[str, Any]:
    # Colours come again with another shape: no two of the first fifty look the same.
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(name),
        "x": [one.x for one in points],
        "y": [one.y for one in points],
        "text": [names[_place(one)] for one in points],
        "hoverinfo": "text",
        "marker": {
            "size": 10,
            "color": PALETTE[number % len(PALETTE)],
            "symbol": _SYMBOLS[(number // len(PALETTE)) % len(_SYMBOLS)],
            "line": {"width": 1, "color": "rgba(255,255,255,0.7)"},
        },
    }


def _table(points: tuple[Point, ...]) -> Any:
    """What a person sees in the map: of each example, which other one lies nearest."""
    places = np.array([(one.x, one.y) for one in points])
    rows = []
    for row, one in enumerate(points):
        apart = ((places - places[row]) ** 2).sum(axis=1)
        apart[row] = np.inf
        near = points[int(apart.argmin())]
        other = "" if near.class_name == one.class_name else " (another class)"
        cells = (one.class_name, one.name, f"{near.class_name}/{near.name}{other}")
        rows.append(cells)
    return table(
        ["Class", "Example", "Nearest on the map"], rows, name="The map, as a table", counts=False
    )
