"""The charts of an evaluation: confusion, scores, reliability, and known against strangers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.evaluation.measures import Bin, roc
from indexer.evaluation.outcome import Outcome
from indexer.evaluation.summary import STRANGERS_LET_IN
from indexer.verdict import UNKNOWN
from service.reports.histogram import Group, mirrored_histogram
from service.reports.plots import RIGHT, STRANGER, WRONG, label, plot

MOST_CLASSES = 30
"""Classes that a confusion matrix shows; of more, those that are mistaken most."""
_NUMBERS_UP_TO = 20
_LETTERS_IN_A_ROW = 60


def shown_classes(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The classes that `confusion_chart` shows, sorted; ``unknown``, a row alone, is left out."""
    mistaken: Counter[str] = Counter()
    for truth, row in confusion.items():
        for nearest, count in row.items():
            mistaken[nearest] += 0
            if truth != UNKNOWN:
                mistaken[truth] += count * (truth != nearest)
                mistaken[nearest] += count * (truth != nearest)
    most = sorted(mistaken, key=lambda name: (-mistaken[name], name))[:MOST_CLASSES]
    return sorted(most)


def confusion_chart(confusion: Mapping[str, Mapping[str, int]]) -> str:
    """Nearest class by true class, a row in shares; see `shown_classes`."""
    columns = shown_classes(confusion)
    rows = [*columns, UNKNOWN] if UNKNOWN in confusion else columns
    totals = {truth: sum(confusion.get(truth, {}).values()) for truth in rows}
    counts = [[confusion.get(truth, {}).get(near, 0) for near in columns] for truth in rows]
    shares = [
        [count / max(totals[truth], 1) for count in row]
        for truth, row in zip(rows, counts, strict=True)
    ]
    trace: dict[str, Any] = {
        "type": "heatmap",
        "x": [label(name) for name in columns],
        "y": [label(name) for name in rows],
        "z": shares,
        "customdata": counts,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "rgba(59,127,201,0)"], [1, "rgba(59,127,201,1)"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}, nearest %{x}: %{customdata} (%{z:.1%})<extra></extra>",
    }
    if len(columns) <= _NUMBERS_UP_TO:
        trace |= {"text": [[str(count or "") for count in row] for row in counts]}
        trace |= {"texttemplate": "%{text}"}
    side = 26 if len(rows) > _NUMBERS_UP_TO else 34
    category = {"type": "category", "showgrid": False, "automargin": True}
    return plot(
        "confusion",
        [trace],
        x="nearest class",
        y="true class",
        height=150 + side * len(rows),
        xaxis=category | {"tickangle": -40 if len("".join(columns)) > _LETTERS_IN_A_ROW else 0},
        yaxis=category | {"autorange": "reversed"},
    )


def histogram_chart(
    name: str,
    outcomes: Sequence[Outcome],
    values: NDArray[np.float64],
    x: str,
    top: float | None = None,
) -> str:
    """How a quantity lies among known queries, above, and among strangers, below.

    Args:
        name: see `service.reports.plots.plot`.
        outcomes: of n queries.
        values: of the quantity, of shape (n,), at least 0.
        x: its name.
        top: the largest it can be; None for the largest there is.
    """
    known = np.array([one.known for one in outcomes])
    right = np.array([one.right for one in outcomes])
    groups = [
        Group("known, nearest class right", values[known & right], RIGHT),
        Group("known, nearest class wrong", values[known & ~right], WRONG),
        Group("strangers", values[~known], STRANGER, below=True),
    ]
    y = "known above, strangers below" if not known.all() else "share of the queries"
    return mirrored_histogram(name, groups, x=x, y=y, items="queries", top=top)


def reliability_chart(
    bins: Sequence[Bin],
    *,
    score: str = "score",
    right: str = "right answers",
    share: str = "share that is right",
    items: str = "queries",
) -> str:
    """The share of right answers by score, with 95 % intervals, above the number of queries.

    Args:
        bins: see `indexer.evaluation.measures.reliability`.
        score: what the score is called.
        right: what right answers are called.
        share: what their share is called.
        items: what was asked.
    """
    held = [one for one in bins if one.right.total]
    shares = [100 * one.right.count / one.right.total for one in held]
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": right,
        "x": [one.mean_score for one in held],
        "y": shares,
        "marker": {"color": RIGHT, "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * one.right.interval[1] - at for one, at in zip(held, shares, strict=True)],
            "arrayminus": [
                at - 100 * one.right.interval[0] for one, at in zip(held, shares, strict=True)
            ],
            "color": RIGHT,
            "thickness": 1,
        },
        "customdata": [[one.right.count, one.right.total] for one in held],
        "hovertemplate": f"{score} %{{x:.2f}}: %{{customdata[0]}} of %{{customdata[1]}}<extra></extra>",
    }  # fmt: skip
    ideal = {
        "type": "scatter",
        "mode": "lines",
        "name": f"{score} = share",
        "x": [0, 1],
        "y": [0, 100],
        "line": {"color": STRANGER, "dash": "dot", "width": 1.5},
        "hoverinfo": "skip",
    }
    counts = {
        "type": "bar",
        "name": items,
        "yaxis": "y2",
        "x": [(one.low + one.high) / 2 for one in bins],
        "y": [one.right.total for one in bins],
        "width": [(one.high - one.low) * 0.92 for one in bins],
        "marker": {"color": STRANGER},
        "showlegend": False,
        "hovertemplate": f"%{{y}} {items}<extra></extra>",
    }
    return plot(
        "reliability",
        [ideal, points, counts],
        x=score,
        y=share,
        height=460,
        xaxis={"range": [0, 1.01], "anchor": "y2"},
        yaxis={"domain": [0.3, 1], "range": [-3, 103], "ticksuffix": " %"},
        yaxis2={"domain": [0, 0.2], "title": {"text": items}, "nticks": 4, "showgrid": False},
    )


def roc_chart(outcomes: Sequence[Outcome]) -> str:
    """The share of the known accepted over that of strangers, by score and by distance."""
    known = np.array([one.known for one in outcomes])
    scores = np.array([one.verdict.score for one in outcomes])
    nearness = -np.array([one.nearest.distance for one in outcomes])
    traces = []
    for title, colour, values in (("by score", RIGHT, scores), ("by distance", WRONG, nearness)):
        let_in, kept = roc(values[known], values[~known])
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": title,
                "x": (100 * let_in).tolist(),
                "y": (100 * kept).tolist(),
                "line": {"color": colour, "width": 2},
                "hovertemplate": "%{x:.3g} % of strangers, %{y:.3g} % of the known",
            }
        )
    mark = {
        "type": "line",
        "x0": 100 * STRANGERS_LET_IN,
        "x1": 100 * STRANGERS_LET_IN,
        "y0": 0,
        "y1": 100,
        "line": {"color": STRANGER, "dash": "dot", "width": 1.5},
    }
    return plot(
        "roc",
        traces,
        x="strangers accepted",
        y="known accepted",
        height=400,
        shapes=[mark],
        xaxis={"range": [-1, 100], "ticksuffix": " %"},
        yaxis={"range": [0, 102], "ticksuffix": " %"},
    )
