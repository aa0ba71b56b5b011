"""Back to the inbox: scans that failed, were filed wrongly, or would be judged otherwise now."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.home import Home
from service.desk.moving import (
    MOVED_MEANWHILE,
    NO_LONGER_THERE,
    PATIENCE,
    STILL_TO_BE_MOVED,
    carry_out,
    move_of,
    why_not,
)
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed, Move


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
        if (reason := why_not(scan) if last[scan.place] == scan.scan_id else NO_LONGER_THERE)
    }
    names, moves = Names(), list[Move]()
    promised: set[Path] = set()
    for scan in scans:
        if scan.scan_id not in kept_back:
            place = _free(home, names, scan, promised)
            promised.add(place)
            moves.append(move_of(scan, place, "superseded"))
    asked = ledger.recall(moves)
    waiting = carry_out(home, ledger, asked, patience=patience)
    went = {move.scan_id: move.destination for move in asked if move.scan_id not in waiting}
    return [
        Recalled(scan, went.get(scan.scan_id), _reason(scan, went, waiting, kept_back))
        for scan in scans
    ]


def _free(home: Home, names: Names, scan: Filed, promised: Container[Path]) -> Path:
    """Where it was dropped, or the next free name; at the top where that inbox is no more."""
    inside = scan.source.is_relative_to(home.inbox)
    folder = scan.source.parent if inside else home.inbox
    return names.free(folder, scan.source.name, promised)


def _reason(
    scan: Filed, went: dict[int, Path], waiting: set[int], kept_back: dict[int, str]
) -> str:
    if scan.scan_id in went:
        return ""
    if scan.scan_id in waiting:
        return STILL_TO_BE_MOVED
    return kept_back.get(scan.scan_id, MOVED_MEANWHILE)
