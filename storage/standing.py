"""Where the files of closed scans stand: the half of the ledger that knows paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, func, select

from config.home import Home
from indexer.verdict import UNKNOWN
from storage.database import Database
from storage.records import Filed
from storage.rows import MOST
from storage.tables import CLOSED, scans

_FILED = (
    select(
        scans.c.id, scans.c.state, scans.c.destination_path, scans.c.source, scans.c.sha256,
        scans.c.size, scans.c.class_name,
    )
    .where(scans.c.state.in_(CLOSED), scans.c.destination_path.is_not(None))
    .order_by(scans.c.finished_at.desc(), scans.c.id.desc())
)  # fmt: skip


class Standing:
    """Answers where scans stand, and what stands where."""

    def __init__(self, database: Database, home: Home) -> None:
        self.database = database
        self.home = home

    def place(self, scan_id: int) -> Path | None:
        """Absolute path at which the scan was filed, with its exact bytes; None when nowhere."""
        query = select(scans.c.destination_path).where(scans.c.id == scan_id)
        with self.database.read() as connection:
            path = connection.execute(query).scalar()
        return None if path is None else self.home.root / os.fsdecode(path)

    def filed(
        self,
        *,
        scan_ids: Sequence[int] | None = None,
        states: Sequence[str] = CLOSED,
        newest: int | None = None,
        faulty: bool = False,
    ) -> list[Filed]:
        """Closed scans that have a file, those first that were closed last.

        Args:
            scan_ids: only these; None for all.
            states: only scans in one of these.
            newest: no more than this.
            faulty: only scans that could not be judged, or whose text could not be read.
        """
        query = _FILED.where(scans.c.state.in_(states)).limit(newest)
        if faulty:
            query = query.where(scans.c.error.is_not(None))
        if scan_ids is None:
            return self._found(query)
        if len(scan_ids) <= MOST:
            return self._found(query.where(scans.c.id.in_(scan_ids)))
        wanted = frozenset(scan_ids)
        return [scan for scan in self._found(query) if scan.scan_id in wanted]

    def filed_at(self, places: Iterable[Path]) -> list[Filed]:
        """Closed scans that stand at one of these absolute paths."""
        paths = [self._stored(place) for place in places]
        return self._found(_FILED.where(scans.c.destination_path.in_(paths)))

    def filed_in(self, folder: Path, *, deep: bool = False) -> list[Filed]:
        """Closed scans that stand in a folder; with ``deep`` in the folders inside as well."""
        # In the order of bytes, all that begins with "folder/" stands before "folder0".
        stem = self._stored(folder)
        inside = and_(
            scans.c.destination_path > stem + b"/", scans.c.destination_path < stem + b"0"
        )
        found = self._found(_FILED.where(inside))
        return found if deep else [scan for scan in found if scan.place.parent == folder]

    def names_in(self, folder: Path) -> dict[str, int]:
        """The names of closed scans' files directly in a folder, with the ids of the scans."""
        stem = self._stored(folder) + b"/"
        path = scans.c.destination_path
        query = select(scans.c.id, path).where(
            path > stem,
            path < stem[:-1] + b"0",
            func.instr(func.substr(path, len(stem) + 1), b"/") == 0,
            scans.c.state.in_(CLOSED),
        )
        with self.database.read() as connection:
            found = connection.execute(query).all()
        return {os.fsdecode(place[len(stem) :]): scan_id for scan_id, place in found}

    def filed_with(self, sha256: str) -> list[Filed]:
        """Closed scans with these bytes that have a place, those first that were closed last."""
        return self._found(_FILED.where(scans.c.sha256 == sha256))

    def is_scan(self, path: Path) -> bool:
        """Whether a scan was filed at this absolute path, or is on its way there."""
        query = select(scans.c.id).where(scans.c.destination_path == self._stored(path)).limit(1)
        with self.database.read() as connection:
            return connection.execute(query).first() is not None

    def gone(self) -> set[int]:
        """Scans whose files a person has taken away."""
        with self.database.read() as connection:
            query = select(scans.c.id).where(scans.c.gone_at.is_not(None))
            return set(connection.execute(query).scalars())

    def _stored(self, place: Path) -> bytes:
        return os.fsencode(self.home.relative(place))

    def _found(self, query: Select[Any]) -> list[Filed]:
        with self.database.read() as connection:
            return [
                Filed(
                    scan_id, state, self.home.root / os.fsdecode(place),
                    Path(os.fsdecode(source)), sha256, size, class_name,
                )
                for scan_id, state, place, source, sha256, size, class_name in connection.execute(query)
            ]  # fmt: skip


def final_state(class_name: str) -> Literal["filed", "review"]:
    """How a scan of this class ends."""
    return "review" if class_name == UNKNOWN else "filed"


def folder_of(home: Home, class_name: str) -> Path:
    """Where scans of this class are filed."""
    return home.review if class_name == UNKNOWN else home.sorted / class_name


def places_of(connection: Connection, home: Home, scan_ids: Sequence[int]) -> dict[int, Path]:
    """Absolute paths, by id; scans that are not closed, or have no file, are left out."""
    found: dict[int, Path] = {}
    for start in range(0, len(scan_ids), MOST):
        query = select(scans.c.id, scans.c.destination_path).where(
            scans.c.id.in_(scan_ids[start : start + MOST]),
            scans.c.state.in_(CLOSED),
            scans.c.destination_path.is_not(None),
        )
        for scan_id, place in connection.execute(query):
            found[scan_id] = home.root / os.fsdecode(place)
    return found
