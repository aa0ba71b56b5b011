"""Plots for reports and the page: plotly's figures in the page's own colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

RIGHT, WRONG, STRANGER = "#3b7fc9", "#d95f3b", "#8f99a3"
"""Colours that stand out on light and dark paper, and for who sees no red or green (the blue and
the vermilion of Okabe and Ito, 2008, a little softened)."""
PALETTE = (RIGHT, WRONG, "#2a9d77", "#b07cc6", "#c9a227", "#5fb3d9", STRANGER)

CONFIG: Final = {"displayModeBar": False, "responsive": True}
"""How a plot behaves in a browser."""

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

    made = layout_of(x, y, height=height, **layout)
    figure = Figure(data=list(traces), layout={"template": "none", **made})
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        default_height=f"{height}px",
        config=dict(CONFIG),
    )
    return f'<div class="plot">{html}</div>'


def layout_of(x: str, y: str, *, height: int = 340, **particular: Any) -> dict[str, Any]:
    """The layout of a plot, as plain values; see `plot`.

    Letters get their colour from the style sheet of the page, which knows light from dark.
    """
    axes = {
        key: {"title": {"text": title, "standoff": 14}, "gridcolor": _GRID, "zerolinecolor": _GRID}
        | particular.pop(key, {})
        for key, title in (("xaxis", x), ("yaxis", y))
    }
    return {
        "height": height,
        "margin": {"l": 60, "r": 12, "t": 12, "b": 48},
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "font": {"size": 12, "color": "#7a848e"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "colorway": PALETTE,
        **axes,
        **particular,
    }


def label(name: str) -> str:
    """A name as plotly shows it: plotly takes some HTML for markup."""
    return escape("".join(c if c.isprintable() else " " for c in name), quote=False)


def pale(colour: str) -> str:
    """A colour of six hexadecimal digits, nearly transparent: for a band."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
