"""Fields of a ticket, to be looked at and mended: what a person writes stands, what was read is kept."""

from __future__ import annotations

from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.office import Office
from service.desk.scans.editing import edit_fields, take_back_field
from service.desk.scans.scans import described_scan
from service.page.parts.cards import moment
from service.page.parts.notices import done
from service.page.views import Shown

CALLED: Final = {
    "vendor": "Vendor", "ticket_date": "Date", "total": "Total", "currency": "Currency", "tax": "Tax",
}  # fmt: skip
"""What each field is called."""
_SHAPE = {"ticket_date": "2026-01-31", "total": "12.50", "currency": "EUR", "tax": "2.00"}
_PLACE = "fields"


def fields(told: dict[str, Any]) -> Component | None:
    """The fields of a scan; None if it was not read.

    Args:
        told: see `service.desk.scans.scans.described_scan`.
    """
    if told["text"] is None:
        return None
    return html.Section([html.H2("Fields"), html.Div(_inside(told), id=_PLACE)])


def listen(app: Dash, office: Office) -> None:
    """Write what somebody wrote, and give back what was read."""

    @app.callback(
        Output(_PLACE, "children"),
        Input({"part": "save", "scan": ALL}, "n_clicks"),
        Input({"part": "as-read", "scan": ALL, "name": ALL}, "n_clicks"),
        Input({"part": "field", "scan": ALL, "name": ALL}, "n_submit"),
        State({"part": "field", "scan": ALL, "name": ALL}, "value"),
        prevent_initial_call=True,
    )
    def save(_clicks: Any, _backs: Any, _submits: Any, values: list[str | None]) -> Shown:
        by = ctx.triggered_id
        if not by or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        scan_id = int(by["scan"])
        if by["part"] == "as-read":
            take_back_field(office.home, office.ledger, scan_id, str(by["name"]), "page")
        else:
            before = described_scan(office.home, office.ledger, scan_id)
            names = [one["id"]["name"] for one in ctx.states_list[0]]
            given = {name: value or None for name, value in zip(names, values, strict=True)}
            written = {name: v for name, v in given.items() if v != before.get(name)}
            if not written:
                return [*_inside(before), done("Nothing was changed")]
            edit_fields(office.home, office.ledger, scan_id, written, "page")
        return [*_inside(described_scan(office.home, office.ledger, scan_id)), done("Saved")]


def edited(edits: list[dict[str, Any]]) -> list[Component]:
    """What was written into fields, a line each."""
    lines = list[Component]()
    for one in edits:
        name, value = CALLED[one["name"]], one["value"] or "nothing"
        what = f" {name}: as it was read" if one["as_read"] else f" {name}: {value}"
        lines.append(html.Li([moment(one["edited_at"]), what]))
    return lines


def _inside(told: dict[str, Any]) -> list[Component]:
    scan_id = told["scan_id"]
    rows = [_field(scan_id, name, told[name], told["field_details"].get(name)) for name in CALLED]
    save = html.Button("Save", id={"part": "save", "scan": scan_id}, type="button")
    return [html.Div(rows, className="fields"), save]


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
