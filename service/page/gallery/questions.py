"""Questions of learning: corrected scans that would turn earlier words around as examples."""

from __future__ import annotations

from typing import Any, Final

from dash import ALL, Dash, Input, Output, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.classes.lessons import Answer, answer, lessons_of
from service.desk.office import Office
from service.page.parts import places
from service.page.views import Shown

_PLACE: Final = "questions"
_MOST = 20


def questions(office: Office) -> Component:
    """What is asked; nothing to be seen where nothing is."""
    return html.Div(_inside(office), id=_PLACE)


def listen(app: Dash, office: Office) -> None:
    """Do what is answered."""

    @app.callback(
        Output(_PLACE, "children"),
        Input({"part": "lesson", "scan": ALL, "do": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def answered(_clicks: Any) -> Shown:
        by = ctx.triggered_id
        if not by or not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate
        said: Answer = "add" if by["do"] == "add" else "leave"
        answer(office.home, office.ledger, int(by["scan"]), said)
        return _inside(office)


def _inside(office: Office) -> list[Component]:
    learning = office.settings.learn_from_corrections
    told = lessons_of(office.home, office.ledger, learning=learning, state="asks", limit=_MOST)
    if not told["lessons"]:
        return []
    return [
        html.Section(
            [
                html.H2("Shall these become examples?"),
                html.P("As an example each would have something else taken for another class."),
                html.Ol([_question(one) for one in told["lessons"]], className="questions"),
            ]
        )
    ]


def _question(one: dict[str, Any]) -> Component:
    scan_id, flips = one["scan_id"], one["flips"]
    turned: list[Any] = [one["reason"] or ""]
    if flips and flips["scan_id"]:
        other = dcc.Link(flips["what"], href=places.scan(flips["scan_id"]))
        turned = [other, f" would be taken for {flips['to']}"]
    elif flips:
        turned = [f"{flips['what']} would be taken for {flips['to']}"]
    return html.Li(
        [
            dcc.Link(
                html.Img(src=places.thumbnail(scan_id, 160), alt=f"Scan {scan_id}"),
                href=places.scan(scan_id),
            ),
            html.Div([html.P([html.Strong(f"Of {one['class']}: "), *turned, "."])]),
            html.Div(
                [
                    _button("Leave it", scan_id, "leave"),
                    _button("Add it all the same", scan_id, "add"),
                ],
                className="say",
            ),
        ]
    )


def _button(text: str, scan_id: int, do: str) -> Component:
    part = {"part": "lesson", "scan": scan_id, "do": do}
    return html.Button(text, id=part, type="button")
