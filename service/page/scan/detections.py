"""What each detector said of a scan, beside the nearest examples, and who has decided."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from service.page.parts.tables import table

_DECIDED = {
    "support": "The nearest examples decided.",
    "detector": "A detector decided.",
    None: "Neither examples nor detectors accept it.",
}


def detections(told: dict[str, Any]) -> Component | None:
    """A table of detectors; None where none was asked."""
    said = told["detections"]
    if not said:
        return None
    rows = [
        [
            # Which one it was stands below its name: side by side it is wider than the column.
            html.Span([one["name"], html.Br(), html.Code(one["detector_id"], className="soft")]),
            f"{one['probability']:.1%}",
            "-" if one["threshold"] is None else f"{one['threshold']:.1%}",
            "yes" if one["accepted"] else "no",
        ]
        for one in said
    ]
    return html.Section(
        [
            html.H2("Detectors"),
            html.P(_DECIDED[told["decided_by"]], className="decided"),
            table(
                ["Class", "Probability", "Threshold", "Accepts"],
                rows,
                name="What each detector says",
            ),
        ],
        className="detections",
    )
