from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import structlog

from config.errors import DatabaseError
from config.home import Home
from models.page.scan import Scan
from storage.checkpoints import IDLE, MAX_LAG, RETRY, Checkpoints, checkpointed
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Clock

Drop = Callable[..., Scan]


def copied_alone(path: Path, to: Path) -> list[str]:
    """Names of the scans in a copy of the database file, without what lies beside it."""
    shutil.copyfile(path, to)
    with closing(sqlite3.connect(to)) as copy:
        return [name for (name,) in copy.execute("SELECT original_name FROM scans ORDER BY id")]


def wal_of(database: Database) -> Path:
    """The database's write-ahead log."""
    return database.path.with_name(database.path.name + "-wal")


def test_a_new_database_is_whole_without_its_log(database: Database, tmp_path: Path) -> None:
    """A copy of pigeonhole.db, made while the service runs, would not even have tables."""
    assert copied_alone(database.path, tmp_path / "copy.db") == []


def test_a_row_reaches_the_file_when_the_ledger_is_quiet(
    database: Database, ledger: Ledger, drop: Drop, tmp_path: Path
) -> None:
    """The row of the last scan of the day would stand in the log alone until the next day."""
    clock = Clock()
    checkpoints = Checkpoints(database, clock)
    ledger.claim([drop("a.png")])
    checkpoints.look()
    clock.now += IDLE
    checkpoints.look()
    assert copied_alone(database.path, tmp_path / "copy.db") == ["a.png"]
    assert wal_of(database).stat().st_size == 0
    assert IDLE < 9.0  # seconds, one of them until the first look: ten at most


def test_rows_reach_the_file_under_load_as_well(
    database: Database, ledger: Ledger, drop: Drop, tmp_path: Path
) -> None:
    """While scans arrive without a pause, nothing would be checkpointed."""
    clock = Clock()
    checkpoints = Checkpoints(database, clock)
    for number in range(int(MAX_LAG) + 1):
        ledger.claim([drop(f"{number}.png")])
        checkpoints.look()
        clock.now += 1.0
    assert len(copied_alone(database.path, tmp_path / "copy.db")) > MAX_LAG - 2
    assert MAX_LAG <= 60.0


