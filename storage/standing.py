"""Where the files of closed scans stand: the half of the ledger that knows paths."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, select, union_all

from config.home import Home
from config.links import is_ours_alone, lstat
from indexer.verdict import UNKNOWN
from storage.database import Database
from storage.filing.names import Names
from storage.records import Filed, FileIdentity
from storage.rows import MOST, identity_in, stored_identity
from storage.tables import CLOSED, scans

GONE: Final = ("gone",)
_PLACED = (
    select(
        scans.c.id, scans.c.state, scans.c.destination_path, scans.c.source, scans.c.sha256,
        scans.c.size, scans.c.class_name, scans.c.file_inode, scans.c.file_size,
        scans.c.file_mtime_ns, scans.c.file_sha256, scans.c.gone_from, scans.c.gone_at,
    )
    .where(scans.c.destination_path.is_not(None))
    # Those first that were closed last: never by the clock, which may have been set back.
    .order_by(scans.c.closed_seq.desc(), scans.c.id.desc())
)  # fmt: skip


class Known(NamedTuple):
    """What is known of the file of a name.

    Attributes:
        scan_ids: of all scans that name it; of several one was deleted, or is about to be.
        closed: of those that were not deleted.
        identity: how it looked, if it has the bytes of the one scan that names it; None where that
            has to be seen more closely.
    """

    scan_ids: list[int]
    closed: list[int]
    identity: FileIdentity | None


_FILED = _PLACED.where(scans.c.state.in_(CLOSED))


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

    def has_file(self, scan_id: int) -> bool:
        """Whether a scan's file stands where it was filed, or that cannot be told now.

        What has another size there is another file, or was changed.
        """
        for scan in self.filed(scan_ids=[scan_id]):
            try:
                return lstat(scan.place).st_size == scan.size
            except OSError:
                return not is_away(self.home, scan.place)
        return False

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
            states: only scans in one of these; ``gone`` is asked for by its name.
            newest: no more than this.
            faulty: only scans that could not be judged, or whose text could not be read.
        """
        query = _PLACED.where(scans.c.state.in_(states)).limit(newest)
        if faulty:
            query = query.where(scans.c.error.is_not(None))
        if scan_ids is None:
            return self._found(query)
        if len(scan_ids) <= MOST:
            return self._found(query.where(scans.c.id.in_(scan_ids)))
        wanted = frozenset(scan_ids)
        return [scan for scan in self._found(query) if scan.scan_id in wanted]

    def failed(self) -> list[tuple[Filed, int]]:
        """Failed scans that have a file, each with when it was closed, in ns since the epoch."""
        found = self.filed(states=["failed"])
        query = select(scans.c.id, scans.c.finished_at).where(scans.c.state == "failed")
        with self.database.read() as connection:
            closed = {scan_id: moment for scan_id, moment in connection.execute(query)}  # noqa: C416 - a Row is no tuple to mypy
        return [(scan, _nanoseconds(closed.get(scan.scan_id))) for scan in found]

    def sha256_of(self, scan_id: int) -> str | None:
        """The hash that the bytes of a scan had when it was claimed."""
        query = select(scans.c.sha256).where(scans.c.id == scan_id)
        with self.database.read() as connection:
            return connection.execute(query).scalar()

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

    def known_in(self, folder: Path) -> dict[str, Known]:
        """What is known of the files of scans directly in a folder, by their names.

        Those whose files were deleted are among them.
        """
        stem = self._stored(folder) + b"/"
        path = scans.c.destination_path
        query = select(
            scans.c.id, path, scans.c.state, scans.c.file_inode, scans.c.file_size,
            scans.c.file_mtime_ns, scans.c.file_sha256,
        ).where(
            path > stem,
            path < stem[:-1] + b"0",
            func.instr(func.substr(path, len(stem) + 1), b"/") == 0,
            scans.c.state.in_([*CLOSED, *GONE]),
        )  # fmt: skip
        with self.database.read() as connection:
            rows = connection.execute(query).all()
        found: dict[str, Known] = {}
        for scan_id, place, state, *looks, other in rows:
            name = os.fsdecode(place[len(stem) :])
            before = found.get(name)
            closed = [] if state in GONE else [scan_id]
            if before is not None:
                found[name] = Known([*before.scan_ids, scan_id], [*before.closed, *closed], None)
            else:
                sure = closed and other is None
                found[name] = Known([scan_id], closed, stored_identity(*looks) if sure else None)
        return found

    def named_at(self, place: Path) -> list[Filed]:
        """Every scan that names this absolute path, in whatever state: moving, superseded, gone, …."""
        return self._found(_PLACED.where(scans.c.destination_path == self._stored(place)))

    def filed_with(self, sha256: str) -> list[Filed]:
        """Scans with these bytes that have a place, those first that were closed last.

        Those whose files were deleted are among them: the file may come back.
        """
        with_it = _PLACED.where(scans.c.sha256 == sha256, scans.c.state.in_([*CLOSED, *GONE]))
        return self._found(with_it)

    def edited_to(self, sha256: str) -> list[Filed]:
        """Scans whose files were edited and then had these bytes; ordered as by `filed_with`."""
        edited = _PLACED.where(scans.c.file_sha256 == sha256, scans.c.state.in_([*CLOSED, *GONE]))
        return self._found(edited)

    def has_size(self, size: int) -> bool:
        """Whether any scan, or the edited file of one, is of so many bytes."""
        edited = scans.c.file_sha256.is_not(None)
        query = union_all(
            select(scans.c.id).where(scans.c.size == size),
            select(scans.c.id).where(edited, scans.c.file_size == size),
        ).limit(1)
        with self.database.read() as connection:
            return connection.execute(query).first() is not None

    def is_scan(self, path: Path) -> bool:
        """Whether a scan was filed at this absolute path, or is on its way there."""
        query = select(scans.c.id).where(scans.c.destination_path == self._stored(path)).limit(1)
        with self.database.read() as connection:
            return connection.execute(query).first() is not None

    def gone(self) -> set[int]:
        """Scans whose files a person has deleted."""
        with self.database.read() as connection:
            query = select(scans.c.id).where(scans.c.state.in_(GONE))
            return set(connection.execute(query).scalars())

    def _stored(self, place: Path) -> bytes:
        return os.fsencode(self.home.relative(place))

    def _found(self, query: Select[Any]) -> list[Filed]:
        with self.database.read() as connection:
            return [self._filed(row) for row in connection.execute(query)]

    def _filed(self, row: Row[Any]) -> Filed:
        return Filed(
            row.id,
            row.state,
            self.home.root / os.fsdecode(row.destination_path),
            Path(os.fsdecode(row.source)),
            row.sha256,
            row.size,
            row.class_name,
            identity_in(row),
            row.file_sha256 or "",
            row.gone_from or "",
            row.gone_at or "",
        )


