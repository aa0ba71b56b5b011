"""The files that a ledger names, and where each of them is."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.home import Home
from config.links import open_regular
from config.walking import walk
from storage.database import Database
from storage.filing.files import OURS, sha256_of
from storage.ledger import Ledger
from storage.tickets.outputs import OutputBook

Key = tuple[int, str]
"""A scan, and what of it: ``scan``, or a kind of output."""


@dataclass(frozen=True, slots=True)
class Named:
    """One file.

    Attributes:
        places: absolute paths at which it may be; several while it is being moved.
        sha256: of its bytes; empty where the ledger does not say.
        source: where it was dropped; None if that is not said.
    """

    places: tuple[Path, ...]
    sha256: str
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """All files that a ledger named at one moment.

    Attributes:
        files: by key.
        newest: the largest id of a scan; 0 without any.
    """

    files: dict[Key, Named] = field(default_factory=dict)
    newest: int = 0

    @property
    def places(self) -> set[Path]:
        """Every path that is named."""
        return {place for one in self.files.values() for place in one.places}

    def dropped_after(self, newest: int) -> dict[Path, list[Path]]:
        """Where scans with larger ids may be, by the place at which they were dropped."""
        found: dict[Path, list[Path]] = {}
        for (scan_id, _), one in self.files.items():
            if scan_id > newest and one.source is not None:
                found.setdefault(one.source, []).extend(one.places)
        return found


def names_in(database: Database, home: Home) -> Names:
    """The files that a ledger names. Of scans that a person took away, none.

    A daemon may write meanwhile. Scans that wait and moves are asked for before and after what is
    closed, so that none is missed that goes from one to the other.
    """
    ledger = Ledger(database, home)
    found: dict[Key, Named] = {}
    _under_way(ledger, found)
    gone = ledger.gone()
    for old in ledger.retried():
        if old.place is not None:
            found[old.scan_id, "scan"] = Named((old.place,), old.sha256)
    last: dict[Path, int] = {}
    rows = ledger.filed()
    for row in rows:
        if row.scan_id not in gone:
            found[row.scan_id, "scan"] = Named((row.place,), row.sha256, row.source)
            last[row.place] = max(last.get(row.place, 0), row.scan_id)
    # Where a later scan was filed at the place of one that a person took away.
    for row in rows:
        if last.get(row.place, row.scan_id) != row.scan_id:
            found.pop((row.scan_id, "scan"), None)
    for output in OutputBook(database, home).standing():
        if output.place is not None and output.made:
            found[output.scan_id, output.kind] = Named((output.place,), output.sha256)
    _under_way(ledger, found)
    with database.read() as connection:
        newest = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM scans").scalar_one()
    return Names(found, newest)


def _under_way(ledger: Ledger, found: dict[Key, Named]) -> None:
    waiting = ledger.open_scans()
    rows = ledger.results_of([scan_id for scan_id, _ in waiting])
    for scan_id, source in waiting:
        if scan_id in rows:
            found[scan_id, "scan"] = Named((source,), rows[scan_id]["sha256"], source)
    for move in ledger.moves():
        places = (move.source, move.destination)
        found[move.scan_id, "scan"] = Named(places, move.sha256, move.source)


def listing(
    folder: Path, closed: Callable[[OSError], None] = lambda _error: None
) -> tuple[list[Path], list[Path]]:
    """The files below a folder, and the folders; links, and what a move has left, are neither.

    Args:
        folder: absolute; there are no files where it is missing.
        closed: told of each folder that is there and cannot be looked into.
    """
    found, folders = [], []
    for inner, _, names in walk(folder, onerror=closed):
        folders.append(Path(inner))
        found += [
            Path(inner, name)
            for name in names
            if not name.startswith(OURS) and not os.path.islink(os.path.join(inner, name))
        ]
    return sorted(found), sorted(folders)


def digest_of(path: Path) -> str:
    """SHA-256 of a file; empty where there is none that can be read."""
    try:
        fd = open_regular(path)
    except OSError:
        return ""
    try:
        return sha256_of(fd)
    except OSError:
        return ""
    finally:
        os.close(fd)
