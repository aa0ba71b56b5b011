"""The charts of the view *Figures*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from dash.development.base_component import Component

from config.words import counted
from service.desk.figures import Period, Week
from service.page.figures.amounts import percent, scans, seconds
from service.page.figures.charts import chart
from service.page.parts.saying import shown
from service.reports.plots import PALETTE, RIGHT, STRANGER, WRONG, label

_MOST_CLASSES: Final = 6
_LONGEST: Final = 22
_OTHERS, _WITHOUT = "other classes", "no class"
_WEEK: Final = 7  # days
_NAMES: Final = {1: "Day", _WEEK: "Week of"}
_MARKS: Final = 7
_A_DAY: Final = 86_400_000  # milliseconds, as plotly counts
_LEGEND: Final = {"orientation": "h", "y": -0.16, "yanchor": "top", "x": 0}
_MARGIN: Final = {"l": 52, "r": 8, "t": 8, "b": 40}
_WHOLE: Final = {"rangemode": "tozero", "tickformat": ",d", "nticks": 6}


def scans_chart(periods: Sequence[Period], step: int) -> Component:
    """Scans by class, in a bar a day, or a week."""
    totals = Counter[str]()
    for one in periods:
        totals.update(one.classes)
    # One more is shown as itself, not as the only one of the others.
    most = [name for name, _ in totals.most_common()]
    if len(most) > _MOST_CLASSES + 1:
        most = most[:_MOST_CLASSES]
    dates = [one.first.isoformat() for one in periods]
    bars = [(shown(name), [one.classes.get(name, 0) for one in periods]) for name in most]
    others = [sum(n for name, n in one.classes.items() if name not in most) for one in periods]
    bars += [(_OTHERS, others), (_WITHOUT, [one.without for one in periods])]
    bars = [(name, counts) for name, counts in bars if any(counts)]
    number = sum(totals.values()) + sum(one.without for one in periods)
    each = "week" if step == _WEEK else "day"
    busiest = max(periods, key=_scans)
    traces = [
        {
            "type": "bar", "name": label(_short(name)), "x": dates, "y": counts,
            "marker": {"color": STRANGER if name in {_OTHERS, _WITHOUT} else colour}
            | ({"pattern": {"shape": "/", "size": 5}} if name == _WITHOUT else {}),
            "hovertemplate": "%{y:,} %{fullData.name}<extra></extra>",
        }
        for (name, counts), colour in zip(bars, (*PALETTE[:-1], *PALETTE), strict=False)
    ]  # fmt: skip
    return chart(
        "chart-scans",
        "Scans",
        f"{scans(number)} in {counted(len(periods), each)}, {number / len(periods):.3g} a {each}; "
        f"most, {_scans(busiest):,}, {_when(busiest.first, step)}.",
        traces,
        [_NAMES[step], *(name for name, _ in bars)],
        [
            (dates[at], *(counts[at] for _, counts in bars))
            for at, one in enumerate(periods)
            if _scans(one)
        ],
        y="scans",
        barmode="stack",
        bargap=0.15,
        hovermode="x unified",
        legend=_LEGEND,
        margin=_MARGIN,
        xaxis=_axis(periods[0].first, periods[-1].first, step=step),
        yaxis=_WHOLE,
    )


def review_chart(periods: Sequence[Period], step: int) -> Component:
    """The share of scans that the network took for none of the classes."""
    held = [one for one in periods if one.to_review.total]
    number = sum(one.to_review.count for one in periods)
    total = sum(one.to_review.total for one in periods)
    said = (
        f"{number:,} of {total:,} scans looked like none of the classes: {percent(number / total)}."
        if total
        else "None of these scans could be judged."
    )
    trace = {
        "type": "bar",
        "x": [one.first.isoformat() for one in held],
        "y": [100 * (one.to_review.share or 0) for one in held],
        "customdata": [[one.to_review.count, one.to_review.total] for one in held],
        "marker": {"color": WRONG},
        "hovertemplate": "%{x}: %{customdata[0]} of %{customdata[1]} (%{y:.1f} %)<extra></extra>",
    }
    return chart(
        "chart-review",
        "Sent to review",
        said,
        [trace],
        [_NAMES[step], "To review", "Judged", "Share"],
        [
            (
                one.first.isoformat(),
                one.to_review.count,
                one.to_review.total,
                percent(one.to_review.share or 0),
            )
            for one in held
        ],
        y="share sent to review",
        bargap=0.15,
        margin=_MARGIN,
        xaxis=_axis(periods[0].first, periods[-1].first, step=step),
        yaxis={"rangemode": "tozero", "ticksuffix": " %", "nticks": 6},
    )


def time_chart(periods: Sequence[Period], step: int) -> Component:
    """How long scans took: the median, and what 95 of 100 stay below."""
    dates = [one.first.isoformat() for one in periods]
    lines = (
        ("median", RIGHT, [one.took.median if one.took else None for one in periods]),
        (
            "95 of 100 are faster",
            WRONG,
            [one.took.slowest if one.took else None for one in periods],
        ),
    )
    held = [one for one in periods if one.took]
    last = held[-1] if held else None
    said = (
        f"Half of the {scans(last.took.scans)} that came {_when(last.first, step)} took "
        f"{seconds(last.took.median)} or less, 95 of 100 {seconds(last.took.slowest)} or less: from "
        "being taken up until the file stood where it belongs."
        if last and last.took
        else "No scan was finished in this time."
    )
    traces = [
        {
            "type": "scatter", "mode": "lines+markers", "name": name, "x": dates, "y": values,
            "line": {"color": colour, "width": 2}, "marker": {"size": 5},
            "hovertemplate": "%{y:.3g} s %{fullData.name}<extra></extra>",
        }
        for name, colour, values in lines
    ]  # fmt: skip
    return chart(
        "chart-time",
        "Time a scan",
        said,
        traces,
        [_NAMES[step], "Scans", "Median", "95 of 100"],
        [
            (
                one.first.isoformat(),
                one.took.scans,
                seconds(one.took.median),
                seconds(one.took.slowest),
            )
            for one in held
            if one.took
        ],
        y="seconds",
        hovermode="x unified",
        legend=_LEGEND,
        margin=_MARGIN,
        xaxis=_axis(periods[0].first, periods[-1].first, step=step),
        yaxis={"rangemode": "tozero", "nticks": 6},
    )


def accuracy_chart(weeks: Sequence[Week]) -> Component:
    """The share of right verdicts, week by week, with the 95 % interval."""
    held = [week for week in weeks if week.right.total]
    shares = [100 * (week.right.share or 0) for week in held]
    intervals = [week.right.interval for week in held]
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": [week.first.isoformat() for week in held],
        "y": shares,
        "marker": {"color": RIGHT, "size": 9},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * high - share for (_, high), share in zip(intervals, shares, strict=True)],
            "arrayminus": [share - 100 * low for (low, _), share in zip(intervals, shares, strict=True)],
            "color": RIGHT,
            "thickness": 1.5,
        },
        "customdata": [[week.right.count, week.right.total] for week in held],
        "hovertemplate": (
            "week of %{x}: %{customdata[0]} of %{customdata[1]} right (%{y:.1f} %)<extra></extra>"
        ),
    }  # fmt: skip
    last = held[-1]
    low, high = last.right.interval
    return chart(
        "chart-accuracy",
        "How often it was right",
        f"Of the scans of the week of {last.first}, {last.right.count:,} of {last.right.total:,} were "
        f"right: {percent(last.right.share or 0)} (95 % interval {percent(low)} to {percent(high)}).",
        [trace],
        ["Week of", "Right", "Looked at", "Share", "95 % interval"],
        [
            (
                week.first.isoformat(),
                week.right.count,
                week.right.total,
                percent(week.right.share or 0),
                " to ".join(map(percent, week.right.interval)),
            )
            for week in held
        ],
        y="share that was right",
        margin=_MARGIN,
        xaxis=_axis(weeks[0].first, weeks[-1].first, step=_WEEK),
        yaxis={"range": [0, 104], "ticksuffix": " %", "nticks": 6},
    )


def _scans(one: Period) -> int:
    return sum(one.classes.values()) + one.without


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _when(first: date, step: int) -> str:
    return f"in the week of {first}" if step == _WEEK else f"on {first}"


def _axis(first: date, last: date, *, step: int) -> dict[str, Any]:
    """An axis of days; that of every chart begins and ends alike.

    Args:
        first: day.
        last: day.
        step: days from one point to the next: marks stand at some of them.
    """
    begin, end = (
        (datetime.combine(day, time.min) + timedelta(days=more)).isoformat()
        for day, more in ((first, -step / 2), (last, step / 2))
    )
    points = (last - first).days // step + 1
    return {
        "type": "date", "hoverformat": "%Y-%m-%d", "tickformat": "%-d %b", "range": [begin, end],
        # So far below that the first of them does not touch the zero beside it.
        "ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)",
        "tick0": first.isoformat(), "dtick": _A_DAY * step * -(-points // _MARKS),
    }  # fmt: skip
