"""A histogram of two sides: what should lie high above the line, what should lie low below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.reports.plots import STRANGER, plot

_COLUMNS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What is drawn in one colour.

    Attributes:
        title: for people.
        values: float64 of shape (n,), at least 0; without any it is left out.
        colour: see `service.reports.plots`.
        below: it hangs below the line. A column is a share of all that is on its side.
    """

    title: str
    values: NDArray[np.float64]
    colour: str
    below: bool = False


def mirrored_histogram(
    name: str,
    groups: Sequence[Group],
    *,
    x: str,
    y: str,
    items: str,
    top: float | None = None,
    mark: float | None = None,
) -> str:
    """How a quantity lies among groups, above and below the line.

    Args:
        name: see `service.reports.plots.plot`.
        groups: some of them with values.
        x: the name of the quantity.
        y: what stands above and what below.
        items: what was counted.
        top: the largest the quantity can be; None for the largest there is.
        mark: where a threshold is; None for none.
    """
    highest_value = max(float(one.values.max()) for one in groups if len(one.values))
    edges = np.linspace(0.0, top or max(highest_value, 1e-3), _COLUMNS + 1)
    totals = {
        below: sum(len(one.values) for one in groups if one.below is below)
        for below in (False, True)
    }
    heights = {below: np.zeros(_COLUMNS) for below in totals}
    traces: list[dict[str, Any]] = []
    for group in groups:
        if not len(group.values):
            continue
        counts = np.histogram(group.values, edges)[0]
        shares = counts / totals[group.below]
        heights[group.below] += shares
        traces.append(
            {
                "type": "bar",
                "name": group.title,
                "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
                "y": (-shares if group.below else shares).tolist(),
                "width": [float(edges[1]) * 0.92] * _COLUMNS,
                "marker": {"color": group.colour},
                "customdata": counts.tolist(),
                "hovertemplate": f"{x} about %{{x:.2f}}: %{{customdata}} {items}",
            }
        )
    ticks = _ticks(float(max(one.max() for one in heights.values())), below=totals[True] > 0)
    line = {
        "type": "line", "x0": mark, "x1": mark, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"color": STRANGER, "dash": "dot", "width": 1.5},
    }  # fmt: skip
    return plot(
        name,
        traces,
        x=x,
        y=y,
        barmode="relative",
        shapes=[] if mark is None else [line],
        xaxis={"range": [0, float(edges[-1])]},
        yaxis={"tickvals": ticks, "ticktext": [f"{abs(100 * tick):.0f} %" for tick in ticks]},
    )


def _ticks(highest: float, *, below: bool) -> list[float]:
    """Round shares up to ``highest``, mirrored where something lies below."""
    step = next(
        one for one in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if highest / one <= 5 or one == 0.25
    )
    above = [step * number for number in range(int(highest / step) + 1)]
    return [-one for one in above[:0:-1]] + above if below else above
