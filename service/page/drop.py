"""Drop: scans are dragged in, judged at once, and put into the inbox; ``drop.js`` sends them."""

from __future__ import annotations

from typing import Final

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from service.desk.office import Office
from service.desk.scans.looking import Seen, look
from service.desk.scans.scans import PAST, Wanted
from service.page.frame import PULSE
from service.page.parts import places
from service.page.parts.cards import name_shown, verdict
from service.page.parts.notices import empty
from service.page.views import Asked, Shown, View

_LATEST = 12
_MARK: Final = "latest-mark"


def show(office: Office, _asked: Asked) -> Shown:
    """The place to drop scans, and the newest ones."""
    found, _ = look(office, Wanted(), before=None, limit=_LATEST)
    return [
        html.H1("Drop"),
        html.Label(
            [
                html.Strong("Drop scans here, or choose files"),
                html.Span("Images and PDFs. Each is judged at once and filed within seconds."),
            ],
            id="drop-zone",
            className="zone",
        ),
        # Filled by drop.js: Dash would send whole files as text in one message.
        html.P(id="drop-progress", role="status"),
        html.Ol(id="dropped", className="dropped"),
        html.H2("Newest"),
        html.Div(_latest(found), id="latest"),
        dcc.Store(id=_MARK, data=_mark(found)),
    ]


def listen(app: Dash, office: Office) -> None:
    """Show newer scans when there are some."""

    @app.callback(
        Output("latest", "children"),
        Output(_MARK, "data"),
        Input(PULSE, "n_intervals"),
        State(_MARK, "data"),
        prevent_initial_call=True,
    )
    def newer(_beats: int | None, mark: str | None) -> tuple[Shown, str]:
        found, _ = look(office, Wanted(), before=None, limit=_LATEST)
        if _mark(found) == mark:
            raise PreventUpdate
        return _latest(found), _mark(found)


VIEW: Final = View("", "Drop", show, listen)


def _latest(found: list[Seen]) -> Component:
    if not found:
        return empty(
            "Nothing was sorted yet.",
            "Drop a scan above, or put it into the folder inbox/. One example picture makes a class.",
        )
    return html.Ul([html.Li(_small(one)) for one in found], className="small")


def _small(one: Seen) -> Component:
    row = one.row
    picture = (
        html.Img(src=places.thumbnail(row["scan_id"], 160), alt="")
        if row["destination"] and row["state"] not in PAST
        else html.Span(className="none")
    )
    told = html.Span(
        [html.Span(name_shown(row["original_name"]), className="name"), html.Span(verdict(row))]
    )
    return dcc.Link([picture, told], href=places.scan(row["scan_id"]))


def _mark(found: list[Seen]) -> str:
    """Changes when what is shown does."""
    return " ".join(f"{one.row['scan_id']}{one.row['state']}{one.row['class']}" for one in found)
