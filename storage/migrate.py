"""Bring a database to the newest migration: one transaction, a backup before it.

Imported only when there is something to do: alembic takes its time.
"""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from config.errors import DatabaseError
from storage.connection import connect, revision_of, shown, snapshot, spoken
from storage.filing.files import fsync_folder
from storage.filing.names import next_name
from storage.filing.noreplace import publish
from storage.tables import HEAD


def alembic_config() -> Config:
    """Alembic's configuration, resolved from the package; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    return config


def migrate(path: Path, *, timeout: float) -> None:
    """Migrate the database at ``path``; nothing happens where another process just did.

    Raises:
        DatabaseError: it is newer than this program, or does not survive the migration; it is
            then as it was before.
    """
    config = alembic_config()
    engine = connect(path, timeout=timeout, migrating=True)
    saved: Path | None = None
    try:
        with (
            spoken(path),
            engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection,
        ):
            revision = revision_of(connection, path)
            if revision == HEAD:
                return
            if revision is not None:
                check_known(revision, path)
                saved = back_up(path, revision)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _check_foreign_keys(connection, path)
    except BaseException:
        if saved is not None:
            # The transaction was undone: the backup says nothing that the database does not.
            saved.unlink()
        raise
    finally:
        engine.dispose()


def back_up(path: Path, revision: str) -> Path:
    """Copy the database beside itself, as ``<name>.backup-<revision>``; nothing is overwritten.

    Only this user may read the copy, whatever the mode of the database.
    """
    target = path.with_name(f"{path.name}.backup-{revision}")
    part = path.with_name(f".{path.name}.backup-{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        snapshot(path, part)
        while not publish(part, target):
            target = next_name(target)
    finally:
        part.unlink(missing_ok=True)
    fsync_folder(path.parent)
    return target


def check_known(revision: str, path: Path) -> None:
    """Refuse a database at ``path`` that stands at a migration that this program does not have.

    Raises:
        DatabaseError: it was written by a newer one.
    """
    scripts = ScriptDirectory.from_config(alembic_config())
    known = {script.revision for script in scripts.walk_revisions()}
    if revision not in known:
        raise DatabaseError(
            f"the database {shown(path)} was written by a newer Pigeonhole (at {revision},"
            f" this one knows {HEAD})",
            "Update Pigeonhole, or put a backup back",
        )


def _check_foreign_keys(connection: Connection, path: Path) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise DatabaseError(
            f"migrating the database {shown(path)} would leave {len(broken)} rows of"
            f" {broken[0][0]} without the rows that they refer to",
            "It was left as it was",
        )
