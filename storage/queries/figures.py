"""Counts and times over many scans, and what people said of them: what figures are made of.

Rows of the state ``superseded`` are never counted: the scan stands in another row by now. Those of the
state ``gone`` are: the scan came, and was judged, though its file was deleted since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)  # fmt: skip

from storage.book import Book
from storage.records import timestamp
from storage.tables import JUDGED, feedback, reclassified, scans

# With a plus, SQLite takes the index of the times, and not that of the states.
_STATE: Final[ColumnElement[str]] = literal_column("+scans.state", Text)


@dataclass(frozen=True, slots=True)
class Span:
    """The scans that were received between two moments.

    Attributes:
        classes: how many are taken for each class now, ``unknown`` among them.
        without: how many have no class: they failed, were set aside, or are not judged yet.
        seconds: from being received to being filed or sent to review, of shape (n,), in no order;
            without those that were moved since, of which the first end is not known, and those
            during which the clock was set back.
    """

    classes: dict[str, int]
    without: int
    seconds: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LastWord:
    """The last thing that was said of a scan, and holds.

    Attributes:
        received_at: when the scan came; in UTC.
        predicted: what the network had said; None if it could not judge.
        class_name: what a person said.
        taken_for: what the scan is taken for now.
    """

    scan_id: int
    received_at: datetime
    predicted: str | None
    class_name: str
    taken_for: str | None


class FigureBook(Book):
    """Counts over many rows, in one transaction."""

    def look(
        self, bounds: Sequence[datetime], said_since: datetime
    ) -> tuple[list[Span], list[LastWord]]:
        """The scans received from each moment until the next, and what people said of scans.

        Args:
            bounds: n moments, in order.
            said_since: words of scans that were received then or later.

        Returns:
            The n - 1 spans, and of each scan the last word that holds.
        """
        moments = [timestamp(one) for one in bounds]
        with self._database.read() as connection:
            # A statement a span: to group all rows by span, SQLite would sort them first.
            spans = [_span(connection, *pair) for pair in pairwise(moments)]
            found = connection.execute(_LAST_WORDS, {"since": timestamp(said_since)})
            words = [
                LastWord(scan_id, datetime.fromisoformat(received), predicted, said, taken_for)
                for _, scan_id, received, predicted, said, taken_for in found
            ]
        return spans, words


_DURING = and_(scans.c.received_at >= bindparam("since"), scans.c.received_at < bindparam("before"))
_CLASSES = (
    select(scans.c.class_name, func.count())
    .where(_DURING, _STATE != "superseded")
    .group_by(scans.c.class_name)
)
_MOVED = select(feedback.c.id).where(
    feedback.c.scan_id == scans.c.id,
    feedback.c.class_name.is_distinct_from(feedback.c.class_before),
    # Who moved a file by hand has closed nothing.
    or_(feedback.c.source != "folder", feedback.c.undone_at.is_not(None)),
)
_JUDGED_ANEW = select(reclassified.c.id).where(reclassified.c.scan_id == scans.c.id)
_DAYS = func.julianday(scans.c.finished_at) - func.julianday(scans.c.received_at)
# With commas between: to hand over row by row would take twice as long.
_MILLISECONDS = select(func.group_concat(cast(func.round(_DAYS * 86_400_000), Integer))).where(
    _DURING,
    _STATE.in_([*JUDGED, "gone"]),
    scans.c.finished_at >= scans.c.received_at,
    ~_MOVED.exists(),
    ~_JUDGED_ANEW.exists(),
)


_LAST_WORDS = (
    # Of SQLite, columns beside max() are those of its row (lang_select.html, "bareagg").
    select(
        func.max(feedback.c.id), scans.c.id, scans.c.received_at, feedback.c.predicted,
        feedback.c.class_name, scans.c.class_name.label("taken_for"),
    )
    .join(scans, scans.c.id == feedback.c.scan_id)
    .where(
        feedback.c.undone_at.is_(None),
        _STATE != "superseded",
        # Few scans have been spoken of: their index is the one to take.
        literal_column("+scans.received_at", Text) >= bindparam("since"),
    )
    .group_by(feedback.c.scan_id)
)  # fmt: skip


def _span(connection: Connection, since: str, before: str) -> Span:
    during = {"since": since, "before": before}
    counts = {name: count for name, count in connection.execute(_CLASSES, during)}  # noqa: C416
    without = counts.pop(None, 0)
    told: str | None = connection.execute(_MILLISECONDS, during).scalar()
    return Span(counts, without, np.array(told.split(",") if told else (), np.float64) / 1000)
