"""Connections to the one SQLite file, and what is said when it refuses them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool, QueuePool

from config.errors import DatabaseError


def connect(path: Path, *, timeout: float, create: bool = False, migrating: bool = False) -> Engine:
    """An engine on ``path``, which must exist unless ``create``.

    With ``migrating``, foreign keys are off, as batch migrations need it: they drop a table
    and rename another in its place. The pragma has no effect inside a transaction.
    """
    # Quoted bytes, because a path need not be UTF-8, nor free of '?' and '#'.
    uri = f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode={'rwc' if create else 'rw'}"

    def dial() -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        try:
            _set_up(connection, path, timeout, foreign_keys=not migrating)
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine(
        "sqlite://", creator=dial, poolclass=NullPool if migrating else QueuePool
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _set_up(
    connection: sqlite3.Connection, path: Path, timeout: float, *, foreign_keys: bool
) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(timeout * 1000)}")
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise DatabaseError(
            f"the database {shown(path)} cannot keep a write-ahead log there",
            "Keep it on a local disk: set database_url",
        )
    # FULL: a commit survives a power cut, and filing relies on it.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    connection.execute("PRAGMA temp_store = MEMORY")
    # The log shrinks again after a long reader let it grow.
    connection.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")


def snapshot(path: Path, target: Path) -> None:
    """Copy the database at ``path`` to the new file ``target``: one state of it, the log included.

    SQLite's online backup in a single step reads in one transaction: other programs go on
    writing and do not make it start over, as they do where it proceeds page by page.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=-1)
        # One file, without a log beside it: easy to carry away and to put back.
        copy.execute("PRAGMA journal_mode = DELETE")


def revision_of(connection: Connection, path: Path) -> str | None:
    """The migration at which the database stands; None for an empty file.

    Raises:
        DatabaseError: it holds tables that are not the ledger's.
    """
    tables = set(
        connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
    )
    if not tables:
        return None
    if not {"alembic_version", "scans"} <= tables:
        raise DatabaseError(
            f"{shown(path)} is a database of another program", "Set database_url to another file"
        )
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if revision is None else str(revision)


def shown(path: Path) -> str:
    """``path`` for a message: bytes that are not UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system refuse into one line for the user.

    Mistakes of the program (bad SQL, a broken constraint) pass through.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DBAPIError, sqlite3.Error) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error)
        raise DatabaseError(
            f"the database {shown(path)}: {reason}",
            _advice(reason),
            passing=any(words in reason for words in _PASSING),
        ) from error
    except sqlalchemy.exc.TimeoutError as error:
        raise DatabaseError(f"the database {shown(path)}: too many users at once") from error


_PASSING = ("locked", "full", "disk I/O error")


def _advice(reason: str) -> str:
    for words, advice in {
        "locked": "Another program holds it: close that one, or wait",
        "not a database": "Move the file away; a backup may lie beside it",
        "malformed": "Move the file away; a backup may lie beside it",
        "readonly": "Check who may write the file and its folder",
        "unable to open": "Check that its folder exists and may be written",
        "full": "Make room on the disk",
    }.items():
        if words in reason:
            return advice
    return ""
