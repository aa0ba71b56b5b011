"""Moving the files of closed scans: written into the journal, then carried out by whoever may.

A daemon at work finds in the journal what was asked for, and moves it; where none is, it is moved
here, in its place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import HomeBusyError
from config.home import Home
from service.daemon.placement import Placement
from service.lock import in_place_of_a_daemon
from storage.filing.files import holds, status
from storage.ledger import Ledger
from storage.records import Filed, FinalState, Move

PATIENCE = 30.0
"""Seconds that a daemon at work gets to move what was asked for."""
_LOOK = 0.1
NO_LONGER_THERE = "is no longer where it was filed"
MOVED_MEANWHILE = "was moved meanwhile"
STILL_TO_BE_MOVED = "is still to be moved: it stands in the journal"


Goal = Callable[[Filed, Container[Path]], tuple[Path, FinalState]]
"""Where a scan is to stand, given what is promised to others, and how it ends there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a scan that was to move.

    Attributes:
        scan: as it was filed.
        place: where its file went; None if it was left where it is.
        reason: why it was left; empty if it went.
    """

    scan: Filed
    place: Path | None
    reason: str = ""


def have_moved(
    home: Home,
    ledger: Ledger,
    scans: Sequence[Filed],
    *,
    goal: Goal,
    write: Callable[[Sequence[Move]], Sequence[Move]],
    patience: float,
) -> list[Moved]:
    """Move the files of closed scans, each to its goal.

    It is written into the journal first. A daemon at work finds it there and moves the files;
    where none is, they are moved here.

    Args:
        home: whose scans.
        ledger: of the home.
        scans: see `Queries.filed`.
        goal: where each goes.
        write: puts moves into the journal; those that now stand there.
        patience: seconds that a daemon at work gets.

    Returns:
        What became of each, in order.
    """
    kept_back = {scan.scan_id: reason for scan in scans if (reason := why_not(scan))}
    # Of several that name one place, and whose bytes are there, one can go.
    there = [scan for scan in scans if scan.scan_id not in kept_back]
    last = {scan.place: scan.scan_id for scan in sorted(there, key=lambda scan: scan.scan_id)}
    kept_back |= {
        scan.scan_id: NO_LONGER_THERE for scan in there if last[scan.place] != scan.scan_id
    }
    moves, promised = list[Move](), set[Path]()
    for scan in scans:
        if scan.scan_id not in kept_back:
            place, state = goal(scan, promised)
            promised.add(place)
            moves.append(move_of(scan, place, state))
    asked = write(moves)
    waiting = carry_out(home, ledger, asked, patience=patience)
    went = {move.scan_id: move.destination for move in asked if move.scan_id not in waiting}
    # The name may have been taken meanwhile, or be none that the file system has.
    went |= {scan.scan_id: scan.place for scan in ledger.filed(scan_ids=list(went))}
    return [
        Moved(scan, went.get(scan.scan_id), _reason(scan, went, waiting, kept_back))
        for scan in scans
    ]


def _reason(
    scan: Filed, went: dict[int, Path], waiting: set[int], kept_back: dict[int, str]
) -> str:
    if scan.scan_id in went:
        return ""
    if scan.scan_id in waiting:
        return STILL_TO_BE_MOVED
    return kept_back.get(scan.scan_id, MOVED_MEANWHILE)


def why_not(scan: Filed) -> str:
    """Why the file of a closed scan cannot be moved; empty if it can."""
    try:
        if status(scan.place) is None:
            return NO_LONGER_THERE
        # What could not be read when it came can neither be compared now.
        same = not scan.sha256 or holds(scan.place, scan.sha256, scan.size)
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    return "" if same else "is another file now"


def move_of(scan: Filed, place: Path, final_state: FinalState) -> Move:
    """The journal's line that takes a closed scan to ``place``."""
    there = status(scan.place)
    return Move(
        scan.scan_id, scan.place, place, scan.sha256, scan.size, final_state,
        None if there is None else there.st_ino,
    )  # fmt: skip


def carry_out(
    home: Home,
    ledger: Ledger,
    asked: Sequence[Move],
    *,
    patience: float = PATIENCE,
    ending: threading.Event | None = None,
) -> set[int]:
    """Have done what stands in the journal.

    Args:
        home: whose scans.
        ledger: of the home.
        asked: what was written there.
        patience: seconds that a daemon at work gets.
        ending: set when this process ends: then nobody waits any longer.

    Returns:
        The scans that are still to be moved.
    """
    if asked:
        try:
            with in_place_of_a_daemon(home.lock_file):
                Placement(ledger, home).resume()
        except HomeBusyError:
            _wait(lambda: _on_their_way(ledger, asked), patience, ending or threading.Event())
    return _on_their_way(ledger, asked)


def _on_their_way(ledger: Ledger, asked: Sequence[Move]) -> set[int]:
    return ledger.moving() & {move.scan_id for move in asked}


def _wait(busy: Callable[[], object], patience: float, ending: threading.Event) -> None:
    until = time.monotonic() + patience
    while busy() and time.monotonic() < until and not ending.wait(_LOOK):
        pass
