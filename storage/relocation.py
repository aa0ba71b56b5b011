"""The ledger of a home that now lies elsewhere: absolute paths follow it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, or_, select, update

from config.home import Home
from storage.database import Database
from storage.records import displayable
from storage.rows import IDENTIFIED, MOST, each
from storage.tables import journal, outputs, reclassified, scans, sessions

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


def without_path(database: Database) -> str:
    """A column that holds something else than the bytes of a path in some row; empty if none does.

    SQLite stores any value in any column: this program never writes such ones.
    """
    with database.read() as connection:
        for column in _PATHS:
            none = or_(func.typeof(column) != "blob", func.instr(column, b"\0") > 0)
            if connection.execute(select(column).where(column.is_not(None), none).limit(1)).first():
                return f"{column.table.name}.{column.name}"
    return ""


def relocate(database: Database, home: Home, old_root: Path, folders: Mapping[Path, Path]) -> None:
    """Have every path below one of ``folders`` follow it, in one transaction.

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
            for row_key, kind, stored in _rows(connection, table, key, column):
                place = home.relative(moved(old_root / os.fsdecode(stored)))
                if os.fsencode(place) != stored:
                    row = {"row": row_key, "kind_is": kind, column.name: os.fsencode(place)}
                    changed.append(row | ({shown: displayable(place)} if shown else {}))
            names = [column.name, *([shown] if shown else [])]
            _update(connection, table, key, names, changed)
        sources = []
        for scan_id, _, stored in _rows(connection, scans, scans.c.id, scans.c.source):
            old = Path(os.fsdecode(stored))
            if (new := moved(old)) != old:
                inside = new.is_relative_to(home.inbox)
                shown = str(new.relative_to(home.inbox)) if inside else str(new)
                sources.append({
                    "row": scan_id, "source": os.fsencode(new), "inbox_path": displayable(shown),
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
                    source=os.fsencode(moved(Path(os.fsdecode(move["source"])))),
                    destination=os.fsencode(moved(Path(os.fsdecode(move["destination"])))),
                    inode=None,
                )
            )


def _rows(
    connection: Connection, table: Table, key: Column[Any], column: Column[Any]
) -> Iterator[tuple[int, str | None, bytes]]:
    """Key, kind (of outputs, which have two a scan) and path of every row that has one."""
    kind = [table.c.kind] if table is outputs else []
    query = select(key, column, *kind).where(column.is_not(None))
    for row in connection.execute(query).all():
        yield row[0], row[2] if kind else None, row[1]


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
