"""Fields of a ticket, to be looked at and mended: what a person writes stands, what was read is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.office import Office
from service.desk.scans.editing import edit_fields, take_back_field
from service.desk.scans.scans import PAST, described_scan
from service.page.parts.cards import moment
from service.page.parts.notices import NOTICES, done
from service.page.views import Shown

CALLED: Final = {
    "vendor": "Vendor", "ticket_date": "Date", "total": "Total", "currency": "Currency", "tax": "Tax",
}  # fmt: skip
"""What each field is called."""
_SHAPE = {"ticket_date": "2026-01-31", "total": "12.50", "currency": "EUR", "tax": "2.00"}
_PLACE, _SHOWN = "fields", "fields-shown"


def fields(told: dict[str, Any]) -> Component | None:
    """The fields of a scan, to be edited unless it stands nowhere any more; None if it was not read.

    Args:
        told: see `service.desk.scans.scans.described_scan`.
    """
    if told["text"] is None:
        return None
    inside = _read_only(told) if told["state"] in PAST else _inside(told, {})
    return html.Section([html.H2("Fields"), html.Div(inside, id=_PLACE)])


def listen(app: Dash, office: Office) -> None:
    """Write what somebody wrote, and give back what was read."""

    @app.callback(
        Output(_PLACE, "children"),
        Input({"part": "save", "scan": ALL}, "n_clicks"),
        Input({"part": "as-read", "scan": ALL, "name": ALL}, "n_clicks"),
        Input({"part": "field", "scan": ALL, "name": ALL}, "n_submit"),
        State({"part": "field", "scan": ALL, "name": ALL}, "value"),
        State(_SHOWN, "data"),
        prevent_initial_call=True,
    )
    def save(
        _clicks: Any,
        _backs: Any,
        _submits: Any,
        values: list[str | None],
        shown: dict[str, str | None],
    ) -> Shown:
        by = ctx.triggered_id
        if not by or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        scan_id = int(by["scan"])
        names = [one["id"]["name"] for one in ctx.states_list[0]]
        given = {name: value or None for name, value in zip(names, values, strict=True)}
        # Beside what was shown, not beside what is there now: what somebody else wrote stays.
        written = {name: value for name, value in given.items() if value != shown.get(name)}
        if by["part"] == "as-read":
            back = str(by["name"])
            take_back_field(office.home, office.ledger, scan_id, back, "page")
            written.pop(back, None)
            said = "It is as it was read"
        elif written:
            edit_fields(office.home, office.ledger, scan_id, written, "page")
            written, said = {}, "Saved"
        else:
            said = "Nothing was changed"
        set_props(NOTICES, {"children": []})
        told = described_scan(office.home, office.ledger, scan_id)
        return [*_inside(told, written), done(said)]


def edited(edits: list[dict[str, Any]]) -> list[Component]:
    """What was written into fields, a line each."""
    lines = list[Component]()
    for one in edits:
        name, value = CALLED[one["name"]], one["value"] or "nothing"
        what = f" {name}: as it was read" if one["as_read"] else f" {name}: {value}"
        lines.append(html.Li([moment(one["edited_at"]), what]))
    return lines


def _read_only(told: dict[str, Any]) -> list[Component]:
    """What the fields hold. Editing would be refused: see `service.desk.scans.editing`."""
    held = [part for name in CALLED for part in (html.Dt(CALLED[name]), html.Dd(told[name] or "-"))]
    return [html.Dl(held)]


def _inside(told: dict[str, Any], unsaved: Mapping[str, str | None]) -> list[Component]:
    """The form; ``unsaved`` is what somebody has typed and not saved yet."""
    scan_id, details = told["scan_id"], told["field_details"]
    rows = [
        _field(scan_id, name, unsaved.get(name, told[name]), details.get(name)) for name in CALLED
    ]
    save = html.Button("Save", id={"part": "save", "scan": scan_id}, type="button")
    shown = dcc.Store(id=_SHOWN, data={name: told[name] for name in CALLED})
    return [html.Div(rows, className="fields"), save, shown]


def _field(scan_id: int, name: str, value: str | None, detail: dict[str, Any] | None) -> Component:
    shape = f" (as {_SHAPE[name]})" if name in _SHAPE else ""
    about: list[Any] = []
    if detail and detail["edited"]:
        read = detail["read"]
        about = [
            f"written here; read was {read}" if read else "written here; nothing was read",
            html.Button(
                "As it was read",
                id={"part": "as-read", "scan": scan_id, "name": name},
                type="button",
                className="quiet",
            ),
        ]
    elif detail:
        about = [f"{detail['confidence']:.0%} sure"]
    return html.Div(
        [
            html.Label(
                [
                    html.Span([CALLED[name], html.Span(shape, className="soft")]),
                    dcc.Input(
                        id={"part": "field", "scan": scan_id, "name": name},
                        value=value or "",
                        autoComplete="off",
                        maxLength=1000,
                    ),
                ]
            ),
            html.Small(about),
        ]
    )
