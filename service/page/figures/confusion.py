"""What the network said of scans, by what people said of them: a table of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from dash import html
from dash.development.base_component import Component

from service.desk.figures import Confused
from service.page.parts.saying import shown
from service.page.parts.tables import table

_MOST: Final = 10
_OTHERS: Final = "other classes"


def confusion_table(confusion: Sequence[Confused]) -> Component:
    """What the network said, by what people said."""
    mistaken, spoken = Counter[str](), Counter[str]()
    for one in confusion:
        for name in (one.predicted, one.said):
            mistaken[name] += one.scans * (one.predicted != one.said)
            spoken[name] += one.scans
    names = sorted(spoken, key=lambda name: (-mistaken[name], -spoken[name], name))
    # One more is shown as itself, not as the only one of the others.
    if len(names) > _MOST + 1:
        names = names[:_MOST]
    cells = Counter[tuple[str, str]]()
    for one in confusion:
        cells[_one_of(names, one.predicted), _one_of(names, one.said)] += one.scans
    shown_names = sorted(names) + ([_OTHERS] if len(spoken) > len(names) else [])
    return table(
        ["Network said", *(f"is {_called(name)}" for name in shown_names)],
        [
            (
                _called(row),
                *(
                    _cell(cells[row, column], right=row == column and row != _OTHERS)
                    for column in shown_names
                ),
            )
            for row in shown_names
            if any(cells[row, column] for column in shown_names)
        ],
        name="What the network said (rows), and what people said (columns)",
    )


def _cell(count: int, *, right: bool) -> Component | str:
    if not count:
        return ""
    return html.Span(f"{count:,}", className="right" if right else "mistaken")


def _one_of(names: Sequence[str], name: str) -> str:
    return name if name in names else _OTHERS


def _called(name: str) -> str:
    return name if name == _OTHERS else shown(name)
