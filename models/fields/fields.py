"""All that a ticket says: the one call of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from config.settings import DateOrder
from models.fields.dates import find_date
from models.fields.ticket import Fields
from models.fields.totals import find_sums
from models.fields.vendor import find_vendor
from models.ticket.rows import rows_of
from models.ticket.words import Word, turned


def find_fields(
    words: Sequence[Word], *, date_order: DateOrder, today: date,
    turns: Mapping[int, int] = MappingProxyType({}),
) -> Fields:  # fmt: skip
    """Find what a ticket says.

    Args:
        words: of all its pages, in order.
        date_order: which number of a date comes first, where nothing else tells.
        today: later dates are not believed.
        turns: quarter turns counterclockwise that bring a page upright, by its number.
    """
    # What stands beside what, and above it, is told of pages that stand upright.
    upright = [replace(word, box=turned(word.box, turns.get(word.page, 0))) for word in words]
    rows = rows_of(upright)
    sums = find_sums(rows)
    found = Fields(
        vendor=find_vendor(rows),
        ticket_date=find_date(rows, order=date_order, today=today),
        total=sums.total,
        currency=sums.currency,
        tax=sums.tax,
    )
    back = {
        name: replace(field, box=turned(field.box, -turns.get(field.page, 0)))
        for name, field in found.found().items()
    }
    return replace(found, **back)
