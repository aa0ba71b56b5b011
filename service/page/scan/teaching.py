"""Making a scan an example, of its class or of a new one: it is said to be of that class, too."""

from __future__ import annotations

from typing import Any, Final

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.office import Office
from service.desk.scans.teaching import teach
from service.page.parts.notices import done
from service.page.parts.saying import CLASSES, UNKNOWN
from service.page.views import Shown

_TAUGHT: Final = "taught"


def teaching(told: dict[str, Any]) -> Component | None:
    """The place to do it; None where the scan has no file.

    Args:
        told: see `service.desk.scans.scans.described_scan`.
    """
    if not told["present"] or told["state"] not in {"filed", "review"}:
        return None
    scan_id, taken = told["scan_id"], told["class"]
    return html.Section(
        [
            html.H2("Make it an example"),
            html.P("One example makes a class. What is dropped from then on is compared with it."),
            html.Div(
                [
                    html.Label(
                        [
                            html.Span("Of this class, which may be new"),
                            dcc.Input(
                                id={"part": "example-of", "scan": scan_id},
                                value="" if taken in (None, UNKNOWN) else taken,
                                list=CLASSES,
                                autoComplete="off",
                                maxLength=200,
                            ),
                        ]
                    ),
                    html.Button(
                        "Make it an example", id={"part": "teach", "scan": scan_id}, type="button"
                    ),
                ],
                className="row",
            ),
            html.Div(id=_TAUGHT),
        ]
    )


def listen(app: Dash, office: Office) -> None:
    """Do it."""

    @app.callback(
        Output(_TAUGHT, "children"),
        Input({"part": "teach", "scan": ALL}, "n_clicks"),
        Input({"part": "example-of", "scan": ALL}, "n_submit"),
        State({"part": "example-of", "scan": ALL}, "value"),
        prevent_initial_call=True,
    )
    def make(_clicks: Any, _submits: Any, typed: list[str | None]) -> Shown:
        if not ctx.triggered_id or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        scan_id, name = int(ctx.triggered_id["scan"]), (typed[0] or "").strip()
        added = teach(
            office.home, office.ledger, scan_id, name, office.pictures, "page", ending=office.ending
        )
        return done(f"It is {'now' if added.new else 'already'} the example {added.name}")
