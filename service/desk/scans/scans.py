"""Scans for those who look at them: a page of them, and all that is known of one."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from config.errors import ConflictError, MissingError, UsageError
from config.home import Home
from config.links import exists, lstat
from indexer.verdict import UNKNOWN, Detection, Match, Verdict
from models.page.scan import Fault
from service.desk.detectors.listing import thresholds
from service.desk.judging import detailed, detection
from service.desk.pictures import Picture, Pictures
from storage.corrections.feedback import FeedbackBook, Said
from storage.ledger import Ledger
from storage.records import State, displayable
from storage.tables import PAST
from storage.tickets.edits import Edit, EditBook

__all__ = ["MOST", "PAGE", "PAST", "State", "Wanted"]

T = TypeVar("T")

PAGE = 50
"""Scans of a page, unless more or fewer are asked for."""
MOST = 500
"""Scans of the largest page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scans; None where it does not matter.

    Attributes:
        class_name: what they are taken for.
        state: see `storage.records.State`; None for all but ``superseded`` and ``gone``.
        since: received then or later.
        unread: judged, though their text could not be read.
        unseen: nobody has said anything of them that holds.
    """

    class_name: str | None = None
    state: State | None = None
    since: datetime | None = None
    unread: bool = False
    unseen: bool = False


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
            unread=wanted.unread, unseen=wanted.unseen, before=before, current=True,
        )
    )  # fmt: skip
    more = len(found) > size
    return found[:size], found[size - 1]["scan_id"] if more else None


def found_scans(
    ledger: Ledger, text: str, wanted: Wanted, *, before: int | None = None, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Scans whose text holds every word of ``text``, best first, each with the line that tells.

    Raises:
        UsageError: something else was asked for with it.
    """
    if wanted != Wanted() or before is not None:
        raise UsageError("a search for text goes with no other filter", "Leave the others out")
    hits = ledger.search(text, max(1, min(limit, MOST)))
    rows = ledger.results_of([hit.scan_id for hit in hits])
    return [
        {"scan": rows[hit.scan_id], "page": hit.page, "line": hit.line, "words": hit.words}
        for hit in hits
        if hit.scan_id in rows
    ]


def described_scan(home: Home, ledger: Ledger, scan_id: int) -> dict[str, Any]:
    """All that is known of one scan.

    The columns of ``results``, and: ``matches`` (class, support, distance, nearest first),
    ``detections`` (what each detector said, by name, with its ``threshold`` if it is still there),
    ``decided_by`` (whose answer the verdict was, whatever a person said since), ``field_details``, ``stage`` and ``advice`` of its fault, ``history`` (what was said of it),
    ``edits`` (what was written into its fields), and ``present``: whether its file stands where it
    was filed.

    Raises:
        MissingError: there is no such scan.
    """
    row = _there_is(ledger, scan_id)
    fault = ledger.fault(scan_id)
    place = ledger.place(scan_id)
    history = FeedbackBook(ledger.database, home).history(scan_id)
    near, said = ledger.matches(scan_id), ledger.detections(scan_id)
    held = thresholds(home) if said else {}
    return {
        **row,
        "matches": [
            {"class": one.class_name, "support": one.support, "distance": one.distance}
            for one in near
        ],
        "detections": [{**detection(one), "threshold": held.get(one.detector_id)} for one in said],
        "decided_by": _verdict(row, history, near, said).decided_by,
        "field_details": detailed(ledger.fields([scan_id]).get(scan_id, {})),
        "stage": fault.stage if fault else None,
        "advice": fault.advice if fault else None,
        "history": [described_word(one) for one in history],
        "edits": [described_edit(one) for one in EditBook(ledger.database, home).history(scan_id)],
        "present": place is not None and row["state"] not in PAST and exists(place),
    }


def _verdict(
    row: dict[str, Any],
    history: Sequence[Said],
    near: tuple[Match, ...],
    said: tuple[Detection, ...],
) -> Verdict:
    """What was decided of a scan, before anybody said anything of it."""
    holding = [one for one in history if one.undone_at is None]
    decided = holding[0].predicted if holding else row["class"]
    return Verdict(
        decided or UNKNOWN, row["score"] or 0.0, near, row["branch_id"] or "",
        row["index_id"] or "", said,
    )  # fmt: skip


