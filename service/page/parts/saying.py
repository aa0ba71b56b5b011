"""Saying what a scan is: one button confirms it, a few letters name another class, one takes it back."""

from __future__ import annotations

from typing import Any, Final

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from config.errors import MissingError
from service.desk.classes.classes import check_class_name, class_meant, list_classes
from service.desk.office import Office
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.desk.scans.looking import Seen, seen
from service.desk.scans.teaching import teach
from service.page.parts.attributes import aria, data, name_in_id, part_of_id
from service.page.views import Shown

UNKNOWN: Final = "unknown"
CLASSES: Final = "class-names"
_JUDGED = ("filed", "review")
# What a button does: takes back, says that it is the class behind the colon, or makes that one.
_UNDO, _IS, _NEW = "undo", "is:", "new:"


def saying(one: Seen) -> Component:
    """The place where something can be said of a scan."""
    return html.Div(
        _inside(one), id={"part": "saying", "scan": one.row["scan_id"]}, className="say"
    )


def class_names(office: Office) -> Component:
    """What a class field offers, and what the digits mean; once a view."""
    names = [UNKNOWN, *sorted(list_classes(office.home))]
    return html.Datalist([html.Option(value=name) for name in names], id=CLASSES)


def said_in_words(one: Seen) -> str:
    """What was said of a scan."""
    if one.said is None:
        return ""
    now = shown(one.said.class_name)
    if one.said.confirms:
        return f"Confirmed: {now}"
    return f"Corrected: {shown(one.said.class_before)} → {now}"


def shown(class_name: str | None) -> str:
    """A class as people call it."""
    return "none of the classes" if class_name in (None, UNKNOWN) else str(class_name)


def listen(app: Dash, office: Office) -> None:
    """Do what is said."""

    @app.callback(
        Output({"part": "saying", "scan": MATCH}, "children"),
        Input({"part": "act", "scan": MATCH, "do": ALL}, "n_clicks"),
        Input({"part": "other", "scan": MATCH, "do": ALL}, "n_submit"),
        Input({"part": "pick", "scan": MATCH, "do": ALL}, "data"),
        State({"part": "other", "scan": MATCH, "do": ALL}, "value"),
        prevent_initial_call=True,
    )
    def say(
        _clicks: list[int | None],
        _submits: list[int | None],
        picked: list[Any],
        typed: list[str | None],
    ) -> Shown:
        by = ctx.triggered_id
        # A button that has just come on the page triggers as well, without a click.
        if not by or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        scan_id, what = int(by["scan"]), name_in_id(by["do"])
        wanted = ""
        if by["part"] != "act":
            wanted = str((picked if by["part"] == "pick" else typed)[0] or "").strip()
        elif what.startswith(_IS):
            wanted = what.removeprefix(_IS)
        offered: list[Component] = []
        if what == _UNDO and not wanted:
            take_back_last(office.home, office.ledger, scan_id)
        elif what.startswith(_NEW):
            name = what.removeprefix(_NEW)
            teach(office.home, office.ledger, scan_id, name, office.limits, "page")
        else:
            try:
                meant = class_meant(office.home, wanted)
            except MissingError:
                check_class_name(wanted)
                offered = _new_class(scan_id, wanted)
            else:
                say_what_it_is(office.home, office.ledger, scan_id, meant, "page")
        now = seen(office, scan_id)
        if now is None:
            raise PreventUpdate
        return [*_inside(now), *offered]


def _inside(one: Seen) -> list[Component]:
    scan_id, row = one.row["scan_id"], one.row
    if one.said is not None:
        return [
            html.P([_tick(), said_in_words(one)], className="said", role="status"),
            _button("Undo", scan_id, _UNDO, "u", kind="quiet"),
        ]
    if row["state"] not in _JUDGED:
        return []
    taken, nearest = row["class"] or UNKNOWN, row["nearest_class"]
    yes = "None of the classes" if taken == UNKNOWN else f"Yes, {taken}"
    first = [_button(yes, scan_id, _IS + taken, "Enter")]
    if nearest and nearest != taken:
        # Of what waits in review, the nearest class is the likelier answer; Enter still confirms.
        first.append(_button(f"It is {nearest}", scan_id, _IS + nearest, ""))
    return [
        *first,
        html.Label(
            [
                html.Span("Another class", className="unseen"),
                dcc.Input(
                    id={"part": "other", "scan": scan_id, "do": "say"},
                    list=CLASSES,
                    placeholder="another class",
                    autoComplete="off",
                    maxLength=200,
                    className="other",
                ),
            ]
        ),
        dcc.Store(id={"part": "pick", "scan": scan_id, "do": "pick"}),
    ]


def _new_class(scan_id: int, name: str) -> list[Component]:
    """There is no class of the name that was typed: perhaps there should be."""
    return [
        html.P(f"There is no class {name} yet.", role="status"),
        _button(f"Make it one, by this example: {name}", scan_id, _NEW + name, ""),
    ]


def _button(text: str, scan_id: int, do: str, key: str, *, kind: str = "") -> Component:
    return html.Button(
        text,
        id={"part": "act", "scan": scan_id, "do": part_of_id(do)},
        type="button",
        className=kind,
        **(aria(keyshortcuts=key) | data(key=key) if key else {}),
    )


def _tick() -> Component:
    return html.Span("✓ ", **aria(hidden="true"))