def final_state(class_name: str) -> Literal["filed", "review"]:
    """How a scan of this class ends."""
    return "review" if class_name == UNKNOWN else "filed"


def folder_of(home: Home, class_name: str) -> Path:
    """Where scans of this class are filed."""
    return home.review if class_name == UNKNOWN else home.sorted / class_name


def state_at(home: Home, place: Path) -> Literal["filed", "review", "failed", "duplicate"]:
    """How a scan has ended whose file stands there."""
    if place.is_relative_to(home.failed):
        return "failed"
    if place.is_relative_to(home.review):
        return "review"
    return "duplicate" if place.is_relative_to(home.duplicates) else "filed"


def place_in_inbox(home: Home, names: Names, scan: Filed, promised: Container[Path] = ()) -> Path:
    """Where a scan was dropped, or the next free name; else at the top of the inbox.

    The top it is where that folder lies elsewhere, or where somebody else may write: they may put a
    symbolic link in its place, and a file of theirs would be put into any folder of the service's.
    """
    folder = scan.source.parent
    inside = folder.is_relative_to(home.inbox) and _is_ours_alone(home.inbox, folder)
    return names.free(folder if inside else home.inbox, scan.source.name, promised)


def _is_ours_alone(root: Path, folder: Path) -> bool:
    """Whether nobody but this user, and root, can replace a folder on the way from ``root``."""
    way = [root, *reversed([one for one in (folder, *folder.parents) if root in one.parents])]
    if way == [root]:
        return True
    for one in way:
        try:
            state = os.stat(one, follow_symlinks=one == root)
        except FileNotFoundError:
            return True  # it is made in one that is
        except OSError:
            return False
        if not (stat.S_ISDIR(state.st_mode) and is_ours_alone(state)):
            return False
    return True


def _nanoseconds(moment: str | None) -> int:
    return 0 if moment is None else int(datetime.fromisoformat(moment).timestamp() * 1e9)


def places_of(
    connection: Connection, home: Home, scan_ids: Sequence[int], states: Sequence[str] = CLOSED
) -> dict[int, Path]:
    """Absolute paths, by id; scans that are in none of these states, or have no file, are left out."""
    found: dict[int, Path] = {}
    for start in range(0, len(scan_ids), MOST):
        query = select(scans.c.id, scans.c.destination_path).where(
            scans.c.id.in_(scan_ids[start : start + MOST]),
            scans.c.state.in_(states),
            scans.c.destination_path.is_not(None),
        )
        for scan_id, place in connection.execute(query):
            found[scan_id] = home.root / os.fsdecode(place)
    return found


def is_away(home: Home, place: Path) -> bool:
    """Whether nothing stands at the place of a closed scan, though its folder can be looked into.

    That cannot be told of a share that is not mounted, of a folder that may not be entered, or behind a
    link of another user.
    """
    for root in (home.sorted, home.review, home.failed, home.duplicates):
        if place.is_relative_to(root) and not os.path.isdir(root):
            return False
    try:
        lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
