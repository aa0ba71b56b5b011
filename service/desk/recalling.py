"""Back to the inbox: scans that failed, were filed wrongly, or would be judged otherwise now."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import HomeBusyError
from config.home import Home
from service.daemon.placement import Placement
from service.lock import in_place_of_a_daemon
from storage.filing.files import holds, status
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed, Move

PATIENCE = 30.0
"""Seconds that a daemon at work gets to move what was asked for."""
_LOOK = 0.1
_NO_LONGER = "is no longer where it was filed"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What became of a scan that was to go back.

    Attributes:
        scan: as it was filed.
        place: where its file went; None if it was left where it is.
        reason: why it was left; empty if it went.
    """

    scan: Filed
    place: Path | None
    reason: str = ""


def put_back(
    home: Home, ledger: Ledger, scans: Sequence[Filed], *, patience: float = PATIENCE
) -> list[Recalled]:
    """Move the files of closed scans back to where they were dropped; the rows are superseded.

    It is written into the journal first. A daemon at work finds it there, moves the files and
    takes them up anew; where none is, they are moved here, and the next one takes them up.

    Args:
        home: whose scans.
        ledger: of the home.
        scans: see `Queries.filed`.
        patience: seconds that a daemon at work gets.

    Returns:
        What became of each, in order.
    """
    last = {scan.place: scan.scan_id for scan in sorted(scans, key=lambda scan: scan.scan_id)}
    kept_back = {
        scan.scan_id: reason
        for scan in scans
        if (reason := _why_not(scan) if last[scan.place] == scan.scan_id else _NO_LONGER)
    }
    names, moves = Names(), list[Move]()
    promised: set[Path] = set()
    for scan in scans:
        if scan.scan_id not in kept_back:
            place = _free(home, names, scan, promised)
            promised.add(place)
            moves.append(_move(scan, place))
    asked = ledger.recall(moves)
    if asked:
        try:
            with in_place_of_a_daemon(home.lock_file):
                Placement(ledger, home).resume()
        except HomeBusyError:
            _wait(lambda: _on_their_way(ledger, asked), patience)
    waiting = _on_their_way(ledger, asked)
    went = {move.scan_id: move.destination for move in asked if move.scan_id not in waiting}
    return [
        Recalled(scan, went.get(scan.scan_id), _reason(scan, went, waiting, kept_back))
        for scan in scans
    ]


def _why_not(scan: Filed) -> str:
    there = status(scan.place)
    if there is None:
        return _NO_LONGER
    try:
        # What could not be read when it came can neither be compared now.
        same = not scan.sha256 or holds(scan.place, scan.sha256, scan.size)
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    return "" if same else "is another file now"


def _free(home: Home, names: Names, scan: Filed, promised: Container[Path]) -> Path:
    """Where it was dropped, or the next free name; at the top where that inbox is no more."""
    inside = scan.source.is_relative_to(home.inbox)
    folder = scan.source.parent if inside else home.inbox
    return names.free(folder, scan.source.name, promised)


def _move(scan: Filed, place: Path) -> Move:
    there = status(scan.place)
    return Move(
        scan.scan_id, scan.place, place, scan.sha256, scan.size, "superseded",
        None if there is None else there.st_ino,
    )  # fmt: skip


def _on_their_way(ledger: Ledger, asked: Sequence[Move]) -> set[int]:
    return {move.scan_id for move in ledger.moves()} & {move.scan_id for move in asked}


def _wait(busy: Callable[[], object], patience: float) -> None:
    until = time.monotonic() + patience
    while busy() and time.monotonic() < until:
        time.sleep(_LOOK)


def _reason(
    scan: Filed, went: dict[int, Path], waiting: set[int], kept_back: dict[int, str]
) -> str:
    if scan.scan_id in went:
        return ""
    if scan.scan_id in waiting:
        return "is still to be moved: it stands in the journal"
    return kept_back.get(scan.scan_id, "was moved meanwhile")
