"""Scan: all that is known of one, and why: its page with what was read, matches, preparation, history."""

from __future__ import annotations

from typing import Any, Final

from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from config.errors import ConflictError, MissingError
from service.desk.office import Office
from service.desk.scans.looking import seen
from service.desk.scans.scans import described_scan, page_size, steps_of, words_of
from service.page.parts import places
from service.page.parts.attributes import aria, data
from service.page.parts.cards import STATES, moment, name_shown, verdict
from service.page.parts.chips import chip
from service.page.parts.saying import offered_classes, saying, shown
from service.page.scan import fields as of_fields
from service.page.scan import teaching as of_teaching
from service.page.scan.boxes import boxes
from service.page.scan.detections import detections
from service.page.scan.fields import CALLED, edited, fields
from service.page.scan.teaching import teaching
from service.page.views import Asked, Shown, View

_SIDE = 2000
"""Pixels of the longest side of the picture of a page: its letters can be read."""
_HERE: Final = "scan-shown"
_STEPS = {
    "page": "the page", "grayscale": "grey", "even light": "the light made even",
    "otsu": "ink or not (Otsu)", "crop to ink": "cut to the ink", "resize": "scaled",
    "channel and [0, 1]": "what the network is given",
}  # fmt: skip


def show(office: Office, asked: Asked) -> Shown:
    """One scan."""
    if not asked.rest.isdecimal() or len(asked.rest) > 18:
        raise MissingError(f"there is no scan {asked.rest!r}", "Go by one of the lists")
    scan_id = int(asked.rest)
    told = described_scan(office.home, office.ledger, scan_id)
    one = seen(office, scan_id)
    assert one is not None
    number = _page_number(asked, told["pages"])
    return [
        html.H1(name_shown(told["original_name"]), className="name"),
        html.Div(
            [
                html.P(verdict(told), className=f"verdict {told['state']}"),
                html.P(told["advice"], className="advice") if told["advice"] else None,
                saying(one),
            ],
            className="card alone",
            **data(scan=scan_id),
        ),
        dcc.Store(id=_HERE, data={"scan": scan_id, "page": number}),
        html.Div(
            [
                html.Div(_page(told, number), className="sheet"),
                html.Div(
                    [
                        fields(told),
                        _matches(told),
                        detections(told),
                        _facts(told),
                        teaching(told),
                        _history(told),
                    ],
                    className="beside",
                ),
            ],
            className="scan",
        ),
        html.Section([html.H2("What the network sees"), html.Div(id="steps", className="steps")])
        if told["present"]
        else None,
        _text(told),
        offered_classes(office),
    ]


def listen(app: Dash, office: Office) -> None:
    """Draw what takes a moment: the boxes of words, and the steps of preparation."""

    @app.callback(Output("boxes", "children"), Input(_HERE, "data"))
    def words(here: dict[str, int] | None) -> Shown:
        if not here:
            raise PreventUpdate
        scan_id, number = here["scan"], here["page"]
        told = described_scan(office.home, office.ledger, scan_id)
        try:
            found = [word for word in words_of(office.ledger, scan_id) if word["page"] == number]
            details = {
                name: detail
                for name, detail in told["field_details"].items()
                if detail["page"] == number and detail["box"] and told[name]
            }
            if not found and not details:
                return []
            size = page_size(office.ledger, office.pictures, scan_id, number)
        except (MissingError, ConflictError):
            return []  # it was not read, or is no longer there: the page itself says so
        values = {name: str(told[name]) for name in details}
        return boxes(size, found, {CALLED[name]: (values[name], details[name]) for name in details})

    @app.callback(Output("steps", "children"), Input(_HERE, "data"))
    def steps(here: dict[str, int] | None) -> Shown:
        if not here:
            raise PreventUpdate
        try:
            drawn = steps_of(office.ledger, office.pictures, here["scan"], places.STEP)
        except ConflictError as error:
            return html.P(f"{error.message}. {error.advice}.")
        return html.Ol(
            [
                html.Li(
                    html.Figure(
                        [
                            html.Img(src=places.step_picture(here["scan"], step), alt=""),
                            html.Figcaption(f"{step}. {_STEPS.get(name, name)}"),
                        ]
                    )
                )
                for step, (name, _) in enumerate(drawn, 1)
            ]
        )

    of_fields.listen(app, office)
    of_teaching.listen(app, office)


