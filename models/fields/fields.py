"""All that a ticket says: the one call of this package."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from config.settings import DateOrder
from models.fields.dates import find_date
from models.fields.doubled import without_doubles
from models.fields.ticket import Fields
from models.fields.totals import find_sums
from models.fields.vendor import find_vendor
from models.ticket.rows import rows_of
from models.ticket.words import Word


def find_fields(words: Sequence[Word], *, date_order: DateOrder, today: date) -> Fields:
    """Find what a ticket says.

    Args:
        words: of all its pages, in order.
        date_order: which number of a date comes first, where nothing else tells.
        today: later dates are not believed.
    """
    rows = without_doubles(rows_of(words))
    sums = find_sums(rows)
    return Fields(
        vendor=find_vendor(rows),
        ticket_date=find_date(rows, order=date_order, today=today),
        total=sums.total,
        currency=sums.currency,
        tax=sums.tax,
    )
