"""A ledger out of an archive: its rows are copied into a new one, and nothing else of it.

A file of SQLite brings triggers, views, constraints and indexes that act on later statements, and
any value in any column.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, get_args

import sqlalchemy.exc
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text

from config.errors import DatabaseError, DataError
from storage.connection import revision_of, spoken
from storage.database import Database
from storage.migrate import check_known
from storage.records import FinalState, State
from storage.tables import (
    detections,
    feedback,
    journal,
    lessons,
    matches,
    metadata,
    outputs,
    reclassified,
    scans,
)
from storage.views import without_triggers

_TABLES: Final = tuple(metadata.sorted_tables)
_SEARCH: Final = "text_search"
_KNOWN: Final = frozenset(
    {
        *(("table", table.name) for table in _TABLES),
        *(("index", index.name) for table in _TABLES for index in table.indexes),
        *(("table", f"{_SEARCH}{end}") for end in ("", "_config", "_data", "_docsize", "_idx")),
        *(("trigger", f"readings_{end}") for end in ("added", "changed", "removed")),
        ("table", "alembic_version"),
        ("view", "results"),
    }
)
_CLASSES: Final = (
    scans.c.class_name, scans.c.nearest_class, scans.c.runner_up, matches.c.class_name,
    detections.c.name, feedback.c.predicted, feedback.c.class_before, feedback.c.class_name,
    reclassified.c.class_before, reclassified.c.class_name, lessons.c.class_name,
    lessons.c.flips_to,
)  # fmt: skip
"""Columns with names of classes: folders are called so."""
_HASHES: Final = (scans.c.sha256, scans.c.file_sha256, outputs.c.sha256, journal.c.sha256)
"""Columns with SHA-256: the names of files under way begin with some of it."""
_LARGEST_ID: Final = 1 << 53


def admit(path: Path) -> list[str]:
    """Replace the ledger at ``path`` by a new one with its rows, at the newest migration.

    Returns:
        What a user had added to it, and is not in the new one: ``view monthly``.

    Raises:
        DataError: it holds what no ledger of this program does.
        DatabaseError: it is damaged, or newer than this program; or there is no room.
    """
    new = path.with_name(f"{path.name}-new")
    with _one_error():
        left_out = _leave_out_strangers(path)
        with closing(Database.open(path)) as database:
            if trouble := database.damage():
                raise DatabaseError(f"the ledger of the backup is damaged: {trouble}")
        Database.open(new).close()
        with spoken(path), closing(sqlite3.connect(new, isolation_level=None)) as connection:
            _copy_rows(connection, path)
            _check_values(connection)
    os.replace(new, path)
    return left_out


@contextmanager
def _one_error() -> Iterator[None]:
    try:
        yield
    except (sqlalchemy.exc.IntegrityError, sqlite3.IntegrityError) as error:
        raise _odd(str(getattr(error, "orig", error))) from None


def _odd(what: str) -> DataError:
    return DataError(
        f"the ledger of the backup is not as Pigeonhole writes it: {what}", "Use another backup"
    )


def _leave_out_strangers(path: Path) -> list[str]:
    """Drop what a user added to the ledger and would act on the rest; what is not taken over.

    Raises:
        DataError: something has the name of a table, index, trigger or view of this program, and is
            another kind of thing.
    """
    with closing(Database(path)) as database, database.write() as connection:
        revision = revision_of(connection, path)
        if revision is not None:
            check_known(revision, path)
        found = connection.exec_driver_sql("SELECT type, name, rootpage FROM sqlite_master").all()
        strangers = []
        for kind, name, page in found:
            is_virtual = kind == "table" and not page
            if (kind, name) in _KNOWN and is_virtual == (name == _SEARCH and kind == "table"):
                continue
            if name.lower().startswith("sqlite_") and kind in {"table", "index"}:
                continue
            if any(name.lower() == known for _, known in _KNOWN):
                raise _odd(f"it has the {kind} {name!r}")
            strangers.append((kind, name))
        for kind, name in strangers:
            if kind != "table":  # no statement of ours is about it
                quoted = name.replace('"', '""')
                connection.exec_driver_sql(f'DROP {kind} "{quoted}"')
    return [f"{kind} {name}" for kind, name in sorted(strangers)]


def _copy_rows(connection: sqlite3.Connection, old: Path) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("ATTACH ? AS old", (os.fspath(old),))
    connection.execute("BEGIN")
    with without_triggers(connection):
        for table in _TABLES:
            names = _listed(table.columns)
            # An index in the file may say something else than its table.
            connection.execute(
                f'INSERT INTO main."{table.name}" ({names})'  # noqa: S608 - names of our own
                f' SELECT {names} FROM old."{table.name}" NOT INDEXED'
            )
    # Numbers of deleted rows are never given again.
    connection.execute("DELETE FROM main.sqlite_sequence")
    connection.execute(
        "INSERT INTO main.sqlite_sequence (name, seq)"  # noqa: S608 - names of our own
        " SELECT name, max(CAST(seq AS INTEGER)) FROM old.sqlite_sequence"
        f" WHERE name IN ({_quoted(tuple(metadata.tables))}) GROUP BY name"
    )
    if broken := connection.execute("PRAGMA main.foreign_key_check").fetchone():
        raise _odd(f"a row of {broken[0]} refers to none of {broken[2]}")
    connection.execute("COMMIT")
    connection.execute("DETACH old")


def _check_values(connection: sqlite3.Connection) -> None:
    """See that values are of their columns' kinds, and that no name of a class is a path.

    Paths are looked at by `storage.relocation`.
    """
    for table in _TABLES:
        for column in table.columns:
            if kinds := _kinds(column):
                _refuse(connection, column, f"typeof({{}}) NOT IN ({kinds}, 'null')")
        if texts := [column for column in table.columns if isinstance(column.type, Text)]:
            _check_utf8(connection, table, texts)
    for column in _CLASSES:
        _refuse(connection, column, "{0} IN ('.', '..') OR instr({0}, '/') OR instr({0}, char(0))")
    for column in _HASHES:
        _refuse(connection, column, "{0} GLOB '*[^0-9a-f]*' OR length({0}) > 64")
    _refuse(connection, scans.c.state, f"{{}} NOT IN ({_quoted(get_args(State))})")
    _refuse(connection, journal.c.final_state, f"{{}} NOT IN ({_quoted(get_args(FinalState))})")
    if connection.execute(
        "SELECT 1 FROM sqlite_sequence WHERE seq NOT BETWEEN 0 AND ?", (_LARGEST_ID,)
    ).fetchone():
        raise _odd("sqlite_sequence")
    _refuse(connection, scans.c.id, f"{{}} NOT BETWEEN 1 AND {_LARGEST_ID}")
    _check_verdicts(connection)


def _check_verdicts(connection: sqlite3.Connection) -> None:
    columns = "verdict_before, matches_before, detections_before"
    for row in connection.execute(f"SELECT {columns} FROM reclassified"):  # noqa: S608
        try:
            verdict, *lists = (json.loads(text) for text in row if text is not None)
        except (ValueError, RecursionError):
            raise _odd("reclassified.verdict_before") from None
        name = verdict.get("class_name") if isinstance(verdict, dict) else "."
        if name is not None and (
            not isinstance(name, str) or name in {".", ".."} or "/" in name or "\0" in name
        ):
            raise _odd("reclassified.verdict_before")
        if not all(isinstance(one, list) for one in lists):
            raise _odd("reclassified.matches_before")


def _kinds(column: Column[Any]) -> str:
    """What ``typeof`` gives for the values of a column; empty for paths."""
    if isinstance(column.type, Text):
        return "'text'"
    if isinstance(column.type, Integer | Boolean):
        return "'integer'"
    return "" if isinstance(column.type, LargeBinary) else "'real', 'integer'"


def _refuse(connection: sqlite3.Connection, column: Column[Any], condition: str) -> None:
    quoted = f'"{column.name}"'
    query = f'SELECT 1 FROM "{column.table.name}" WHERE {condition.format(quoted)} LIMIT 1'  # noqa: S608
    if connection.execute(query).fetchone():
        raise _odd(f"{column.table.name}.{column.name}")


def _check_utf8(connection: sqlite3.Connection, table: Table, texts: list[Column[Any]]) -> None:
    try:
        for _ in connection.execute(f'SELECT {_listed(texts)} FROM "{table.name}"'):  # noqa: S608
            pass
    except sqlite3.OperationalError as error:
        if "UTF-8" not in str(error):
            raise
        raise _odd(f"{table.name} has text that is not UTF-8") from None


def _listed(columns: Iterable[Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