VIEW: Final = View("scans", "", show, listen)


def _page_number(asked: Asked, pages: int | None) -> int:
    given = asked.query.get("page", "1")
    number = int(given) if given.isdecimal() and len(given) < 7 else 1
    return max(1, min(number, pages or 1))


def _page(told: dict[str, Any], number: int) -> list[Any]:
    scan_id, pages = told["scan_id"], told["pages"] or 1
    if not told["present"]:
        return [html.P(f"There is no file: {_whereabouts(told)}.", className="none")]
    others = [
        chip(str(each), places.view(f"scans/{scan_id}", page=each), chosen=each == number)
        for each in range(1, pages + 1)
    ]
    return [
        html.Div(
            [
                html.Img(
                    src=places.page_picture(scan_id, number, _SIDE),
                    alt=f"Page {number} of {told['original_name']}",
                ),
                html.Div(id="boxes"),
            ],
            className="page-picture",
        ),
        html.Ul(others, className="chips", **aria(label="Pages")) if pages > 1 else None,
        html.A("Download the file", href=places.file(scan_id), download=""),
    ]


def _whereabouts(told: dict[str, Any]) -> str:
    if told["destination"] is None or told["state"] == "gone":
        return "it was deleted" if told["state"] == "gone" else f"it is {STATES[told['state']]}"
    return f"it is no longer at {told['destination']}"


def _matches(told: dict[str, Any]) -> Component | None:
    if not told["matches"]:
        return None
    found = [
        html.Li(
            html.Figure(
                [
                    html.Img(src=places.example(one["support"], 160), alt=one["support"]),
                    html.Figcaption(
                        [html.Strong(one["class"]), html.Br(), f"distance {one['distance']:.3f}"]
                    ),
                ]
            )
        )
        for one in told["matches"]
    ]
    return html.Section([html.H2("Nearest examples"), html.Ol(found, className="matches")])


def _facts(told: dict[str, Any]) -> Component:
    facts = {
        "Stands at": told["destination"] or "-",
        "Came": moment(told["received_at"]),
        "Done": moment(told["finished_at"]) or "-",
        "Came as": told["inbox_path"],
        "Number": str(told["scan_id"]),
    }
    if told["duplicate_of"]:
        first = told["duplicate_of"]
        facts["Same bytes as"] = dcc.Link(f"scan {first}", href=places.scan(first))
    rows = [part for name, value in facts.items() for part in (html.Dt(name), html.Dd(value))]
    return html.Section([html.H2("Where it is"), html.Dl(rows)])


def _history(told: dict[str, Any]) -> Component | None:
    said, written = told["history"], edited(told["edits"])
    if not said and not written:
        return None
    by = {
        "api": "over the API",
        "page": "here",
        "folder": "in the file manager",
        "command": "by a command",
    }
    lines = list[Any]()
    for one in said:
        confirms = one["class"] == one["class_before"]
        words = (
            f"confirmed: {shown(one['class'])}"
            if confirms
            else f"{shown(one['class_before'])} → {shown(one['class'])}"
        )
        undone = [", taken back ", moment(one["undone_at"])] if one["undone_at"] else []
        lines.append(html.Li([moment(one["said_at"]), f" {words}, {by[one['source']]}", *undone]))
    return html.Section(
        [html.H2("What was said of it"), html.Ol(lines + written, className="history")]
    )


def _text(told: dict[str, Any]) -> Component | None:
    if not told["text"]:
        return None
    return html.Section([html.H2("What was read"), html.Pre(told["text"])])
