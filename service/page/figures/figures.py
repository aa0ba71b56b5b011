"""Figures: how much is sorted, how often rightly, how fast, and what is on its way."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from config.words import counted
from service.desk.figures import DAYS, Figures, Queue, figures, queue_now
from service.desk.office import Office
from service.page.figures.amounts import percent
from service.page.figures.charts import listen as listen_to_tables
from service.page.figures.confusion import confusion_table
from service.page.figures.figure_charts import (
    accuracy_chart,
    review_chart,
    scans_chart,
    time_chart,
)
from service.page.frame import PULSE
from service.page.parts import places
from service.page.parts.attributes import aria
from service.page.parts.cards import STATES, moment
from service.page.parts.chips import chip
from service.page.parts.notices import empty, nothing_yet
from service.page.parts.saying import shown
from service.page.parts.tables import table
from service.page.views import Asked, Shown, View

_OFFERED: Final = {"7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}
_MOST_BARS: Final = 31
"""Days; a longer time is told week by week."""
_QUEUE: Final = "queue"


def show(office: Office, asked: Asked) -> Shown:
    """All figures."""
    given = asked.query.get("days", "")
    days = int(given) if given in _OFFERED else DAYS
    found = figures(office.home, office.ledger, days=days, by_week=days > _MOST_BARS)
    if not found.states:
        return [html.H1("Figures"), nothing_yet()]
    return [
        html.H1("Figures"),
        html.Section(
            [html.H2("Now"), html.Dl(_now(found.queue, found.states), id=_QUEUE, className="tiles")]
        ),
        html.Ul(
            [
                chip(name, places.view("figures", days=each), chosen=each == str(days))
                for each, name in _OFFERED.items()
            ],
            className="chips range", **aria(label="How far back"),
        ),
        html.P(f"Days are those of the service: {_zone()}.", className="soft"),
        *(_over_time(found) if _any(found) else [_nothing_lately(days)]),
        _right(found),
        _totals(found),
    ]  # fmt: skip


def listen(app: Dash, office: Office) -> None:
    """Keep what is on its way up to date, and open tables."""
    listen_to_tables(app)

    @app.callback(
        Output(_QUEUE, "children"), Input(PULSE, "n_intervals"), prevent_initial_call=True
    )
    def beat(_beats: int | None) -> Shown:
        states = office.ledger.counts()
        return _now(queue_now(office.home, office.ledger, states), states)


VIEW: Final = View("figures", "Figures", show, listen)


def _zone() -> str:
    here = datetime.now().astimezone()
    return "UTC" if here.tzname() == "UTC" else f"{here:%Z}, UTC{here.isoformat()[-6:]}"


def _any(found: Figures) -> bool:
    return any(one.classes or one.without for one in found.periods)


def _over_time(found: Figures) -> list[Component]:
    return [
        html.Section([html.H2("Scans"), scans_chart(found.periods, found.step)]),
        html.Section([html.H2("Sent to review"), review_chart(found.periods, found.step)]),
        html.Section([html.H2("Time a scan"), time_chart(found.periods, found.step)]),
    ]


def _right(found: Figures) -> Component:
    right = found.right
    if right.share is None:
        told: list[Any] = [
            empty(
                "Nobody has confirmed or corrected any of these scans yet.",
                "Do so with a few of the ",
                dcc.Link("newest", href=places.view("recent")),
                ": then this tells how often the network is right.",
            )
        ]
    else:
        low, high = right.interval
        lead = (
            f"{right.count:,} of {right.total:,} scans that somebody looked at were right: "
            f"{percent(right.share)} (95 % interval {percent(low)} to {percent(high)}). Scans that "
            "were looked at because they seemed odd are more often wrong than others."
        )
        told = [
            html.P(lead, className="soft"),
            accuracy_chart(found.weeks),
            html.H3("What was taken for what"),
            html.P(
                "A row is what the network said, a column what it is; over the same weeks.",
                className="soft",
            ),
            confusion_table(found.confusion),
        ]
    return html.Section([html.H2("How often it was right"), *told])


def _totals(found: Figures) -> Component:
    states = [(STATES[state], number) for state, number in _most_first(found.states)]
    classes = [
        (dcc.Link(shown(name), href=places.view("recent", **{"class": name})), number)
        for name, number in _most_first(found.classes)
    ]
    return html.Section(
        [
            html.H2("All scans"),
            html.Div(
                [
                    table(["State", "Scans"], states, name="", caption="By state"),
                    table(["Class", "Scans"], classes, name="", caption="By class")
                    if classes
                    else None,
                ],
                className="tables",
            ),
        ]
    )


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _now(queue: Queue, states: dict[str, int]) -> list[Component]:
    waiting: Any = (
        f"{queue.waiting:,}"
        if queue.waiting is not None
        else [
            html.Span("-", **aria(hidden="true")),
            html.Span("not known", className="unseen"),
        ]
    )
    tiles: list[tuple[str, Any]] = [
        ("In the inbox", waiting),
        ("Being judged", f"{queue.queued + queue.working:,}"),
        ("Being moved", f"{queue.moving:,}"),
        ("In review", dcc.Link(f"{states.get('review', 0):,}", href=places.view("review"))),
    ]
    if queue.oldest is not None:
        tiles.append(("Oldest waits since", moment(queue.oldest.isoformat())))
    return [html.Div([html.Dt(name), html.Dd(value)]) for name, value in tiles]


def _nothing_lately(days: int) -> Component:
    return empty(
        f"No scan came in the last {counted(days, 'day')}.",
        "Look farther back, or ",
        dcc.Link("drop some", href=places.view("")),
        ".",
    )
