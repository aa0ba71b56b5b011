"""How well detectors tell the class from everything else, as plots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.evaluation.curves import Band, precision_band, precision_recall, roc_band
from indexer.evaluation.detectors import TrialSummary
from indexer.evaluation.measures import roc
from models.detector.judging.trial import Comparison, Trial
from service.reports.histogram import Group, mirrored_histogram
from service.reports.html import text
from service.reports.plots import PALETTE, RIGHT, STRANGER, label, pale, plot

_LETTERS = 16
"""Of a class beside an axis."""


def colour_of(number: int) -> str:
    """Of a trial, by its place in the comparison: the same in all plots."""
    return PALETTE[number % len(PALETTE)]


def small_plots(parts: Sequence[tuple[str, str]]) -> str:
    """Small plots side by side where there is room.

    Args:
        parts: title, as plain text, and HTML of each.
    """
    held = "".join(f"<div><h3>{text(title)}</h3>{part}</div>" for title, part in parts)
    return f'<div class="plots">{held}</div>'


def short(name: str) -> str:
    """A class as the axis of a plot shows it."""
    return label(name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…")


def confusion_charts(comparison: Comparison, summaries: Sequence[TrialSummary]) -> str:
    """A small matrix a trial: what it is, and what it was taken for at the trial's threshold."""
    return small_plots(
        [
            (trial.title, _confusion(f"confusion-{number}", comparison.name, found))
            for number, (trial, found) in enumerate(zip(comparison.trials, summaries, strict=True))
        ]
    )


def _confusion(name: str, title: str, found: TrialSummary) -> str:
    counts = [
        [found.kept.count, found.kept.total - found.kept.count],
        [found.let_in.count, found.let_in.total - found.let_in.count],
    ]
    shares = [[count / sum(row) for count in row] for row in counts]
    ends = [found.kept.interval, found.let_in.interval]
    said = [
        [
            f"{100 * low:.1f} to {100 * high:.1f} %",
            f"{100 - 100 * high:.1f} to {100 - 100 * low:.1f} %",
        ]
        for low, high in ends
    ]
    trace = {
        "type": "heatmap",
        # Numbers, for a class may be called as what is not it.
        "x": [0, 1],
        "y": [0, 1],
        "z": shares,
        "text": [
            [f"{count}<br>{share:.1%}" for count, share in zip(*rows, strict=True)]
            for rows in zip(counts, shares, strict=True)
        ],
        "texttemplate": "%{text}",
        "customdata": said,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, "rgba(59,127,201,0)"], [1, "rgba(59,127,201,1)"]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{text}, 95 % interval %{customdata}<extra></extra>",
    }
    axis: dict[str, Any] = {
        "tickvals": [0, 1],
        "ticktext": [short(title), "other"],
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }
    return plot(
        name,
        [trace],
        x="taken for",
        y="it is",
        height=240,
        xaxis=axis,
        yaxis=axis | {"autorange": "reversed"},
    )


def roc_chart(comparison: Comparison, summaries: Sequence[TrialSummary]) -> str:
    """The share of the class that is kept over that of others let in, with bands."""
    labels, layers = comparison.labels, _Layers()
    for number, (trial, found) in enumerate(zip(comparison.trials, summaries, strict=True)):
        held = trial.probabilities
        let_in, kept = roc(held[labels], held[~labels])
        points = [100 * (found.let_in.share or 0.0)], [100 * (found.kept.share or 0.0)]
        line = _line(trial, number, (100 * let_in).tolist(), (100 * kept).tolist())
        line["hovertemplate"] = "%{x:.3g} % of others let in, %{y:.3g} % kept"
        layers.bands += _band(roc_band(held[labels], held[~labels]), trial, number)
        layers.lines.append(line)
        layers.points.append(_threshold(trial, number, *points))
    chance = {"type": "line", "x0": 0, "x1": 100, "y0": 0, "y1": 100, "line": _DOTS}
    return plot(
        "roc",
        layers.traces,
        x="others let in",
        y=f"{short(comparison.name)}, kept",
        height=460,
        shapes=[chance],
        xaxis={"range": [-1, 101], "ticksuffix": " %"},
        yaxis={"range": [-1, 102], "ticksuffix": " %"},
    )


