"""The ledger of a home that now lies elsewhere: its paths follow, and stay in the home."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Table,
    bindparam,
    cast,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from config.home import Home
from storage.database import Database
from storage.records import displayable
from storage.rows import IDENTIFIED, MOST, each
from storage.tables import journal, lessons, outputs, reclassified, scans, sessions

_RELATIVE: Final = (
    (scans, scans.c.id, scans.c.destination_path, "destination"),
    (outputs, outputs.c.scan_id, outputs.c.place_path, "place"),
    (reclassified, reclassified.c.id, reclassified.c.place_before, None),
)
"""Paths that stand relative to the home, or absolute where they lie outside it: the table, a key,
the column with the exact bytes, and the column with the same for people."""


_PATHS: Final = (
    *(column for _, _, column, _ in _RELATIVE),
    scans.c.source, journal.c.source, journal.c.destination,
)  # fmt: skip
_LONGEST: Final = 4096  # bytes of a path, as Linux has it


def without_path(database: Database) -> str:
    """A column that holds something else than a path in some row; empty if none does.

    SQLite stores any value in any column: this program never writes such ones, nor a path with
    ``..`` in it.
    """
    with database.read() as connection:
        for column in (*_PATHS, lessons.c.example_path):
            climbs = cast(literal("/").concat(column).concat("/"), LargeBinary)
            none = or_(
                func.typeof(column) != "blob",
                not_(func.length(column).between(1, _LONGEST)),
                func.instr(column, b"\0") > 0,
                func.instr(climbs, b"/../") > 0,
            )
            if column is lessons.c.example_path:  # relative to the support folder
                none = or_(none, func.instr(column, b"/") == 1)
            if connection.execute(select(column).where(column.is_not(None), none).limit(1)).first():
                return f"{column.table.name}.{column.name}"
    return ""


def outside(database: Database, home: Home) -> str:
    """A column with a path, in some row, at which no scan may be; empty if there is none.

    A scan is inside the home or one of its folders, but is none of the home's own files. Links are
    not resolved.
    """
    root = os.fsencode(home.root) + b"/"
    folders = tuple(os.fsencode(folder) + b"/" for folder in home.scan_folders.values())
    with database.read() as connection:
        for column in _PATHS:
            for stored in connection.execute(select(column).where(column.is_not(None))).scalars():
                path = stored if stored.startswith(b"/") else root + stored
                if path.startswith(folders):
                    continue
                if not path.startswith(root) or _is_own(home, path.removeprefix(root)):
                    return f"{column.table.name}.{column.name}"
    return ""


def _is_own(home: Home, inner: bytes) -> bool:
    """Whether a path in a home is that of one of its own files; some file systems fold case."""
    first = os.fsdecode(inner.split(b"/")[0]).casefold()
    own = {"", ".", home.cache.name, home.settings_file.name}
    # Also SQLite's files beside the ledger, and its backups.
    return first in own or first.startswith(home.database.name)


def relocate(database: Database, home: Home, old_root: Path, folders: Mapping[Path, Path]) -> None:
    """Have every path below one of ``folders`` follow it, in one transaction.

    What is shown of a path is written anew with it, so that both name the same file.

    Browsers are signed out: a session that was ended since the backup must not come back. Inodes are
    forgotten, in the journal and of filed files: a file that was copied has another. A restore has
    compared the bytes, so that the next sweep need not read the archive.

    Args:
        database: the ledger, at the newest migration.
        home: where it is now.
        old_root: where the home was when the ledger was written.
        folders: absolute, old to new.
    """
    pairs = sorted(folders.items(), key=lambda pair: len(pair[0].parts), reverse=True)

    def moved(path: Path) -> Path:
        for old, new in pairs:
            if path.is_relative_to(old):
                return new / path.relative_to(old)
        return path

    with database.write() as connection:
        for table, key, column, shown in _RELATIVE:
            changed = []
            for row_key, kind, stored, told in _rows(connection, table, key, column, shown):
                place = home.relative(moved(old_root / os.fsdecode(stored)))
                if os.fsencode(place) != stored or (shown and told != displayable(place)):
                    row = {"row": row_key, "kind_is": kind, column.name: os.fsencode(place)}
                    changed.append(row | ({shown: displayable(place)} if shown else {}))
            names = [column.name, *([shown] if shown else [])]
            _update(connection, table, key, names, changed)
        sources = []
        for scan_id, _, stored, _ in _rows(connection, scans, scans.c.id, scans.c.source):
            new = moved(old_root / os.fsdecode(stored))
            if os.fsencode(new) != stored:
                inside = new.is_relative_to(home.inbox)
                text = str(new.relative_to(home.inbox)) if inside else str(new)
                sources.append({
                    "row": scan_id, "source": os.fsencode(new), "inbox_path": displayable(text),
                })  # fmt: skip
        _update(connection, scans, scans.c.id, ["source", "inbox_path"], sources)
        connection.execute(delete(sessions))
        unknown = dict.fromkeys(IDENTIFIED)
        connection.execute(update(scans).where(scans.c.file_sha256.is_(None)).values(unknown))
        for move in connection.execute(select(journal)).mappings().all():
            connection.execute(
                update(journal)
                .where(journal.c.scan_id == move["scan_id"])
                .values(
                    source=os.fsencode(moved(old_root / os.fsdecode(move["source"]))),
                    destination=os.fsencode(moved(old_root / os.fsdecode(move["destination"]))),
                    inode=None,
                )
            )


def _rows(
    connection: Connection,
    table: Table,
    key: Column[Any],
    column: Column[Any],
    shown: str | None = None,
) -> Iterator[tuple[int, str | None, bytes, str | None]]:
    """Key, kind (of outputs, which have two a scan), path, and what is shown of it, of each row."""
    kind = table.c.kind if table is outputs else literal(None)
    told = table.c[shown] if shown else literal(None)
    query = select(key, kind, column, told).where(column.is_not(None))
    yield from (tuple(row) for row in connection.execute(query).all())


def _update(
    connection: Connection,
    table: Table,
    key: Column[Any],
    names: list[str],
    changed: list[dict[str, Any]],
) -> None:
    statement = update(table).where(key == bindparam("row"))
    if table is outputs:
        statement = statement.where(outputs.c.kind == bindparam("kind_is"))
    statement = statement.values({name: bindparam(name) for name in names})
    wanted = {"row", *names, *(["kind_is"] if table is outputs else [])}
    rows = [{name: value for name, value in row.items() if name in wanted} for row in changed]
    for start in range(0, len(rows), MOST):
        each(connection, statement, rows[start : start + MOST])