def test_an_unchanged_log_is_not_checkpointed_again(
    database: Database, ledger: Ledger, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idle service would keep the disk awake."""
    clock, asked = Clock(), list[bool]()
    checkpoint = database.checkpoint

    def noted(*, truncate: bool) -> bool:
        asked.append(truncate)
        return checkpoint(truncate=truncate)

    monkeypatch.setattr(database, "checkpoint", noted)
    checkpoints = Checkpoints(database, clock)
    ledger.claim([drop("a.png")])
    for _ in range(100):
        checkpoints.look()
        clock.now += 1.0
    assert asked == [True]


def test_a_reader_of_an_old_state_only_delays_it(
    database: Database, ledger: Ledger, drop: Drop, tmp_path: Path
) -> None:
    """A forgotten SQLite shell would stop the service, or keep it from ever checkpointing."""
    clock = Clock()
    checkpoints = Checkpoints(database, clock)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM scans").fetchall()
        ledger.claim([drop("a.png")])
        checkpoints.look()
        clock.now += IDLE
        checkpoints.look()
        assert wal_of(database).stat().st_size > 0
    clock.now += RETRY
    checkpoints.look()
    assert copied_alone(database.path, tmp_path / "copy.db") == ["a.png"]
    assert wal_of(database).stat().st_size == 0


def test_a_writer_in_another_process_is_not_waited_for(
    database: Database, ledger: Ledger, drop: Drop
) -> None:
    """The checkpoint would block whoever asked for it for half a minute."""
    ledger.claim([drop("a.png")])
    with closing(sqlite3.connect(database.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert not database.checkpoint(truncate=True)
        writer.execute("ROLLBACK")
    assert database.checkpoint(truncate=True)


def test_a_checkpoint_that_fails_is_logged_once_and_tried_again(
    database: Database, ledger: Ledger, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk would end the service, or fill the log."""
    clock = Clock()

    def full(*, truncate: bool) -> bool:
        raise DatabaseError("database or disk is full", passing=True)

    checkpoints = Checkpoints(database, clock)
    ledger.claim([drop("a.png")])
    with monkeypatch.context() as patched, structlog.testing.capture_logs() as logs:
        patched.setattr(database, "checkpoint", full)
        for _ in range(60):
            checkpoints.look()
            clock.now += 1.0
    assert [line["event"] for line in logs] == ["the ledger's log cannot be checkpointed"]
    clock.now += RETRY
    checkpoints.look()
    assert wal_of(database).stat().st_size == 0


def test_a_thread_does_it_beside_whoever_writes(
    database: Database, ledger: Ledger, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would look at the clock while a server waits for requests."""
    done = threading.Event()
    checkpoint = database.checkpoint

    def noted(*, truncate: bool) -> bool:
        answer = checkpoint(truncate=truncate)
        done.set()
        return answer

    monkeypatch.setattr(database, "checkpoint", noted)
    clock = Clock()
    before = set(threading.enumerate())  # a home that many tests share has such a thread as well
    with checkpointed(database, clock=clock, pause=0.01):
        (thread,) = set(threading.enumerate()) - before
        ledger.claim([drop("a.png")])
        while not done.wait(0.02):
            clock.now += IDLE
    assert not thread.is_alive()


def test_closing_leaves_one_whole_file(
    database: Database, ledger: Ledger, drop: Drop, home: Home
) -> None:
    """A command that wrote would leave its rows in a log beside the database."""
    ledger.claim([drop("a.png")])
    barrier = threading.Barrier(4)

    def read() -> None:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
            barrier.wait()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    database.close()
    assert sorted(path.name for path in home.root.glob("pigeonhole.db*")) == ["pigeonhole.db"]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
@pytest.mark.parametrize("what", ["removed", "replaced"])
def test_a_part_that_goes_away_is_noticed(
    database: Database, ledger: Ledger, drop: Drop, ending: str, what: str
) -> None:
    """SQLite goes on writing into a file without a name: later rows would be lost to others."""
    database.check_in_place()
    ledger.claim([drop("a.png")])
    database.check_in_place()
    part = database.path.with_name(database.path.name + ending)
    content = part.read_bytes()
    part.unlink()
    if what == "replaced":
        (part.parent / "taken").write_bytes(b"")  # takes the inode that became free
        part.write_bytes(content)
    with pytest.raises(DatabaseError, match="was removed while it was in use") as caught:
        database.check_in_place()
    assert part.name in str(caught.value)
    assert caught.value.exit_code == 9
    assert not caught.value.passing


def test_a_checkpoint_keeps_the_log_in_place(
    database: Database, ledger: Ledger, drop: Drop
) -> None:
    """The service would stop itself by its own checkpoint."""
    database.check_in_place()
    ledger.claim([drop("a.png")])
    assert database.checkpoint(truncate=True)
    database.check_in_place()
    code = (
        "import sys; from pathlib import Path; from storage.database import Database;"
        "Database.open_existing(Path(sys.argv[1])).close()"
    )
    subprocess.run([sys.executable, "-c", code, database.path], check=True)
    database.check_in_place()


def test_what_went_into_a_removed_log_is_saved_at_the_end(
    database: Database, ledger: Ledger, drop: Drop
) -> None:
    """Whoever deleted the log would have deleted rows of scans that are filed."""
    ledger.claim([drop("a.png")])
    wal_of(database).unlink()
    ledger.claim([drop("b.png")])
    database.close()
    with closing(sqlite3.connect(database.path)) as plain:
        assert plain.execute("SELECT count(*) FROM scans").fetchone() == (2,)
