"""Links that narrow what is shown; the one that is chosen says so."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component


def chip(name: str, href: str, *, chosen: bool, number: int | None = None) -> Component:
    """A link of a list of class ``chips``.

    Args:
        name: what it says.
        href: where it leads.
        chosen: it is what is shown now.
        number: how many there are of it, if that is to be told.
    """
    how_many = None if number is None else html.Span(f"{number:,}", className="number")
    marked = html.Span("(chosen)", className="unseen") if chosen else None
    kind = "chip here" if chosen else "chip"
    return html.Li(dcc.Link([name, " ", how_many, marked], href=href, className=kind))
