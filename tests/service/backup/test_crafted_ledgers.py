"""Archives whose ledger somebody has crafted: nothing outside the new home is read or written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.errors import DatabaseError, DataError
from service.desk.backup.restoring import restore
from storage.database import Database
from storage.tables import metadata
from tests.service.backup.crafting import (
    nothing_left,
    with_edited_ledger,
    with_ledger,
    with_manifest,
)
from tests.storage.homes.make import HERE as HOMES
from tests.storage.homes.make import read_back

JOURNAL = """
UPDATE scans SET state = 'moving';
INSERT INTO journal (scan_id, source, destination, sha256, size, final_state, created_at)
    SELECT id, value('source'), value('destination'), sha256, size, 'review', received_at FROM scans;
"""
PATHS = {
    "scans.destination_path": "UPDATE scans SET destination_path = value('at')",
    "scans.source": "UPDATE scans SET source = value('at')",
    "outputs.place_path": (
        "INSERT INTO outputs (scan_id, kind, place, place_path) VALUES (1, 'text', 'a', value('at'))"
    ),
    "reclassified.place_before": (
        "INSERT INTO reclassified (run, scan_id, done_at, class_name, place_before,"
        " verdict_before, matches_before)"
        " VALUES (1, 1, '2026-01-31', 'ticket', value('at'), '{}', '[]')"
    ),
    "journal.source": JOURNAL.replace("value('source')", "value('at')").replace(
        "value('destination')", "value('inside')"
    ),
    "journal.destination": JOURNAL.replace("value('destination')", "value('at')").replace(
        "value('source')", "value('inside')"
    ),
}


def paths_in(ledger: Path) -> dict[str, str]:
    """The first path of every column that has paths, as absolute ones."""
    found = {}
    with closing(sqlite3.connect(ledger)) as connection:
        for name in PATHS:
            table, column = name.split(".")
            row = connection.execute(f"SELECT {column} FROM {table}").fetchone()
            if row is not None and row[0] is not None:
                found[name] = os.path.normpath(ledger.parent / os.fsdecode(row[0]))
    return found


@pytest.mark.parametrize("lacks", ["elsewhere", "removed"])
def test_a_manifest_that_lacks_a_folder_is_refused(saved: Path, tmp_path: Path, lacks: str) -> None:
    """Paths would follow nowhere, and name files outside the home."""

    def change(manifest: dict[str, Any]) -> None:
        del manifest["folders"][lacks]

    with pytest.raises(DataError, match=f"describes no folder '{lacks}'"):
        restore(with_manifest(saved, change), tmp_path / "new")
    assert nothing_left(tmp_path)


def test_scans_that_were_elsewhere_are_for_all_the_disk(saved: Path, tmp_path: Path) -> None:
    """A folder of them that is a smaller one would leave the others outside the home."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["folders"]["elsewhere"]["at"] = "/srv"

    with pytest.raises(DataError, match="folders that no home has"):
        restore(with_manifest(saved, change), tmp_path / "new")


