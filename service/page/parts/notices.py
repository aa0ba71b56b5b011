"""What is said to whoever looks at the page, above the view."""

from __future__ import annotations

from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from service.page.parts import places

NOTICES: Final = "notices"


def notice(said: str, advice: str = "") -> Component:
    """A notice.

    Args:
        said: what is wrong.
        advice: what to do about it.
    """
    said = said[:1].upper() + said[1:]
    return html.P([html.Strong(f"{said}."), f" {advice}." if advice else ""], className="notice")


def done(said: str) -> Component:
    """That something was done, beside where it was asked for."""
    return html.P(f"{said}.", className="done", role="status")


def empty(said: str, *then: Component | str) -> Component:
    """What stands where nothing is: why, and what to do next."""
    return html.Div([html.P(said, className="lead"), html.P(list(then))], className="empty")


def nothing_yet() -> Component:
    """What stands where scans would be, while there are none."""
    return empty(
        "Nothing was sorted yet.",
        dcc.Link("Drop your first scans", href=places.view("")),
        ", or put them into the folder inbox/.",
    )
