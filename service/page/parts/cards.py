"""A scan as a card: its picture, the example that is the reason, and what can be said of it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from service.desk.scans.looking import Seen
from service.page.parts import places
from service.page.parts.attributes import data
from service.page.parts.saying import saying, shown
from service.page.views import Shown

STATES: Final = {
    "filed": "filed", "review": "in review", "failed": "failed", "duplicate": "set aside: a duplicate",
    "superseded": "put back into the inbox", "gone": "its file was deleted", "queued": "waiting", "working": "being judged",
    "moving": "being moved",
}  # fmt: skip
"""What is said of a scan in each state."""

_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def card(one: Seen) -> Component:
    """A scan; the style sheet and ``keys.js`` know it by its classes and ``data-scan``."""
    row = one.row
    scan_id, name = row["scan_id"], name_shown(row["original_name"])
    return html.Li(
        [
            html.Div(
                [_picture(row, name), _reason(row)],
                className="compared",
            ),
            html.Div(
                [
                    html.H2(dcc.Link(name, href=places.scan(scan_id)), title=name),
                    html.P(verdict(row), className=f"verdict {row['state']}"),
                    html.P(_line(one), className="line") if one.line else None,
                    html.P(moment(row["received_at"]), className="when"),
                ],
                className="told",
            ),
            saying(one),
        ],
        className="card",
        tabIndex=-1,
        **data(scan=scan_id),
    )


def verdict(row: dict[str, Any]) -> Shown:
    """What was decided of a scan, in words."""
    state = row["state"]
    if state == "failed":
        return [html.Strong("Failed: "), row["error"] or "it cannot be read"]
    if row["class"] is None:
        return STATES[state].capitalize()
    sure = "" if row["score"] is None else f", {row['score']:.0%}"
    if state == "review" and row["class"] == "unknown":
        nearest = row["nearest_class"]
        return [html.Strong("Unknown"), f", nearest {nearest}{sure}" if nearest else ""]
    by = {one["name"]: one for one in row.get("detections", ()) if one["accepted"]}
    if row.get("decided_by") == "detector" and row["class"] in by:
        sure = f", {by[row['class']]['probability']:.0%}, by a detector"
    elif row["class"] != row["nearest_class"]:
        sure = ""
    parts: list[Any] = [html.Strong(shown(row["class"])), sure]
    if state != "filed":
        parts.append(f", {STATES[state]}")
    if row["error"]:
        parts.append(f", not read: {row['error']}")
    return parts


def name_shown(name: str) -> str:
    """A file's name without the signs that make it look like another one.

    Unicode Standard Annex 9 has signs that turn letters around: ``gnp.exe`` would look like ``exe.png``.
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if sign in _TURNS else sign for sign in name)


def moment(stamp: str | None) -> Component | str:
    """A moment, in the time zone of the service."""
    if stamp is None:
        return ""
    when = datetime.fromisoformat(stamp)
    return html.Time(when.astimezone().strftime("%Y-%m-%d %H:%M"), dateTime=stamp)


def _picture(row: dict[str, Any], name: str) -> Component:
    """The scan itself; without a file, a frame that says so."""
    if row["state"] in {"queued", "working", "superseded", "gone"} or row["destination"] is None:
        return html.Div(STATES[row["state"]], className="shot none")
    picture = html.Img(src=places.thumbnail(row["scan_id"]), alt=f"The scan {name}")
    return dcc.Link(picture, href=places.scan(row["scan_id"]), className="shot")


def _reason(row: dict[str, Any]) -> Component | None:
    support = row["nearest_support"]
    if not support:
        return None
    said = f"looks most like {support.partition('/')[0]}"
    picture = html.Img(src=places.example(support), alt=f"The nearest example: {support}")
    return html.Figure([picture, html.Figcaption(said)], className="reason")


def _line(one: Seen) -> list[Any]:
    """The line that was found, what was looked for marked."""
    if not one.words:
        return [one.line]
    wanted = re.compile("(" + "|".join(re.escape(word) for word in one.words) + ")")
    return [
        html.Mark(part) if number % 2 else part
        for number, part in enumerate(wanted.split(one.line))
    ]
