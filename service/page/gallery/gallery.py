"""Review and Recent: scans as cards, by state, class and text; the same view, asked for differently."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from config.words import counted
from service.desk.office import Office
from service.desk.scans.looking import Seen, Tally, find, look, tally, to_review
from service.desk.scans.scans import PAST, Wanted
from service.desk.scans.scans import State as ScanState
from service.page.frame import PULSE, URL
from service.page.gallery.questions import listen as listen_to_answers
from service.page.gallery.questions import questions
from service.page.parts import places
from service.page.parts.attributes import aria
from service.page.parts.cards import STATES, card
from service.page.parts.chips import chip
from service.page.parts.notices import empty, nothing_yet
from service.page.parts.saying import listen as listen_to_sayings
from service.page.parts.saying import offered_classes, shown
from service.page.views import Asked, Shown, View

PAGE: Final = 12
"""Cards of a page: a screen and a half; the time of a browser goes with their number."""
_FOUND = 60
_STATES = ("filed", "review", "failed", "duplicate", "superseded", "gone")
_NEWEST = "newest"
_DIGITS = "123456789"


def review(office: Office, asked: Asked) -> Shown:
    """What waits for a person: scans that are none of the classes, of which nobody said anything."""
    wanted = Wanted(state="review", unseen=True)
    found, following = look(office, wanted, before=_number(asked), limit=PAGE)
    number = to_review(office)
    return [
        html.H1("Review"),
        questions(office),
        html.P(
            f"{counted(number, 'scan')} that looked like none of the classes. Say what each is, or that "
            "it is none of them.",
            className="lead",
        )
        if found
        else None,
        _cards(office, found, following, "review")
        if found
        else empty("There are no older ones.", dcc.Link("The newest", href=places.view("review")))
        if number
        else empty(
            "Nothing waits for you.",
            "What is none of your classes will be shown here. See ",
            dcc.Link("what was sorted", href=places.view("recent")),
            ".",
        ),
    ]


def recent(office: Office, asked: Asked) -> Shown:
    """Everything that was dropped, newest first; or what was found by its text."""
    query = asked.query
    text, class_name, state = query.get("text", ""), query.get("class"), _state(query.get("state"))
    numbers = tally(office)
    if text:
        found, following = find(office, text, limit=_FOUND), None
    else:
        wanted = Wanted(class_name=class_name or None, state=state)
        found, following = look(office, wanted, before=_number(asked), limit=PAGE)
    return [
        html.H1("Recent"),
        _filters(numbers, state, class_name, text),
        html.Div(id=_NEWEST, role="status"),
        dcc.Store(id="newest-shown", data=found[0].row["scan_id"] if found and not text else None),
        _cards(office, found, following, "recent", state=state, **{"class": class_name})
        if found
        else _nothing(numbers, text),
    ]


def listen(app: Dash, office: Office) -> None:
    """Search, tell that there are newer ones, and do what is said of a scan."""

    @app.callback(
        Output(URL, "href"),
        Input("find", "n_submit"),
        State("find", "value"),
        prevent_initial_call=True,
    )
    def search(submitted: int | None, typed: str | None) -> str:
        if not submitted:
            raise PreventUpdate
        return places.view("recent", text=(typed or "").strip()[:1000])

    @app.callback(
        Output(_NEWEST, "children"),
        Input(PULSE, "n_intervals"),
        State("newest-shown", "data"),
        State(URL, "search"),
        prevent_initial_call=True,
    )
    def newer(_beats: int | None, newest: int | None, search: str | None) -> Shown:
        if newest is None or search:
            raise PreventUpdate
        found, _ = look(office, Wanted(), before=None, limit=1)
        if not found or found[0].row["scan_id"] <= newest:
            return []
        return html.A("There are newer ones: show them", href=places.view("recent"))

    listen_to_sayings(app, office)


REVIEW: Final = View("review", "Review", review, listen_to_answers, to_review)
RECENT: Final = View("recent", "Recent", recent, listen)


def _cards(
    office: Office, found: list[Seen], following: int | None, path: str, **query: Any
) -> Component:
    more = (
        dcc.Link("Older ones", href=places.view(path, before=following, **query), className="more")
        if following
        else None
    )
    offered = offered_classes(office)
    return html.Div(
        [
            html.Ol([card(one) for one in found], className="cards"),
            more,
            _keys([option.value for option in offered.children[: len(_DIGITS)]]),
            offered,
        ]
    )


def _filters(numbers: Tally, state: str | None, class_name: str | None, text: str) -> Component:
    states = [
        chip(
            STATES[each].partition(":")[0],
            places.view("recent", state=each),
            chosen=each == state,
            number=numbers.by_state[each],
        )
        for each in _STATES
        if numbers.by_state.get(each)
    ]
    classes = [
        chip(
            shown(name),
            places.view("recent", **{"class": name}),
            chosen=name == class_name,
            number=number,
        )
        for name, number in numbers.by_class.items()
    ]
    everything = chip(
        "all",
        places.view("recent"),
        chosen=not (state or class_name or text),
        number=sum(n for each, n in numbers.by_state.items() if each not in PAST),
    )
    return html.Div(
        [
            html.Label(
                [
                    html.Span("Search in what was read", className="unseen"),
                    dcc.Input(
                        id="find", type="search", value=text, placeholder="search in what was read",
                        maxLength=1000, className="find",
                    ),
                ]
            ),
            html.Ul([everything, *states], className="chips", **aria(label="By state")),
            html.Ul(classes, className="chips", **aria(label="By class")),
        ],
        role="search",
    )  # fmt: skip


def _keys(classes: Sequence[str]) -> Component:
    keys = [
        ("↑ ↓", "next scan"), ("Enter", "yes"), ("u", "undo"), ("a … z", "another class"),
        *zip(_DIGITS, map(shown, classes), strict=False),
    ]  # fmt: skip
    return html.P(
        [part for key, does in keys for part in (html.Kbd(key), f" {does} ")], className="keys"
    )


def _nothing(numbers: Tally, text: str) -> Component:
    if text:
        return empty(
            f"No text holds all of “{text}”.",
            "Only tickets are read. Try fewer words, or ",
            dcc.Link("look through all", href=places.view("recent")),
            ".",
        )
    if numbers.by_state:
        return empty("No scan is like that.", dcc.Link("Show all", href=places.view("recent")))
    return nothing_yet()


def _state(asked: str | None) -> ScanState | None:
    for state in get_args(ScanState):
        if state == asked:
            return state  # type: ignore[no-any-return]
    return None


def _number(asked: Asked) -> int | None:
    given = asked.query.get("before", "")
    return int(given) if given.isdecimal() and len(given) < 19 else None
