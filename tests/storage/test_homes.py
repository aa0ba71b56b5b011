"""Ledgers that earlier versions wrote, opened by this one; `tests.storage.homes.make` made them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.settings import Settings
from models.page.scan import Scan
from storage.database import Database
from storage.ledger import Ledger
from storage.tables import HEAD
from tests.storage.homes.make import HERE, read_back, written_down

HOMES = sorted(path.stem for path in HERE.glob("*.sql"))
Row = dict[str, Any]


def rows(database: Path, query: str) -> list[Row]:
    """What SQLite answers, as any tool would ask it."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


def tables(database: Path) -> dict[str, list[Row]]:
    """Every row of every table of ours."""
    names = rows(
        database,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'alembic_version'"
        " AND name NOT LIKE 'text_search%'",
    )
    return {one["name"]: rows(database, f'SELECT * FROM "{one["name"]}"') for one in names}


@pytest.fixture(params=HOMES)
def revision(request: pytest.FixtureRequest) -> str:
    """Of the ledger, when its version wrote it."""
    return str(request.param)


@pytest.fixture
def old(revision: str, tmp_path: Path) -> Path:
    """That ledger, in a home."""
    return read_back((HERE / f"{revision}.sql").read_text(), tmp_path / "home")


def test_four_versions_at_least_are_looked_at() -> None:
    """A folder of homes that is empty would prove nothing."""
    assert len(HOMES) >= 4
    assert HOMES[0] == "0001"


def test_nothing_changes_but_the_migration(old: Path, revision: str) -> None:
    """Whoever updates would lose what the service wrote down so far, or find other values in it."""
    view = "SELECT * FROM results ORDER BY scan_id"
    before, before_view = tables(old), rows(old, view)
    gone = {row["id"] for row in before["scans"] if row.get("gone_at")}
    assert {row["state"] for row in before_view} >= {"filed", "failed", "superseded"}
    assert any(row["duplicate_of"] for row in before_view)
    Database.open(old).close()
    after, after_view = tables(old), rows(old, view)
    assert rows(old, "SELECT version_num FROM alembic_version") == [{"version_num": HEAD}]

    assert list(after_view[0])[: len(before_view[0])] == list(before_view[0])
    assert len(after_view) == len(before_view)
    for row, now in zip(before_view, after_view, strict=True):
        assert as_before(row, now, gone=row["scan_id"] in gone), (row, now)
    for name, held in before.items():
        assert len(after[name]) == len(held), name
        for row, now in zip(held, after[name], strict=True):
            is_gone = name == "scans" and row["id"] in gone
            assert as_before(row, now, gone=is_gone), (name, row, now)

    backups = [path.name for path in old.parent.glob("*.backup-*")]
    assert backups == ([] if revision == HEAD else [f"{old.name}.backup-{revision}"])


def as_before(row: Row, now: Row, *, gone: bool) -> bool:
    """Whether every value is as it was.

    Where a person had taken the file away, the state may have become `gone`: until there was such
    a state, only ``scans.gone_at`` told.
    """
    state = {row.get("state"), "gone"} if gone else {row.get("state")}
    return now.get("state") in state and all(
        now[name] == value for name, value in row.items() if name != "state"
    )


def test_an_old_ledger_is_searched_and_takes_new_scans(
    old: Path, drop: Callable[..., Scan]
) -> None:
    """It would open, and find no ticket, or give a new scan the number of another."""
    last = max(row["id"] for row in tables(old)["scans"])
    database = Database.open(old)
    ledger = Ledger(database, Home.of(old.parent, Settings()))
    (claim,) = ledger.claim([drop("new.png")])
    told = {row["scan_id"]: row["state"] for row in ledger.results()}
    database.close()
    assert claim.scan_id == last + 1
    assert told[claim.scan_id] == "working"
    words = {
        row["scan_id"]: [word for word in row["text"].split() if word.isalpha() and len(word) > 3]
        for row in rows(old, "SELECT scan_id, text FROM readings")
    }
    assert sum(map(bool, words.values())) >= 3
    for scan_id, (word, *_) in ((one, found) for one, found in words.items() if found):
        hits = rows(old, f"SELECT rowid FROM text_search WHERE text_search MATCH '{word}'")
        assert [hit["rowid"] for hit in hits].count(scan_id) == 1


def test_what_is_written_down_is_the_ledger(old: Path, revision: str) -> None:
    """A home that was written down badly would prove nothing."""
    text = (HERE / f"{revision}.sql").read_text()
    assert written_down(old, old.parent) == text
    assert "/tmp/" not in text
