from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from config.errors import DatabaseError
from config.home import Home
from storage.database import Database
from storage.tables import HEAD
from storage.views import RESULT_COLUMNS


def add_class(database: Database, name: str) -> None:
    """A write that can be seen: one heartbeat of this version."""
    with database.write() as connection:
        connection.execute(
            text(
                "INSERT OR REPLACE INTO heartbeat (id, pid, started_at, waiting, version)"
                " VALUES (1, 2, 'now', 0, :name)"
            ),
            {"name": name},
        )


def version(database: Database) -> str | None:
    """What ``add_class`` wrote last."""
    with database.read() as connection:
        found = connection.execute(text("SELECT version FROM heartbeat")).scalar()
    return None if found is None else str(found)


def test_every_connection_is_durable_and_keeps_its_references(database: Database) -> None:
    """Without these pragmas a power cut loses commits, and rows may point at nothing."""
    for transaction in (database.read, database.write):
        with transaction() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert pragmas == {
            "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000,
        }  # fmt: skip


def test_an_exception_undoes_the_transaction(database: Database) -> None:
    """Half a decision would be recorded."""
    add_class(database, "first")

    def half() -> None:
        with database.write() as connection:
            connection.execute(text("UPDATE heartbeat SET version = 'second'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert version(database) == "first"


def test_a_write_locks_at_its_beginning(database: Database) -> None:
    """A transaction that begins as a reader and then writes can fail with SQLITE_BUSY at once."""
    other = Database(database.path, timeout=0.05)
    with (
        database.write(),
        pytest.raises(DatabaseError, match="locked"),
        other.write(),
    ):
        pass
    other.close()


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    """A list that spans several queries would contradict itself."""
    add_class(database, "first")
    with database.read() as connection:
        before = connection.execute(text("SELECT version FROM heartbeat")).scalar()
        add_class(database, "second")
        assert connection.execute(text("SELECT version FROM heartbeat")).scalar() == before
    assert version(database) == "second"


def test_a_mistake_of_the_program_is_no_database_error(database: Database) -> None:
    """A broken constraint must be seen as a bug, not as advice to the user."""
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(text("INSERT INTO readings (scan_id, text) VALUES (99, 'x')"))


def test_threads_may_share_it(database: Database) -> None:
    """The web page's threads and the daemon use one database object."""
    barrier = threading.Barrier(8)

    def work(number: int) -> None:
        barrier.wait()
        for i in range(10):
            add_class(database, f"{number}.{i}")
            version(database)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert str(version(database)).endswith(".9")


def test_two_programs_may_create_it_at_once(tmp_path: Path) -> None:
    """'watch' and 'status' started together: one of them would fail on a half-made database."""
    code = (
        "import sys; from pathlib import Path; from storage.database import Database;"
        "Database.open(Path(sys.argv[1])).close()"
    )
    path = tmp_path / "pigeonhole.db"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [(b"", 0)] * 3
    assert not list(tmp_path.glob("*backup*"))


def test_opening_one_that_is_up_to_date_does_not_import_alembic(database: Database) -> None:
    """Every 'status' would pay a fifth of a second."""
    code = (
        "import sys; from pathlib import Path; from storage.database import Database;"
        "Database.open_existing(Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(database.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_a_missing_database_is_named_with_advice(tmp_path: Path) -> None:
    """A command that only reads would leave an empty database behind."""
    with pytest.raises(DatabaseError, match="no database at") as caught:
        Database.open_existing(tmp_path / "none.db")
    assert caught.value.advice
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("opener", [Database.open, Database.open_existing])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, opener: object) -> None:
    """A traceback instead of one line, or worse: the user's file written over."""
    path = tmp_path / "letter.txt"
    path.write_bytes(b"Dear Sir or Madam, " * 100)
    with pytest.raises(DatabaseError, match="not a database"):
        opener(path)  # type: ignore[operator]
    assert path.read_bytes() == b"Dear Sir or Madam, " * 100


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Its owner would find our tables among theirs."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE cats (name)")
        other.commit()
    with pytest.raises(DatabaseError, match="another program"):
        Database.open(path)


def test_a_newer_database_is_refused(database: Database) -> None:
    """An old program must not write into tables that it does not know."""
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer Pigeonhole"):
        Database.open(database.path)
    assert not list(database.path.parent.glob("*backup*"))


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A mistyped database_url would end in a traceback."""
    with pytest.raises(DatabaseError, match="unable to open") as caught:
        Database.open(tmp_path / "no" / "such" / "p.db")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a b?c#d%20.db", "caf\udce9.db"])
def test_the_path_may_hold_any_byte(tmp_path: Path, name: str) -> None:
    """The path goes through a URI: an odd character would open another file."""
    Database.open(tmp_path / name).close()
    assert (tmp_path / name).is_file()


def test_the_view_has_exactly_its_columns(database: Database, home: Home) -> None:
    """Users' queries name them, and rely on their order."""
    with closing(sqlite3.connect(home.database)) as plain:
        cursor = plain.execute("SELECT * FROM results")
    columns = [column[0] for column in cursor.description]
    assert columns == list(RESULT_COLUMNS)
    assert columns == [
        "scan_id",
        "original_name",
        "inbox_path",
        "sha256",
        "state",
        "class",
        "nearest_class",
        "score",
        "distance",
        "runner_up",
        "nearest_support",
        "pages",
        "text",
        "vendor",
        "ticket_date",
        "total",
        "currency",
        "tax",
        "destination",
        "duplicate_of",
        "error",
        "attempts",
        "branch_id",
        "index_id",
        "received_at",
        "finished_at",
    ]


def test_a_new_database_stands_at_the_head(database: Database) -> None:
    """It would be migrated at every start."""
    with database.read() as connection:
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    assert found == HEAD