@pytest.mark.parametrize("with_files", [True, False])
@pytest.mark.parametrize("column", ["scans.destination_path", "journal.source"])
def test_paths_outside_the_home_come_into_it(
    saved: Path, tmp_path: Path, column: str, with_files: bool
) -> None:
    """Files of others would be served, taken away, or written, wherever an archive says."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["folders"]["elsewhere"]["saved"] = with_files
        # A folder of which no setting tells keeps no path where it was.
        manifest["folders"]["more"] = {"at": "/etc", "name": "x", "outside": True, "saved": False}

    with_edited_ledger(saved, PATHS[column], at=b"/etc/passwd", inside=b"/srv/x")
    made = restore(with_manifest(saved, change), tmp_path / "new")
    found = paths_in(made.home / "pigeonhole.db")
    assert Path(found[column]).name == "passwd"
    assert all(Path(path).is_relative_to(made.home) for path in found.values())


NO_PLACES = [
    b"../../../etc/passwd", b"sorted/../../x", b"/srv/../etc/passwd", b"//etc/passwd", b"", b".",
    b"pigeonhole.toml", b"pigeonhole.db", b"Pigeonhole.db-WAL", b"cache/daemon.lock", b"a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "path"),
    [
        *(("scans.destination_path", path) for path in NO_PLACES),
        *((column, path) for column in PATHS for path in (b"sorted/../../x", b"pigeonhole.db")),
    ],
)
def test_paths_that_no_scan_has_are_refused(
    saved: Path, tmp_path: Path, column: str, path: bytes
) -> None:
    """The service would read or write its own files, or climb out of the home."""
    with_edited_ledger(saved, PATHS[column], at=path, inside=b"/srv/x")
    with pytest.raises(DataError, match=f"names a path .*{column}"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


def test_the_example_of_a_lesson_lies_in_the_support_folder(saved: Path, tmp_path: Path) -> None:
    """A correction that is taken back would move a file from anywhere."""
    insert = (
        "INSERT INTO lessons (scan_id, class_name, state, decided_at, example_path)"
        " VALUES (1, 'ticket', 'added', '2026-01-31', value('at'))"
    )
    with_edited_ledger(saved, insert, at=b"../sorted/a.png")
    with pytest.raises(DataError, match=r"names a path .*lessons\.example_path"):
        restore(saved, tmp_path / "new")


def test_what_is_shown_of_a_path_is_the_path(saved: Path, tmp_path: Path) -> None:
    """A row would say that a scan stands where it does not."""
    with_edited_ledger(saved, "UPDATE scans SET destination = 'sorted/other.png'")
    made = restore(saved, tmp_path / "new")
    with closing(sqlite3.connect(made.home / "pigeonhole.db")) as ledger:
        assert ledger.execute("SELECT destination FROM scans").fetchone() == (
            "sorted/ticket/a.png",
        )


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("CREATE TRIGGER x AFTER INSERT ON scans BEGIN SELECT RAISE(ABORT, 'no'); END", "trigger"),
        ("CREATE TRIGGER x AFTER UPDATE ON scans BEGIN DELETE FROM scans; END", "trigger"),
        ('CREATE VIEW "x" AS SELECT * FROM scans', "view"),
        ("CREATE UNIQUE INDEX x ON scans (state)", "index"),
        ("CREATE TABLE x (y)", "table"),
        ("CREATE VIRTUAL TABLE x USING fts5(y)", "table"),
    ],
)
def test_what_a_user_added_is_left_out_and_named(
    saved: Path, tmp_path: Path, script: str, kind: str
) -> None:
    """Statements of the service would do what an archive says; whoever made a view had no backup."""
    with_edited_ledger(saved, script)
    made = restore(saved, tmp_path / "new")
    assert made.left_out[0] == f"{kind} x"
    with closing(sqlite3.connect(made.home / "pigeonhole.db")) as ledger:
        assert ledger.execute("SELECT name FROM sqlite_master WHERE name = 'x'").fetchall() == []
        assert ledger.execute("SELECT count(*) FROM scans").fetchone() == (1,)


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE words RENAME TO x; CREATE VIEW words AS SELECT * FROM x",
        "CREATE VIEW JOURNAL_ AS SELECT 1; DROP TABLE lessons; CREATE VIRTUAL TABLE Lessons USING fts5(y)",
    ],
)
def test_another_kind_of_thing_under_a_name_of_ours_is_refused(
    saved: Path, tmp_path: Path, script: str
) -> None:
    """Statements of the service would do what an archive says, or end in a traceback."""
    with_edited_ledger(saved, script)
    with pytest.raises(DataError, match=r"not as Pigeonhole writes it: it has the \w+ '"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


def test_a_newer_ledger_with_more_tables_is_called_a_newer_one(saved: Path, tmp_path: Path) -> None:
    """Whoever goes back to an older version would take the backup for damaged."""
    with_edited_ledger(saved, "CREATE TABLE x (y); UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer Pigeonhole"):
        restore(saved, tmp_path / "new")


def test_nothing_but_rows_comes_out_of_a_ledger(saved: Path, tmp_path: Path) -> None:
    """A trigger or a view of the right name would do something else."""
    script = """
        DROP VIEW results; CREATE VIEW results AS SELECT 'evil' AS state;
        DROP TRIGGER readings_added;
        CREATE TRIGGER readings_added AFTER UPDATE ON scans BEGIN DELETE FROM readings; END;
        DROP INDEX ix_scans_state; CREATE UNIQUE INDEX ix_scans_state ON scans (1);
        ALTER TABLE scans ADD COLUMN more CHECK (attempts < 1);
        UPDATE sqlite_sequence SET seq = 41 WHERE name = 'scans';
    """
    with_edited_ledger(saved, script)
    made = restore(saved, tmp_path / "new")
    with closing(sqlite3.connect(made.home / "pigeonhole.db")) as ledger:
        found = set(ledger.execute("SELECT type, name, sql FROM sqlite_master"))
        assert ledger.execute("SELECT seq FROM sqlite_sequence").fetchall() == [(41,)]
        assert ledger.execute("SELECT state FROM results").fetchall() == [("filed",)]
    Database.open(tmp_path / "fresh.db").close()
    with closing(sqlite3.connect(tmp_path / "fresh.db")) as fresh:
        assert found == set(fresh.execute("SELECT type, name, sql FROM sqlite_master"))


FEEDBACK = "INSERT INTO feedback (scan_id, said_at, source, predicted, class_name) VALUES "
RECLASSIFIED = (
    "INSERT INTO reclassified (run, scan_id, done_at, class_name, place_before, verdict_before,"
    " matches_before) VALUES (1, 1, '2026-01-31', 'ticket', x'61', "
)


@pytest.mark.parametrize(
    ("script", "column"),
    [
        ("UPDATE scans SET class_name = '../../etc'", r"scans\.class_name"),
        ("UPDATE scans SET class_name = '..'", r"scans\.class_name"),
        (FEEDBACK + "(1, '2026-01-31', 'api', 'a', '/etc/cron.d')", r"feedback\.class_name"),
        (RECLASSIFIED + """'{"class_name": "a/b"}', '[]')""", r"reclassified\.verdict_before"),
        (RECLASSIFIED + "'[]', '[]')", r"reclassified\.verdict_before"),
        (RECLASSIFIED + "'{}', '{}')", r"reclassified\.matches_before"),
        (RECLASSIFIED + "'{', '[]')", r"reclassified\.verdict_before"),
        ("UPDATE scans SET sha256 = '../../../x'", r"scans\.sha256"),
        ("UPDATE scans SET state = 'odd'", r"scans\.state"),
        ("UPDATE scans SET size = 'many'", r"scans\.size"),
        ("UPDATE scans SET score = x'00'", r"scans\.score"),
        ("UPDATE scans SET original_name = x'61'", r"scans\.original_name"),
        ("UPDATE scans SET error = CAST(x'ff' AS TEXT)", "not UTF-8"),
        ("UPDATE scans SET id = 9223372036854775807", r"scans\.id|refers"),
        ("UPDATE sqlite_sequence SET seq = 9223372036854775807", "sqlite_sequence"),
        ("UPDATE scans SET duplicate_of = 7", "a row of scans refers"),
    ],
)
def test_values_that_no_ledger_has_are_refused(
    saved: Path, tmp_path: Path, script: str, column: str
) -> None:
    """Folders would be made outside the home, or every look at the scan would be a traceback."""
    with_edited_ledger(saved, script)
    with pytest.raises(DataError, match=f"not as Pigeonhole writes it: .*({column})"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("revision", sorted(path.stem for path in HOMES.glob("*.sql")))
def test_ledgers_of_earlier_versions_are_restored_with_every_row(
    saved: Path, tmp_path: Path, revision: str
) -> None:
    """A backup would be worthless after an update."""
    ledger = read_back((HOMES / f"{revision}.sql").read_text(), tmp_path / "old")
    archive = with_ledger(saved, ledger.read_bytes())
    Database.open(ledger).close()  # the newest migration, for what is to be seen of it
    made = restore(archive, tmp_path / "new")
    with (
        closing(sqlite3.connect(ledger)) as old,
        closing(sqlite3.connect(made.home / "pigeonhole.db")) as new,
    ):
        for table in metadata.tables.values():
            query = f'SELECT count(*) FROM "{table.name}"'
            if table.name != "sessions":
                assert old.execute(query).fetchone() == new.execute(query).fetchone(), table.name
        query = "SELECT scan_id, state, class, text, total FROM results ORDER BY scan_id"
        assert old.execute(query).fetchall() == new.execute(query).fetchall()
