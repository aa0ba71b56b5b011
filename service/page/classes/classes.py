"""Classes: examples, what is wrong with them, and a map; ``examples.js`` sends new ones."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.classes import removing
from service.desk.classes.examples import mark
from service.desk.office import Office
from service.page.classes.detectors import detectors
from service.page.classes.examples import PUT_BACK, REMOVE, SHOTS, TAKE_OUT, WARNINGS
from service.page.classes.surveyed import MAKING, Here, Known, Now
from service.page.frame import PULSE
from service.page.parts import places
from service.page.parts.attributes import data, name_in_id
from service.page.views import Asked, Shown, View

_LIST, _MAP, _SURVEYED, _SAID, _OUT = (
    "classes", "class-map", "classes-surveyed", "classes-said", "classes-taken-out",
)  # fmt: skip
_HERE, _KNOWN = "classes-here", "classes-known"
CHANGED: Final = "classes-changed"
"""Whoever changes a class writes here, ``examples.js`` too: then all is shown anew."""
_LOOK: Final = "classes-look"
_LOOK_EACH: Final = 700  # milliseconds


def show(office: Office, asked: Asked) -> Shown:
    """All classes, some to a page; or one of them, with every example."""
    here: Here = {"name": asked.query.get("class"), "begin": asked.query.get("from", "")}
    now = Now(office, here)
    head: list[Any] = (
        [html.H1("Classes"), _new()]
        if here["name"] is None
        else [html.P(dcc.Link("All classes", href=places.view("classes"))), html.H1(here["name"])]
    )
    return [
        *head,
        html.Div(now.surveyed(), id=_SURVEYED, role="status"),
        html.Div(now.listed(), id=_LIST),
        detectors(office) if here["name"] is None else None,
        html.Section([html.H2("Map"), html.Div(now.mapped(), id=_MAP)]),
        html.Details([html.Summary("Taken out"), html.Div(now.out(), id=_OUT)]),
        html.Div(
            [
                html.Div(id=_SAID, role="status"),
                html.Div(html.Ol(id="adding"), role="status"),
            ],
            className="aside",
        ),
        dcc.Store(id=_HERE, data=dict(here)),
        dcc.Store(id=_KNOWN, data=dict(now.known)),
        dcc.Store(id=CHANGED),
        dcc.Interval(id=_LOOK, interval=_LOOK_EACH, disabled=now.state != MAKING),
    ]


def listen(app: Dash, office: Office) -> None:
    """Take out and put back, and show what has changed."""

    @app.callback(
        Output(_SAID, "children"),
        Output(CHANGED, "data"),
        Input({"part": TAKE_OUT, "class": ALL, "example": ALL}, "n_clicks"),
        Input({"part": PUT_BACK, "class": ALL, "example": ALL}, "n_clicks"),
        Input({"part": REMOVE, "class": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def change(*_clicks: Any) -> tuple[Shown, float]:
        by = ctx.triggered_id
        # A button that has just come on the page triggers as well, without a click.
        if not by or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        name, example = name_in_id(by["class"]), name_in_id(by.get("example"))
        return _done(office, str(by["part"]), name, example), time.time()

    @app.callback(
        Output(_SURVEYED, "children"),
        Output(_LIST, "children"),
        Output({"part": WARNINGS, "class": ALL}, "children"),
        Output({"part": SHOTS, "class": ALL}, "children"),
        Output(_MAP, "children"),
        Output(_OUT, "children"),
        Output(_KNOWN, "data"),
        Output(_LOOK, "disabled"),
        Input(PULSE, "n_intervals"),
        Input(_LOOK, "n_intervals"),
        Input(CHANGED, "data"),
        State(_KNOWN, "data"),
        State(_HERE, "data"),
        prevent_initial_call=True,
    )
    def follow(
        _beats: int | None, _looks: int | None, _changed: Any, known: Known, here: Here
    ) -> tuple[Any, ...]:
        # What is known holds until the folder changes; so does what failed, for each try starts a
        # process.
        same = known["state"] != MAKING and known["mark"] == mark(office.home)
        if same and ctx.triggered_id != CHANGED:
            raise PreventUpdate
        now = Now(office, here)
        if now.known == known and ctx.triggered_id != CHANGED:
            raise PreventUpdate
        there = [name_in_id(one["id"]["class"]) for one in ctx.outputs_list[2]]
        listed: Any = no_update
        told: list[Any] = [no_update] * len(there)
        shown: list[Any] = [no_update] * len(there)
        if set(there) != set(now.known["classes"]):
            listed = now.listed()
        else:
            # What was said stands until something else can be said.
            if now.state != MAKING:
                told = [now.warned(name) for name in there]
            shown = [
                no_update if now.known["classes"][name] == known["classes"].get(name)
                else now.shots(name)
                for name in there
            ]  # fmt: skip
        return (
            now.surveyed(), listed, told, shown,
            no_update if now.state == MAKING else now.mapped(),
            no_update if now.known["mark"] == known["mark"] else now.out(), dict(now.known), now.state != MAKING,
        )  # fmt: skip


VIEW: Final = View("classes", "Classes", show, listen)


def _new() -> Component:
    """The form of a new class; ``examples.js`` sends it."""
    return html.Div(
        [
            html.P(
                "A class is a folder of examples. One picture makes a class; with five it is right "
                "more often.",
                className="lead",
            ),
            html.Label(
                [
                    html.Span("Name of a new class"),
                    dcc.Input(
                        id="new-class", maxLength=200, placeholder="invoice", autoComplete="off"
                    ),
                ],
                className="naming",
            ),
            html.Label(
                [
                    html.Strong("Drop its pictures here, or choose files"),
                    html.Span("Images and PDFs; of a PDF the first page counts."),
                ],
                className="zone examples-zone",
                **data(new="yes"),
            ),
        ],
        className="new-class",
    )


def _done(office: Office, part: str, name: str, example: str) -> Shown:
    if part == TAKE_OUT:
        place = removing.remove_example(office.home, name, example)
        return _said(f"{example} is no example of {name} any more: it lies in ", [place])
    if part == REMOVE:
        places_now = removing.remove_class(office.home, name)
        return _said(f"{name} is no class any more. ", places_now)
    place = removing.put_back(office.home, name, example)
    return _said("An example again: ", [place])


def _said(text: str, paths: Sequence[str]) -> Shown:
    return html.P([text, *(html.Code(path) for path in paths)])
