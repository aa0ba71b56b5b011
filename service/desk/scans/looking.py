"""Scans as the page shows them: rows, each with what was said of it, and how many there are of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from service.desk.office import Office
from service.desk.scans.scans import Wanted, found_scans, page_of_scans
from storage.corrections.feedback import FeedbackBook, Said


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan to be looked at.

    Attributes:
        row: of the view ``results``.
        said: what was said of it last, and holds; None for nothing.
        line: of its text, if it was found by that.
        words: of the line, that were found.
    """

    row: dict[str, Any]
    said: Said | None = None
    line: str = ""
    words: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many scans there are.

    Attributes:
        by_state: of each state that some are in.
        by_class: of each class that some are taken for, the most first; put back ones left out.
    """

    by_state: dict[str, int]
    by_class: dict[str, int]


def look(
    office: Office, wanted: Wanted, *, before: int | None, limit: int
) -> tuple[list[Seen], int | None]:
    """Scans, newest first, and where the next page begins; see `scans.page_of_scans`."""
    rows, following = page_of_scans(office.ledger, wanted, before=before, limit=limit)
    said = _said(office, [row["scan_id"] for row in rows])
    return [Seen(row, said.get(row["scan_id"])) for row in rows], following


def find(office: Office, text: str, *, limit: int) -> list[Seen]:
    """Scans by their text, best first; see `scans.found_scans`."""
    found = found_scans(office.ledger, text, Wanted(), limit=limit)
    said = _said(office, [one["scan"]["scan_id"] for one in found])
    return [
        Seen(one["scan"], said.get(one["scan"]["scan_id"]), one["line"], one["words"])
        for one in found
    ]


def seen(office: Office, scan_id: int) -> Seen | None:
    """One scan; None if there is none of that number."""
    row = office.ledger.result(scan_id)
    return None if row is None else Seen(row, _said(office, [scan_id]).get(scan_id))


def tally(office: Office) -> Tally:
    """How many scans there are."""
    ledger = office.ledger
    most_first = sorted(ledger.counts_by_class().items(), key=lambda one: (-one[1], one[0]))
    return Tally(ledger.counts(), dict(most_first))


def to_review(office: Office) -> int:
    """How many scans wait in review, of which nobody has said anything."""
    return office.ledger.unseen("review")


def _said(office: Office, scan_ids: Sequence[int]) -> dict[int, Said]:
    return FeedbackBook(office.ledger.database, office.home).holding(scan_ids)
