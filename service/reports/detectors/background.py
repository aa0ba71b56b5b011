"""The background test: the same pictures on other grounds, and the border alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from indexer.evaluation.areas import Area
from indexer.evaluation.detectors import ComparisonSummary
from models.detector.judging.trial import ORIGINAL, Comparison
from service.reports.detectors.charts import colour_of
from service.reports.detectors.wording import on_ground
from service.reports.pictures import drawing
from service.reports.plots import STRANGER, label, plot

_BORDER = "the border alone"
_MOST_EXAMPLES = 6


def ground_names(summary: ComparisonSummary) -> list[str]:
    """The grounds that some trial was judged on, in their order."""
    return list(dict.fromkeys(name for one in summary.trials for name in one.grounds))


def background_chart(comparison: Comparison, summary: ComparisonSummary) -> str:
    """The AUROC of every trial by ground, beside that of the border; nothing without either."""
    names = ground_names(summary)
    if not names and not summary.border:
        return ""
    traces = []
    for number, (trial, found) in enumerate(zip(comparison.trials, summary.trials, strict=True)):
        held = {0: found.area} | {
            place: found.grounds[name].area
            for place, name in enumerate(names, 1)
            if name in found.grounds
        }
        # Side by side where they would lie upon each other.
        aside = 0.5 * ((number + 0.5) / len(summary.trials) - 0.5)
        traces.append(_points(trial.title, held, colour_of(number), aside))
    ticks = [ORIGINAL, *map(on_ground, names)]
    if summary.border:
        traces.append(_points(_BORDER, {len(ticks): summary.border}, STRANGER, 0.0, "diamond"))
        ticks.append(_BORDER)
    lows = [one.area.low for one in summary.trials]
    lows += [there.area.low for one in summary.trials for there in one.grounds.values()]
    lows += [summary.border.low] if summary.border else []
    chance = {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 0.5, "y1": 0.5,
        "line": {"color": STRANGER, "dash": "dot", "width": 1.5},
    }  # fmt: skip
    return plot(
        "background",
        traces,
        x="",
        y="AUROC",
        height=400,
        shapes=[chance],
        xaxis={
            "tickvals": list(range(len(ticks))),
            "ticktext": [label(one) for one in ticks],
            "range": [-0.5, len(ticks) - 0.5],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={"range": [min(0.45, *lows) - 0.02, 1.02]},
    )


def _points(
    title: str, areas: dict[int, Area], colour: str, aside: float, symbol: str = "circle"
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(title),
        "x": [place + aside for place in areas],
        "y": [one.value for one in areas.values()],
        "marker": {"color": colour, "size": 10, "symbol": symbol},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.value for one in areas.values()],
            "arrayminus": [one.value - one.low for one in areas.values()],
            "color": colour,
            "thickness": 1.2,
        },
        "customdata": [[one.low, one.high] for one in areas.values()],
        "hovertemplate": "%{y:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f})",
    }


def background_pictures(comparison: Comparison) -> str:
    """Some pictures on all grounds, a row each; nothing without any."""
    rows = [_row(list(one.items())) for one in comparison.grounds[:_MOST_EXAMPLES] if one]
    return "".join(rows)


def _row(held: Sequence[tuple[str, Any]]) -> str:
    return f'<div class="shots">{"".join(drawing(pixels, on_ground(ground)) for ground, pixels in held)}</div>'
