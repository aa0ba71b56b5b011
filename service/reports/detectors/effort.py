"""How training went and what it took, as plots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.detector.judging.trial import Comparison, Cost, Trial
from service.reports.detectors.charts import colour_of, small_plots
from service.reports.html import text
from service.reports.plots import PALETTE, label, plot

_KINDS: tuple[tuple[str, str, str, Callable[[Cost], float]], ...] = (
    ("train-seconds", "Training, in seconds", "s", lambda cost: cost.train_seconds),
    ("use-milliseconds", "A page, in milliseconds", "ms", lambda cost: cost.use_milliseconds),
    ("train-megabytes", "Memory to train, in MB", "MB", lambda cost: cost.train_megabytes),
    ("use-megabytes", "Memory at work, in MB", "MB", lambda cost: cost.use_megabytes or 0.0),
    ("disk-megabytes", "Files, in MB", "MB", lambda cost: cost.disk_bytes / 1e6),
)


def learning_charts(comparison: Comparison) -> str:
    """The loss of every trial that is trained by epochs, a plot each; nothing without any."""
    held = [
        (trial.title, _learning(f"learning-{number}", trial))
        for number, trial in enumerate(comparison.trials)
        if trial.curves
    ]
    return "".join(f"<h3>{text(title)}</h3>{chart}" for title, chart in held)


def _learning(name: str, trial: Trial) -> str:
    traces: list[dict[str, Any]] = []
    for number, curve in enumerate(trial.curves):
        colour = PALETTE[number % len(PALETTE)]
        group = {"type": "scatter", "legendgroup": f"{number}", "name": f"round {number + 1}"}
        for title, values, dash in (
            ("validation", curve.validation, "solid"),
            ("learned from", curve.learned, "dot"),
        ):
            traces.append(
                group
                | {
                    "mode": "lines",
                    "x": list(range(1, len(values) + 1)),
                    "y": list(values),
                    "line": {"color": colour, "dash": dash, "width": 2 if dash == "solid" else 1.2},
                    "showlegend": dash == "solid",
                    "hovertemplate": f"epoch %{{x}}, {title}: %{{y:.4g}}",
                }
            )
        if 1 <= curve.best <= len(curve.validation):
            traces.append(
                group
                | {
                    "mode": "markers",
                    "x": [curve.best],
                    "y": [curve.validation[curve.best - 1]],
                    "marker": {"color": colour, "size": 9},
                    "showlegend": False,
                    "hovertemplate": "epoch %{x} was kept: %{y:.4g}",
                }
            )
    return plot(name, traces, x="epoch", y="loss", height=340, yaxis={"rangemode": "tozero"})


def cost_charts(comparison: Comparison) -> str:
    """What each trial takes, a plot a kind; nothing where nothing was measured."""
    held = [
        (number, trial.title, trial.cost)
        for number, trial in enumerate(comparison.trials)
        if trial.cost
    ]
    if not held:
        return ""
    places = list(range(len(held)))
    charts = []
    for name, title, unit, value in _KINDS:
        values = [value(cost) for *_, cost in held]
        trace = {
            "type": "bar",
            "orientation": "h",
            "x": values,
            "y": places,
            "text": [f"{one:.3g}" for one in values],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {"color": [colour_of(number) for number, *_ in held]},
            "hovertemplate": f"%{{x:.3g}} {unit}<extra></extra>",
        }
        axis = {
            "tickvals": places,
            "ticktext": [label(title) for _, title, _ in held],
            "autorange": "reversed",
            "showgrid": False,
            "automargin": True,
        }
        scale = {"range": [0, 1.25 * max(*values, 1e-9)], "nticks": 5}  # with room for the number
        height = 90 + 34 * len(held)
        chart = plot(name, [trace], x=unit, y="", height=height, xaxis=scale, yaxis=axis)
        charts.append((title, chart))
    return small_plots(charts)