def described_word(said: Said) -> dict[str, Any]:
    """Something that was said of a scan, as plain values."""
    values = asdict(said)
    values["class"] = values.pop("class_name")
    values["id"] = values.pop("number")
    return values


def described_edit(edit: Edit) -> dict[str, Any]:
    """Something that was written into a field, as plain values."""
    values = asdict(edit)
    values["id"] = values.pop("number")
    return values


def words_of(ledger: Ledger, scan_id: int) -> list[dict[str, Any]]:
    """The words of a scan, in reading order, and where they stand.

    Raises:
        MissingError: there is no such scan, or it was not read.
    """
    ticket = ledger.ticket(scan_id)
    if ticket is None:
        _there_is(ledger, scan_id)
        raise MissingError(f"scan {scan_id} was not read", "Only the classes of read_classes are")
    return [
        {
            "text": word.text, "confidence": word.confidence, "page": word.page, "line": word.line,
            "box": word.box,
        }
        for word in ticket.words
    ]  # fmt: skip


def picture_of(ledger: Ledger, pictures: Pictures, scan_id: int, number: int, side: int) -> Picture:
    """A page of a scan, to be looked at.

    Args:
        ledger: that knows where it is.
        pictures: draws it.
        scan_id: which scan.
        number: of the page, from 1.
        side: its longest side, in pixels, at most.

    Raises:
        MissingError: there is no such scan.
        ConflictError: it has no file now, or that cannot be drawn.
    """
    row = _there_is(ledger, scan_id)
    drawn = pictures.page(file_of(ledger, scan_id), row["sha256"], number, side)
    return _whole(scan_id, drawn)


def page_size(ledger: Ledger, pictures: Pictures, scan_id: int, number: int) -> tuple[int, int]:
    """Width and height of a page in pixels, which the boxes of its words refer to.

    Raises:
        MissingError: there is no such scan.
        ConflictError: it has no file now, or that cannot be read.
    """
    return _whole(scan_id, pictures.size(file_of(ledger, scan_id), number))


def steps_of(
    ledger: Ledger, pictures: Pictures, scan_id: int, side: int
) -> list[tuple[str, Picture]]:
    """What preparation makes of the first page of a scan: each step's name and picture.

    Raises:
        MissingError: there is no such scan.
        ConflictError: it has no file now, or that cannot be drawn.
    """
    return _whole(scan_id, pictures.steps(file_of(ledger, scan_id), side))


def step_of(ledger: Ledger, pictures: Pictures, scan_id: int, step: int, side: int) -> Picture:
    """The picture after one step, counted from 1; see `steps_of`."""
    found = steps_of(ledger, pictures, scan_id, side)
    if step > len(found):
        raise MissingError(f"preparation has {len(found)} steps", "Name one of them")
    return found[step - 1][1]


def shown_name(path: Path) -> str:
    """The name of a file as a person may see it, whatever its bytes are."""
    return displayable(path.name)


def file_of(ledger: Ledger, scan_id: int) -> Path:
    """Where the file of a scan stands: a regular file, by the ledger's own word.

    Raises:
        MissingError: there is no such scan.
        ConflictError: its file is nowhere, or is gone.
    """
    row, place = _there_is(ledger, scan_id), ledger.place(scan_id)
    if row["state"] == "gone":
        raise deleted(scan_id)  # by now another scan may stand there
    if place is None:
        raise ConflictError(f"scan {scan_id} is {row['state']}: it has no file now", "Look later")
    try:
        regular = stat.S_ISREG(lstat(place).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        regular = False
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConflictError(
            f"the file of scan {scan_id} cannot be read: {reason}", "'pigeonhole doctor' tells more"
        ) from None
    if not regular:
        raise ConflictError(
            f"the file of scan {scan_id} is no longer where it was filed",
            "'pigeonhole verify' tells more",
        )
    return place


def deleted(scan_id: int) -> ConflictError:
    """What is said of a scan in state ``gone``, whatever was asked of it."""
    return ConflictError(
        f"the file of scan {scan_id} was deleted",
        "Put it back where it was, or drop it in the inbox again",
    )


def _there_is(ledger: Ledger, scan_id: int) -> dict[str, Any]:
    row = ledger.result(scan_id)
    if row is None:
        raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
    return row


def _whole(scan_id: int, drawn: T | Fault) -> T:
    if isinstance(drawn, Fault):
        raise ConflictError(f"scan {scan_id} {drawn.reason}", drawn.advice)
    return drawn
