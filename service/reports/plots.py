"""Plots for reports: plotly's figures in the page's own colours, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

RIGHT, WRONG, STRANGER = "#3b7fc9", "#d95f3b", "#8f99a3"
"""Colours that stand out on light and dark paper, and for who sees no red or green (the blue and
the vermilion of Okabe and Ito, 2008, a little softened)."""
PALETTE = (RIGHT, WRONG, "#2a9d77", "#b07cc6", "#c9a227", "#5fb3d9", STRANGER)

_GRID = "rgba(128,140,150,0.25)"
_CLEAR = "rgba(0,0,0,0)"


def plot(
    name: str,
    traces: Sequence[Mapping[str, Any]],
    *,
    x: str,
    y: str,
    height: int = 340,
    **layout: Any,
) -> str:
    """One plot.

    Args:
        name: unique in its page: letters and dashes.
        traces: as plotly has them; checked by it.
        x: title of the horizontal axis.
        y: title of the vertical axis.
        height: in pixels.
        layout: what is particular about this one; ``xaxis`` and ``yaxis`` are merged.

    Raises:
        ValueError: plotly knows no such property.
    """
    from plotly.graph_objects import Figure

    axes = {
        key: {"title": {"text": title, "standoff": 14}, "gridcolor": _GRID, "zerolinecolor": _GRID}
        | layout.pop(key, {})
        for key, title in (("xaxis", x), ("yaxis", y))
    }
    figure = Figure(
        data=list(traces),
        layout={
            "template": "none",
            "height": height,
            "margin": {"l": 60, "r": 12, "t": 12, "b": 48},
            "paper_bgcolor": _CLEAR,
            "plot_bgcolor": _CLEAR,
            "font": {"size": 12, "color": "#7a848e"},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "colorway": PALETTE,
            **axes,
            **layout,
        },
    )
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        default_height=f"{height}px",
        config={"displayModeBar": False, "responsive": True},
    )
    return f'<div class="plot">{html}</div>'


def label(name: str) -> str:
    """A name as plotly shows it: plotly takes some HTML for markup."""
    return escape("".join(c if c.isprintable() else " " for c in name), quote=False)
