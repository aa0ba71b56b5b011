"""Moving the files of closed scans: written into the journal, then carried out by whoever may.

A daemon at work finds in the journal what was asked for, and moves it; where none is, it is moved
here, in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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


def why_not(scan: Filed) -> str:
    """Why the file of a closed scan cannot be moved; empty if it can."""
    there = status(scan.place)
    if there is None:
        return NO_LONGER_THERE
    try:
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
    home: Home, ledger: Ledger, asked: Sequence[Move], *, patience: float = PATIENCE
) -> set[int]:
    """Have done what stands in the journal.

    Args:
        home: whose scans.
        ledger: of the home.
        asked: what was written there.
        patience: seconds that a daemon at work gets.

    Returns:
        The scans that are still to be moved.
    """
    if asked:
        try:
            with in_place_of_a_daemon(home.lock_file):
                Placement(ledger, home).resume()
        except HomeBusyError:
            _wait(lambda: _on_their_way(ledger, asked), patience)
    return _on_their_way(ledger, asked)


def _on_their_way(ledger: Ledger, asked: Sequence[Move]) -> set[int]:
    return ledger.moving() & {move.scan_id for move in asked}


def _wait(busy: Callable[[], object], patience: float) -> None:
    until = time.monotonic() + patience
    while busy() and time.monotonic() < until:
        time.sleep(_LOOK)
