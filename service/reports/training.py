"""The curves of a training run, as a page in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.reports.history import Epoch, read_history, read_settings
from service.reports.html import section, table, write_page
from service.reports.plots import PALETTE, label, pale, plot
from service.reports.wording import interval, percent

CURVES_FILE = "curves.html"
_DASHES = ("solid", "dash", "dot")
"""Of lines that share a colour."""


def write_training(run_folder: Path) -> Path:
    """Write ``curves.html`` into a run folder, from what the run wrote of itself so far.

    Args:
        run_folder: with ``history.jsonl``, and ``settings.json`` if there is one; see
            `service.reports.history`.

    Returns:
        The page.

    Raises:
        DataError: it is no run folder.
        UsageError: plotly is missing, or the page cannot be written.
    """
    epochs, settings = read_history(run_folder), read_settings(run_folder)
    last, file = epochs[-1], run_folder / CURVES_FILE
    sections = []
    if any(epoch.held_out for epoch in epochs):
        sections.append(
            section(
                "Held-out classes",
                _trials_table(epochs),
                _trials_plot(epochs),
                note="One-shot trials among classes that were never trained on: one example each, "
                "plain nearest neighbour. Bands are 95 % intervals.",
            )
        )
    for name, title, values in (
        ("loss", "Loss", [epoch.loss for epoch in epochs]),
        ("learning-rate", "Learning rate", [epoch.learning_rate for epoch in epochs]),
    ):
        if any(value is not None for value in values):
            sections.append(section(title, _line_plot(name, title.lower(), epochs, values)))
    if settings:
        sections.append(section("Settings", table(["setting", "value"], list(settings.items()))))
    told = [f"{last.number} epochs"]
    if last.images:
        told.append(f"{last.images:,.0f} images")
    if seconds := sum(epoch.seconds or 0.0 for epoch in epochs):
        told.append(f"{seconds / 60:,.1f} minutes")
    write_page(file, f"Training: {run_folder.resolve().name}", ", ".join(told), sections)
    return file


def _sources(epochs: Sequence[Epoch]) -> list[str]:
    return list(dict.fromkeys(name for epoch in epochs for name in epoch.held_out))


def _trials_table(epochs: Sequence[Epoch]) -> str:
    rows = []
    for name in _sources(epochs):
        held = [(epoch.number, epoch.held_out[name]) for epoch in epochs if name in epoch.held_out]
        _, last = held[-1]
        best_at, best = min(held, key=lambda pair: pair[1].errors.share or 0.0)
        rows.append(
            (
                name, f"{last.ways}-way", f"{last.errors.count} of {last.errors.total}",
                percent(last.errors.share), interval(last.errors), percent(best.errors.share),
                best_at,
            )
        )  # fmt: skip
    headings = ["source", "", "errors", "", "95 % interval", "best", "in epoch"]
    return table(headings, rows, right=range(1, 7))


def _trials_plot(epochs: Sequence[Epoch]) -> str:
    traces: list[dict[str, Any]] = []
    for number, name in enumerate(_sources(epochs)):
        again, place = divmod(number, len(PALETTE))
        colour, dash = PALETTE[place], _DASHES[again % len(_DASHES)]
        held = [epoch for epoch in epochs if name in epoch.held_out]
        found = [epoch.held_out[name].errors for epoch in held]
        x = [epoch.number for epoch in held]
        band = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0}} | {
            "hoverinfo": "skip", "showlegend": False, "legendgroup": label(name),
        }  # fmt: skip
        lows, highs = zip(*(one.interval for one in found), strict=True)
        traces += [
            {**band, "y": [100 * one for one in lows]},
            {
                **band,
                "y": [100 * one for one in highs],
                "fill": "tonexty",
                "fillcolor": pale(colour),
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": label(name),
                "legendgroup": label(name),
                "x": x,
                "y": [100 * (one.share or 0.0) for one in found],
                "line": {"color": colour, "width": 2, "dash": dash},
                "customdata": [[one.count, one.total] for one in found],
                "hovertemplate": "epoch %{x}: %{customdata[0]} of %{customdata[1]} (%{y:.3g} %)",
            },
        ]
    return plot(
        "held-out",
        traces,
        x="epoch",
        y="errors",
        height=400,
        yaxis={"ticksuffix": " %", "rangemode": "tozero"},
    )


def _line_plot(
    name: str, title: str, epochs: Sequence[Epoch], values: Sequence[float | None]
) -> str:
    trace = {
        "type": "scatter",
        "mode": "lines",
        "x": [epoch.number for epoch in epochs],
        "y": list(values),
        "line": {"color": PALETTE[0], "width": 2},
        "hovertemplate": "epoch %{x}: %{y:.4g}<extra></extra>",
    }
    return plot(name, [trace], x="epoch", y=title, height=280)
