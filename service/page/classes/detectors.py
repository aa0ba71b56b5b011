"""The trained detectors of a home, each with its report."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from service.desk.detectors.listing import Listed, list_detectors
from service.desk.office import Office
from service.page.parts import places
from service.page.parts.cards import moment
from service.page.parts.tables import table
from service.page.views import Shown

_SEES: Final = {
    "cnn": "a network of its own",
    "transfer": "MobileNet",
    "branch": "the network that compares",
}


def detectors(office: Office) -> Component:
    """What there is, or how to come by one."""
    found = list_detectors(office.home)
    if not found:
        train = html.Code("pigeonhole detector train NAME --positives DIR")
        none = html.Span("None. A detector is trained to know one class among everything else: ")
        return html.Section([html.H2("Detectors"), html.P([none, train], className="soft")])
    rows = [_row(one) for one in found]
    troubles = [html.Li([html.Strong("Not used: "), _trouble(one)]) for one in found if one.trouble]
    return html.Section(
        [
            html.H2("Detectors"),
            table(
                ["Class", "Sees by", "AUROC", "Threshold", "Trained", "Report"],
                rows,
                name="Detectors",
            ),
            html.Ul(troubles, className="warnings") if troubles else None,
        ],
        className="detectors",
    )


def _row(one: Listed) -> list[Shown | int]:
    told = one.manifest
    link = html.A("How good it is", href=places.report(one.name), target="_blank")
    report: Shown = link if one.report is not None else "-"
    if told is None:
        return [one.name, "-", "-", "-", "-", report]
    return [
        one.name, _SEES[told.approach], "-" if one.auroc is None else f"{one.auroc:.3f}", f"{told.threshold:.1%}",
        _when(told.made_at), report,
    ]  # fmt: skip


def _when(made_at: str) -> Shown:
    try:
        return moment(made_at)
    except ValueError:
        return "-"  # it was not written by us


def _trouble(one: Listed) -> str:
    return f"{one.trouble}. {one.advice}."
