"""Scans for those who look at them: a page of them, and all that is known of one."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from config.errors import ConflictError, MissingError
from config.home import Home
from models.fields.ticket import Ticket
from service.desk.judging import detailed
from storage.feedback import FeedbackBook, Said
from storage.ledger import Ledger
from storage.records import Hit

PAGE = 50
"""Scans of a page, unless more or fewer are asked for."""
MOST = 500
"""Scans of the largest page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scans; None where it does not matter.

    Attributes:
        class_name: what they are taken for.
        state: see `storage.records.State`.
        since: received then or later.
        unread: judged, though their text could not be read.
    """

    class_name: str | None = None
    state: str | None = None
    since: datetime | None = None
    unread: bool = False


def page_of_scans(
    ledger: Ledger, wanted: Wanted, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[dict[str, Any]], int | None]:
    """Rows of the view ``results``, newest first.

    A page begins where the one before ended, by the number of its last scan: however many there
    are, and whatever comes meanwhile, none is shown twice or passed over.

    Args:
        ledger: whose scans.
        wanted: which of them.
        before: only scans with a smaller number: the second answer of the page before.
        limit: no more than this, and no more than `MOST`.

    Returns:
        The rows, and where the next page begins; None where this is the last.
    """
    size = max(1, min(limit, MOST))
    found = list(
        ledger.results(
            wanted.class_name, wanted.state, wanted.since, size + 1,
            unread=wanted.unread, before=before,
        )
    )  # fmt: skip
    more = len(found) > size
    return found[:size], found[size - 1]["scan_id"] if more else None


def search(ledger: Ledger, text: str, limit: int = PAGE) -> list[tuple[dict[str, Any], Hit]]:
    """Rows of ``results`` whose text holds every word of ``text``, best first, with the line."""
    hits = ledger.search(text, max(1, min(limit, MOST)))
    rows = ledger.results_of([hit.scan_id for hit in hits])
    return [(rows[hit.scan_id], hit) for hit in hits if hit.scan_id in rows]


def described_scan(home: Home, ledger: Ledger, scan_id: int) -> dict[str, Any]:
    """All that is known of one scan.

    The columns of ``results``, and: ``matches`` (class, support, distance, nearest first),
    ``field_details``, ``stage`` and ``advice`` of its fault, ``history`` (what was said of it), and
    ``present``: whether its file stands where it was filed.

    Raises:
        MissingError: there is no such scan.
    """
    row = ledger.result(scan_id)
    if row is None:
        raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
    fault = ledger.fault(scan_id)
    place = ledger.place(scan_id)
    book = FeedbackBook(ledger.database, home)
    return {
        **row,
        "matches": [
            {"class": one.class_name, "support": one.support, "distance": one.distance}
            for one in ledger.matches(scan_id)
        ],
        "field_details": detailed(ledger.fields([scan_id]).get(scan_id, {})),
        "stage": fault.stage if fault else None,
        "advice": fault.advice if fault else None,
        "history": [described_word(one) for one in book.history(scan_id)],
        "present": place is not None and os.path.lexists(place),
    }


def described_word(said: Said) -> dict[str, Any]:
    """Something that was said of a scan, as plain values."""
    values = asdict(said)
    values["class"] = values.pop("class_name")
    values["id"] = values.pop("number")
    return values


def words_of(ledger: Ledger, scan_id: int) -> Ticket:
    """What was read of a scan, with its words and their boxes.

    Raises:
        MissingError: there is no such scan, or it was not read.
    """
    ticket = ledger.ticket(scan_id)
    if ticket is None:
        if ledger.result(scan_id) is None:
            raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
        raise MissingError(f"scan {scan_id} was not read", "Only the classes of read_classes are")
    return ticket


def file_of(ledger: Ledger, scan_id: int) -> Path:
    """Where the file of a scan stands: a regular file, by the ledger's own word.

    Raises:
        MissingError: there is no such scan.
        ConflictError: its file is nowhere, or is gone.
    """
    place = ledger.place(scan_id)
    if place is None:
        row = ledger.result(scan_id)
        if row is None:
            raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
        raise ConflictError(f"scan {scan_id} is {row['state']}: it has no file now", "Look later")
    try:
        regular = stat.S_ISREG(place.lstat().st_mode)
    except OSError:
        regular = False
    if not regular:
        raise ConflictError(
            f"the file of scan {scan_id} is no longer where it was filed",
            "'pigeonhole verify' tells more",
        )
    return place
