"""Back to the inbox: scans that failed, or were filed wrongly."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path

from config.home import Home
from service.desk.scans.moving import PATIENCE, Moved, have_moved
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed


def put_back(
    home: Home, ledger: Ledger, scans: Sequence[Filed], *, patience: float = PATIENCE
) -> list[Moved]:
    """Move the files of closed scans back to where they were dropped; the rows are superseded.

    A daemon at work takes them up anew; where none is, the next one does. See `have_moved`.
    """
    names = Names()
    return have_moved(
        home, ledger, scans, patience=patience, write=ledger.recall,
        goal=lambda scan, promised: (_free(home, names, scan, promised), "superseded"),
    )  # fmt: skip


def _free(home: Home, names: Names, scan: Filed, promised: Container[Path]) -> Path:
    """Where it was dropped, or the next free name; at the top where that inbox is no more."""
    inside = scan.source.is_relative_to(home.inbox)
    folder = scan.source.parent if inside else home.inbox
    return names.free(folder, scan.source.name, promised)
