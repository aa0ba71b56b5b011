"""The ledger's file, opened and brought up to date: its transactions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection

from config.errors import DatabaseError
from config.private import create_private
from storage.connection import connect, revision_of, shown, spoken
from storage.tables import HEAD

BUSY_TIMEOUT = 30.0
"""Seconds that a connection waits for another process's transaction."""


class Database:
    """The ledger's SQLite file, opened. May be used from several threads.

    Transactions follow SQLAlchemy's recipe "Using SQLAlchemy to emit BEGIN in lieu of SQLite's
    transaction control" (its page on the SQLite dialect): pysqlite's own transaction handling
    is off, and every transaction begins with an explicit ``BEGIN``.
    """

    def __init__(self, path: Path, *, timeout: float = BUSY_TIMEOUT, create: bool = False) -> None:
        self.path = path
        self.timeout = timeout
        self._engine = connect(path, timeout=timeout, create=create)
        self._identities: dict[Path, tuple[int, int]] = {}
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")

    @classmethod
    def open(cls, path: Path, *, timeout: float = BUSY_TIMEOUT) -> Database:
        """Open the database at ``path``; create it when missing, migrate it when behind.

        Raises:
            DatabaseError: it is no database of ours, newer than this program, locked for
                longer than ``timeout`` seconds, or cannot be written.
        """
        # SQLite gives the logs beside it the mode of the database. What cannot be created here
        # it cannot create either, and gives the reason.
        with suppress(OSError):
            create_private(Path(os.path.realpath(path)))
        return _brought_up_to_date(cls(path, timeout=timeout, create=True))

    @classmethod
    def open_existing(cls, path: Path, *, timeout: float = BUSY_TIMEOUT) -> Database:
        """Open a database that must exist, beside a running daemon if there is one.

        Raises:
            DatabaseError: as for ``open``, and when there is none.
        """
        if not path.is_file():
            raise DatabaseError(
                f"there is no database at {shown(path)}",
                "Run 'pigeonhole watch' once, or name another home with --home",
            )
        return _brought_up_to_date(cls(path, timeout=timeout))

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the ledger throughout; it blocks nobody."""
        with spoken(self.path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that alone may write: committed at the end, undone by an exception."""
        with spoken(self.path), self._writer.begin() as connection:
            yield connection

    def damage(self) -> str:
        """What SQLite's quick check finds wrong with the file; empty if nothing."""
        with self.read() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        return "" if found == "ok" else str(found)

    @property
    def log_file(self) -> Path:
        """SQLite's write-ahead log. It exists as long as a connection is open."""
        return self.path.with_name(f"{self.path.name}-wal")

    def checkpoint(self, *, truncate: bool) -> bool:
        """Copy the write-ahead log into the file; whether all of it could be copied.

        Nobody is waited for: what a reader of an older state or a writer keeps back stays in the
        log until another time.

        Args:
            truncate: also empty the log, if nobody reads in it.

        Raises:
            DatabaseError: it cannot be written: the disk is full, say.
        """
        mode = "TRUNCATE" if truncate else "PASSIVE"
        with spoken(self.path), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                cursor.execute(f"PRAGMA wal_checkpoint({mode})")
                busy, logged, copied = cursor.fetchone() or (1, 0, 0)
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(self.timeout * 1000)}")
        return not busy and logged == copied

    def check_in_place(self) -> None:
        """See that the database's files are those that were there when it was opened.

        The log and its index are parts of it. While a connection is open they keep their names
        and inodes: a checkpoint truncates the log, and only the last connection removes it.

        Raises:
            DatabaseError: one was removed or replaced: what is written would be lost.
        """
        for part in (self.path, self.log_file, self.path.with_name(f"{self.path.name}-shm")):
            try:
                found = os.stat(part)
            except OSError:
                there = None
            else:
                there = (found.st_dev, found.st_ino)
                self._identities.setdefault(part, there)
            # The log appears with the first transaction.
            if there != self._identities.get(part) or (there is None and part == self.path):
                raise DatabaseError(
                    f"the database {shown(part)} was removed while it was in use",
                    "Put it back, or start again with an empty one; scans stay where they are"
                    if part == self.path
                    else "Start again, and leave the files beside the database alone",
                )

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _brought_up_to_date(database: Database) -> Database:
    try:
        with database.read() as connection:
            revision = revision_of(connection, database.path)
        if revision != HEAD:
            # Alembic takes longer to import than an up-to-date database takes to open.
            from storage.migrate import migrate

            migrate(database.path, timeout=database.timeout)
            _checkpoint_if_possible(database)
        database.check_in_place()
    except BaseException:
        database.close()
        raise
    return database


def _checkpoint_if_possible(database: Database) -> None:
    """Have a new or migrated database whole in its one file; where the disk is full, later."""
    try:
        database.checkpoint(truncate=True)
    except DatabaseError as error:
        if not error.passing:
            raise
