"""What stands around every view: the navigation, how the service is doing, notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from config.errors import PigeonholeError
from config.words import counted
from service.desk.office import Office
from service.desk.overview import status
from service.http.access import SIGN_OUT
from service.page.parts.attributes import aria
from service.page.parts.notices import NOTICES, empty, notice
from service.page.views import HOME, Asked, Shown, View

PULSE: Final = "pulse"
"""Beats every few seconds, for what changes while somebody looks."""
URL: Final = "url"
_TOTAL = "to-review"
_BEAT = 5000  # milliseconds


def layout(views: Sequence[View], *, signed_in: bool) -> Component:
    """The page before its first view has come."""
    leave = html.Form(
        html.Button("Sign out", type="submit", className="quiet"), method="post", action=SIGN_OUT
    )
    return html.Div(
        [
            dcc.Location(id=URL, refresh="callback-nav"),
            dcc.Interval(id=PULSE, interval=_BEAT),
            html.A("Skip to the content", href="#view", className="skip"),
            html.Header(
                [
                    dcc.Link("Pigeonhole", href=HOME, className="brand"),
                    html.Nav(_navigation(views, ""), id="nav", **aria(label="Views")),
                    html.Div(
                        [
                            dcc.Link(id=_TOTAL, href=f"{HOME}review", children=""),
                            html.P(id="state", role="status"),
                            leave if signed_in else None,
                        ]
                    ),
                ]
            ),
            html.Div(id=NOTICES, role="alert"),
            html.Main(id="view", tabIndex=-1),
        ],
        className="page",
    )


def listen(app: Dash, office: Office, views: Sequence[View]) -> None:
    """Show the view that the address names, and tell how the service is doing."""
    by_path = {view.path: view for view in views}

    @app.callback(
        Output("view", "children"),
        Output("nav", "children"),
        Output(NOTICES, "children"),
        Input(URL, "pathname"),
        Input(URL, "search"),
    )
    def go(pathname: str | None, search: str | None) -> tuple[Shown, Shown, Shown]:
        path, _, rest = (pathname or HOME).removeprefix(HOME).partition("/")
        view = by_path.get(path)
        if view is None:
            return _nowhere(), _navigation(views, None), []
        asked = Asked(unquote(rest), dict(parse_qsl((search or "").removeprefix("?"))))
        try:
            return view.show(office, asked), _navigation(views, path), []
        except PigeonholeError as error:
            return _nowhere(), _navigation(views, path), notice(error.message, error.advice)

    @app.callback(
        Output("state", "children"),
        Output("state", "className"),
        Output(_TOTAL, "children"),
        Input(PULSE, "n_intervals"),
    )
    def beat(_beats: int | None) -> tuple[str, str, str]:
        waiting = office.ledger.unseen("review")
        return *_state(status(office.home, office.ledger)), f"{waiting:,} to review"


def _navigation(views: Sequence[View], path: str | None) -> list[Component]:
    # Dash's Link knows no aria-current; the class is what the style sheet knows, the span says it.
    here = html.Span("(this view)", className="unseen")
    return [
        dcc.Link(
            [view.name, here if view.path == path else None],
            href=view.href,
            className="here" if view.path == path else "",
        )
        for view in views
        if view.name
    ]


def _state(told: dict[str, Any]) -> tuple[str, str]:
    """What is told of the service in a few words, and whether it is well."""
    if told["trouble"]:
        return str(told["trouble"]), "trouble"
    if told["daemon"] == "stopped":
        return "Nothing is sorted: 'pigeonhole watch' does not run", "trouble"
    busy = (told["waiting"] or 0) + told["scans"].get("working", 0) + told["moving"]
    return (f"{counted(busy, 'scan')} under way", "busy") if busy else ("All sorted", "well")


def _nowhere() -> Component:
    return html.Div(
        [
            html.H1("Nothing is here"),
            empty("There is no such view.", "Go on with the ", dcc.Link("newest scans", href=HOME)),
        ]
    )
