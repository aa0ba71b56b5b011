"""Saying what a scan is: one button confirms it, a few letters name another class, one takes it back."""

from __future__ import annotations

import zlib
from typing import Any, Final

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, dcc, html, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from config.errors import MissingError
from service.desk.classes.classes import check_class_name, class_meant, class_names
from service.desk.office import Office
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.desk.scans.looking import Seen, seen
from service.desk.scans.scans import PAST
from service.desk.scans.teaching import teach
from service.page.parts.attributes import aria, data, name_in_id, part_of_id
from service.page.parts.notices import NOTICES, notice
from service.page.views import Shown

UNKNOWN: Final = "unknown"
CLASSES: Final = "class-names"
_JUDGED = ("filed", "review")
# What a button does: takes back, says that it is the class behind the colon, or makes that one.
_UNDO, _IS, _NEW, _TYPED, _PICKED = "undo", "is:", "new:", "typed", "picked"


def saying(one: Seen) -> Component:
    """The place where something can be said of a scan."""
    return html.Div(
        _inside(one), id={"part": "saying", "scan": one.row["scan_id"]}, className="say"
    )


def offered_classes(office: Office) -> Component:
    """What a class field offers, and what the digits mean; once a view."""
    names = [UNKNOWN, *class_names(office.home)]
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
        scan_id, (stamp, what) = int(by["scan"]), name_in_id(by["do"]).split(":", 1)
        before = seen(office, scan_id)
        if before is None:
            raise PreventUpdate
        if stamp != _stamp(before):
            # What is on the page is not what it was said of.
            told = notice(f"somebody else has said something of scan {scan_id}", "Look at it again")
            set_props(NOTICES, {"children": told})
            return _inside(before)
        named = {"other": typed, "pick": picked}.get(by["part"], [""])[0]
        offered = _done(office, before, what, str(named or "").strip())
        set_props(NOTICES, {"children": []})
        now = seen(office, scan_id)
        return [*_inside(now or before), *offered]


def _done(office: Office, one: Seen, what: str, named: str) -> list[Component]:
    """Do what a button, a field or a key says; what is to be asked then."""
    scan_id = one.row["scan_id"]
    if what == _UNDO:
        take_back_last(office.home, office.ledger, scan_id, ending=office.ending)
    elif what.startswith(_NEW):
        name = what.removeprefix(_NEW)
        teach(
            office.home, office.ledger, scan_id, name, office.pictures, "page", ending=office.ending
        )
    elif what == _TYPED:
        try:
            named = class_meant(office.home, named)
        except MissingError:
            check_class_name(named)
            return _new_class(one, named)
        say_what_it_is(office.home, office.ledger, scan_id, named, "page", ending=office.ending)
    else:
        name = named if what == _PICKED else what.removeprefix(_IS)
        say_what_it_is(office.home, office.ledger, scan_id, name, "page", ending=office.ending)
    return []


def _stamp(one: Seen) -> str:
    """Changes when the scan is taken for something else, or something is said of it."""
    said = one.said.number if one.said else 0
    return str(zlib.crc32(f"{one.row['class']}|{one.row['state']}|{said}".encode()))


def _inside(one: Seen) -> list[Component]:
    scan_id, row = one.row["scan_id"], one.row
    if row["state"] in PAST:
        return []
    if one.said is not None:
        return [
            html.P([_tick(), said_in_words(one)], className="said", role="status"),
            _button("Undo", one, _UNDO, "u", kind="quiet"),
        ]
    if row["state"] not in _JUDGED:
        return []
    taken, nearest = row["class"] or UNKNOWN, row["nearest_class"]
    yes = "None of the classes" if taken == UNKNOWN else f"Yes, {taken}"
    first = [_button(yes, one, _IS + taken, "Enter")]
    if nearest and nearest != taken:
        # Of what waits in review, the nearest class is the likelier answer; Enter still confirms.
        first.append(_button(f"It is {nearest}", one, _IS + nearest, ""))
    return [
        *first,
        html.Label(
            [
                html.Span("Another class", className="unseen"),
                dcc.Input(
                    id={"part": "other", "scan": scan_id, "do": f"{_stamp(one)}:{_TYPED}"},
                    list=CLASSES,
                    placeholder="another class",
                    autoComplete="off",
                    maxLength=200,
                    className="other",
                ),
            ]
        ),
        dcc.Store(id={"part": "pick", "scan": scan_id, "do": f"{_stamp(one)}:{_PICKED}"}),
        html.Span(**data(stamp=_stamp(one))),
    ]


def _new_class(one: Seen, name: str) -> list[Component]:
    """There is no class of the name that was typed: perhaps there should be."""
    return [
        html.P(f"There is no class {name} yet.", role="status"),
        _button(f"Make it one, by this example: {name}", one, _NEW + name, ""),
    ]


def _button(text: str, one: Seen, do: str, key: str, *, kind: str = "") -> Component:
    return html.Button(
        text,
        id={"part": "act", "scan": one.row["scan_id"], "do": part_of_id(f"{_stamp(one)}:{do}")},
        type="button",
        className=kind,
        **(aria(keyshortcuts=key) | data(key=key) if key else {}),
    )


def _tick() -> Component:
    return html.Span("✓ ", **aria(hidden="true"))
