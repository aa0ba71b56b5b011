"""What a person says of a verdict: that it is right, what is right instead, or that it was a slip."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConflictError, MissingError
from config.home import Home
from indexer.support import check_class_name
from indexer.verdict import UNKNOWN
from service.desk.classes.classes import class_names
from service.desk.scans.moving import (
    MOVED_MEANWHILE,
    PATIENCE,
    carry_out,
    move_of,
    why_not,
)
from service.desk.scans.scans import deleted
from storage.corrections.feedback import Correction, FeedbackBook, Said, Source
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed, displayable
from storage.standing import final_state, folder_of

_LOOK_AGAIN = "Look at it again"


@dataclass(frozen=True, slots=True)
class Corrected:
    """A scan of which something was said.

    Attributes:
        class_name: what it is taken for now.
        place: where its file stands, or will as soon as it can be moved.
        destination: the same, as the ledger shows it.
        moved: whether it stands there.
    """

    scan_id: int
    class_name: str
    place: Path
    destination: str
    moved: bool


def say_what_it_is(
    home: Home,
    ledger: Ledger,
    scan_id: int,
    class_name: str,
    source: Source,
    *,
    patience: float = PATIENCE,
    ending: threading.Event | None = None,
) -> Corrected:
    """Confirm a verdict, or correct it: then the file moves to its class.

    Args:
        home: whose scan.
        ledger: of the home.
        scan_id: which.
        class_name: what it is: a class that has examples or a detector, or ``unknown``.
        source: where it was said.
        patience: seconds that a daemon at work gets to move the file.
        ending: see `carry_out`.

    Raises:
        UsageError: ``class_name`` cannot be a class.
        MissingError: there is no such class, or no such scan.
        ConflictError: it is still being judged, or its file is no longer there or another one.
    """
    check_class(home, class_name)
    scan = closed_scan(ledger, scan_id)
    book = FeedbackBook(ledger.database, home)
    if scan.class_name == displayable(class_name):
        if not book.confirm([scan_id], source):
            raise _moved_meanwhile(scan_id)
        return _told(home, scan_id, class_name, scan.place, moved=True)
    correction = _correction(home, scan, class_name)
    asked = book.correct([correction], source)
    if not asked:
        raise _moved_meanwhile(scan_id)
    waiting = carry_out(home, ledger, asked, patience=patience, ending=ending)
    return _now(home, ledger, correction, moved=not waiting)


def take_back_last(
    home: Home, ledger: Ledger, scan_id: int, *, ending: threading.Event | None = None
) -> Corrected:
    """Undo what was said of a scan last; see `take_back`.

    Raises:
        MissingError: there is no such scan.
        ConflictError: nothing was said of it, or its file is no longer there or another one.
    """
    history = FeedbackBook(ledger.database, home).history(scan_id)
    holding = [said for said in history if said.undone_at is None]
    if not holding:
        if ledger.result(scan_id) is None:
            raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
        raise ConflictError(f"nothing was said of scan {scan_id}", "There is nothing to take back")
    return take_back(home, ledger, holding[-1], ending=ending)


def take_back(
    home: Home,
    ledger: Ledger,
    said: Said,
    *,
    patience: float = PATIENCE,
    ending: threading.Event | None = None,
) -> Corrected:
    """Undo what was said: the scan is what it was taken for before, and goes back there.

    Args:
        home: whose scan.
        ledger: of the home.
        said: see `FeedbackBook.history`; it holds, and nothing was said of that scan after it.
        patience: see `say_what_it_is`.
        ending: see `carry_out`.

    Raises:
        ConflictError: it was taken back before, something was said after it, or the file is no
            longer there or another one.
    """
    book = FeedbackBook(ledger.database, home)
    holding = [one for one in book.history(said.scan_id) if one.undone_at is None]
    if not holding or holding[-1].number != said.number:
        raise ConflictError(
            f"what was said of scan {said.scan_id} does not hold any more", _LOOK_AGAIN
        )
    scan = closed_scan(ledger, said.scan_id, looked_at=not said.confirms)
    before = said.class_before or UNKNOWN
    if said.confirms:
        book.take_back(said.number, None)
        return _told(home, said.scan_id, before, scan.place, moved=True)
    correction = _correction(home, scan, before)
    move = book.take_back(said.number, correction)
    if move is None:
        raise _moved_meanwhile(said.scan_id)
    waiting = carry_out(home, ledger, [move], patience=patience, ending=ending)
    return _now(home, ledger, correction, moved=not waiting)


def check_class(home: Home, name: str) -> None:
    """See that a scan can be of this class.

    Raises:
        UsageError: no class can be called that.
        MissingError: it has neither examples nor a detector, and is not ``unknown``.
    """
    if name == UNKNOWN:
        return
    check_class_name(name)
    if name not in class_names(home):
        raise MissingError(f"there is no class {name!r}", "Add an example of it first")


def closed_scan(ledger: Ledger, scan_id: int, *, looked_at: bool = True) -> Filed:
    """A scan whose file stands where it was filed.

    Args:
        ledger: that knows it.
        scan_id: which.
        looked_at: see that the file is there and is the one that was filed.

    Raises:
        MissingError: there is no such scan.
        ConflictError: it is still being judged, or its file is no longer there or another one.
    """
    found = ledger.filed(scan_ids=[scan_id])
    if not found:
        row = ledger.result(scan_id)
        if row is None:
            raise MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
        if row["state"] == "superseded":
            raise ConflictError(
                f"scan {scan_id} was put back into the inbox", "Its new row tells more"
            )
        if row["state"] == "gone":
            raise deleted(scan_id)
        raise ConflictError(f"scan {scan_id} is {row['state']}", "Wait until it is filed")
    (scan,) = found
    if looked_at and (reason := why_not(scan)):
        raise ConflictError(f"scan {scan_id}: its file {reason}", "'pigeonhole verify' tells more")
    return scan


def _correction(home: Home, scan: Filed, class_name: str) -> Correction:
    place = Names().free(folder_of(home, class_name), scan.place.name)
    return Correction(class_name, move_of(scan, place, final_state(class_name)))


def _now(home: Home, ledger: Ledger, correction: Correction, *, moved: bool) -> Corrected:
    # Another name may have been free by the time it was moved.
    place = ledger.place(correction.move.scan_id) or correction.move.destination
    name = correction.class_name or UNKNOWN
    return _told(home, correction.move.scan_id, name, place, moved=moved)


def _told(home: Home, scan_id: int, class_name: str, place: Path, *, moved: bool) -> Corrected:
    return Corrected(scan_id, class_name, place, displayable(home.relative(place)), moved)


def _moved_meanwhile(scan_id: int) -> ConflictError:
    return ConflictError(f"scan {scan_id} {MOVED_MEANWHILE}", _LOOK_AGAIN)
