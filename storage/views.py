"""What stands on the tables: the view ``results``, full text, and the triggers that feed it.

https://www.sqlite.org/fts5.html#external_content_tables
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection

RESULT_COLUMNS: Final = {
    "scan_id": "scans.id",
    "original_name": "scans.original_name",
    "inbox_path": "scans.inbox_path",
    "sha256": "scans.sha256",
    "state": "scans.state",
    "class": "scans.class_name",
    "nearest_class": "scans.nearest_class",
    "score": "scans.score",
    "distance": "scans.distance",
    "runner_up": "scans.runner_up",
    "nearest_support": "scans.nearest_support",
    "pages": "scans.pages",
    "text": "readings.text",
    "vendor": "readings.vendor",
    "ticket_date": "readings.ticket_date",
    "total": "readings.total",
    "currency": "readings.currency",
    "tax": "readings.tax",
    "destination": "scans.destination",
    "duplicate_of": "scans.duplicate_of",
    "error": "scans.error",
    "attempts": "scans.attempts",
    "branch_id": "scans.branch_id",
    "index_id": "scans.index_id",
    "received_at": "scans.received_at",
    "finished_at": "scans.finished_at",
}
"""The columns of ``results``, in order, and where each comes from. A contract with users."""

TEXT_SEARCH: Final = (
    "CREATE VIRTUAL TABLE text_search USING fts5("
    "text, content='readings', content_rowid='scan_id',"
    " tokenize='unicode61 remove_diacritics 2')"
)

_ADD = "INSERT INTO text_search(rowid, text) VALUES (new.scan_id, new.text);"
_TAKE = (
    "INSERT INTO text_search(text_search, rowid, text) VALUES ('delete', old.scan_id, old.text);"
)
_RESULTS = ", ".join(f'{source} AS "{name}"' for name, source in RESULT_COLUMNS.items())

_CREATE: Final = {
    "results": (
        f"CREATE VIEW results AS SELECT {_RESULTS}"  # noqa: S608 - constants of this module
        " FROM scans LEFT JOIN readings ON readings.scan_id = scans.id"
    ),
    "readings_added": f"CREATE TRIGGER readings_added AFTER INSERT ON readings BEGIN {_ADD} END",
    "readings_removed": (
        f"CREATE TRIGGER readings_removed AFTER DELETE ON readings BEGIN {_TAKE} END"
    ),
    "readings_changed": (
        f"CREATE TRIGGER readings_changed AFTER UPDATE ON readings BEGIN {_TAKE} {_ADD} END"
    ),
}


@contextmanager
def set_aside(connection: Connection) -> Iterator[None]:
    """Drop every view and trigger, and make them again after the migrations inside.

    SQLite refuses to rename a table that a view refers to, and batch mode copies rows through
    triggers. Views and triggers that the user added come back as they were.
    """
    found = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')"
    ).all()
    for kind, name, _ in found:
        quoted = name.replace('"', '""')
        connection.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')
    yield
    for sql in _CREATE.values():
        connection.exec_driver_sql(sql)
    for _, name, sql in found:
        if name not in _CREATE:
            connection.exec_driver_sql(sql)
    connection.exec_driver_sql("INSERT INTO text_search(text_search) VALUES ('rebuild')")


@contextmanager
def without_triggers(connection: sqlite3.Connection) -> Iterator[None]:
    """Fill the text search once, after many readings are added inside, and not row by row."""
    triggers = [name for name, sql in _CREATE.items() if sql.startswith("CREATE TRIGGER")]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for name in triggers:
        connection.execute(_CREATE[name])
    connection.execute("INSERT INTO text_search(text_search) VALUES ('rebuild')")


def is_a_table_of_ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """For alembic's ``include_object``: leave out the tables in which FTS5 keeps its index."""
    return not (kind == "table" and (name or "").startswith("text_search"))