def precision_chart(comparison: Comparison, summaries: Sequence[TrialSummary]) -> str:
    """How pure what is taken for the class is, over how much of the class that is."""
    labels, layers = comparison.labels, _Layers()
    for number, (trial, found) in enumerate(zip(comparison.trials, summaries, strict=True)):
        held = trial.probabilities
        recall, precision = precision_recall(held[labels], held[~labels])
        accepted = found.kept.count + found.let_in.count
        points = (
            [100 * (found.kept.share or 0.0)] if accepted else [],
            [100 * found.kept.count / accepted] if accepted else [],
        )
        line = _line(
            trial, number,
            [0.0, *(100 * recall).tolist()], [100 * precision[0], *(100 * precision).tolist()],
        )  # fmt: skip
        # Each threshold's precision holds for all the recall that it adds.
        line["line"] |= {"shape": "vh"}
        line["hovertemplate"] = "%{x:.3g} % kept, %{y:.3g} % of what is taken for it are it"
        layers.bands += _band(precision_band(held[labels], held[~labels]), trial, number)
        layers.lines.append(line)
        layers.points.append(_threshold(trial, number, *points))
    share = 100 * float(labels.mean())
    chance = {"type": "line", "x0": 0, "x1": 100, "y0": share, "y1": share, "line": _DOTS}
    return plot(
        "precision-recall",
        layers.traces,
        x=f"{short(comparison.name)}, kept (recall)",
        y="of what is taken for it (precision)",
        height=460,
        shapes=[chance],
        xaxis={"range": [0, 101], "ticksuffix": " %"},
        yaxis={"range": [-1, 102], "ticksuffix": " %"},
    )


def probability_chart(comparison: Comparison) -> str:
    """How the best trial's probabilities lie: of the class above, of others below."""
    labels, best = comparison.labels, comparison.best
    return mirrored_histogram(
        "probabilities",
        [
            Group(short(comparison.name), best.probabilities[labels], RIGHT),
            Group("others", best.probabilities[~labels], STRANGER, below=True),
        ],
        x="probability",
        y="the class above, others below",
        items="pictures",
        top=1.0,
        mark=best.threshold,
    )


_DOTS = {"color": STRANGER, "dash": "dot", "width": 1.5}


@dataclass(slots=True)
class _Layers:
    """The traces of a plot, by what must not hide what."""

    bands: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)

    @property
    def traces(self) -> list[dict[str, Any]]:
        return [*self.bands, *self.lines, *self.points]


def _line(trial: Trial, number: int, x: list[float], y: list[float]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(trial.title),
        "legendgroup": f"{number}",
        "x": x,
        "y": y,
        "line": {"color": colour_of(number), "width": 2},
    }


def _threshold(trial: Trial, number: int, x: list[float], y: list[float]) -> dict[str, Any]:
    """The point at which the trial works."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(trial.title),
        "legendgroup": f"{number}",
        "showlegend": False,
        "x": x,
        "y": y,
        "marker": {"color": colour_of(number), "size": 10},
        "hovertemplate": f"at its threshold of {trial.threshold:.2f}: %{{x:.3g}} %, %{{y:.3g}} %",
    }


def _band(band: Band, trial: Trial, number: int) -> list[dict[str, Any]]:
    held: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "x": (100 * band.x).tolist(), "line": {"width": 0},
        "name": label(trial.title), "hoverinfo": "skip", "showlegend": False,
        "legendgroup": f"{number}",
    }  # fmt: skip
    return [
        {**held, "y": (100 * band.low).tolist()},
        {
            **held,
            "y": (100 * band.high).tolist(),
            "fill": "tonexty",
            "fillcolor": pale(colour_of(number)),
        },
    ]
