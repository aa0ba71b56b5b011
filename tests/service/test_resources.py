"""What the daemon does when the machine has nothing left: no room, no leave to write, no ledger."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import DatabaseError
from config.home import Home
from models.page.scan import Fault
from service.daemon import daemon, health, pulse
from service.desk.overview import status
from service.lock import only_daemon
from service.space import free_bytes, shortage
from storage.database import Database
from storage.filing.moving import file_away
from storage.filing.outcomes import Placed
from storage.ledger import Ledger
from storage.records import Decision
from tests.conftest import Mount
from tests.disks import fill
from tests.service.fakes import PATIENCE, Desk, Judge, desk_in, scan_of


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again every few seconds is tried again at once."""
    monkeypatch.setattr(daemon, "RETRY", 0.05)
    monkeypatch.setattr(daemon, "ASKED", 0.05)
    monkeypatch.setattr(health, "RETRY", 0.05)
    monkeypatch.setattr(pulse, "LEAST_PAUSE", 0.05)


class Told:
    """What the ledger hears of the daemon's condition."""

    def __init__(self, desk: Desk) -> None:
        self._changed = threading.Condition()
        self._trouble = ""
        tell = desk.ledger.beat

        def beat(one: Any) -> None:
            tell(one)
            with self._changed:
                self._trouble = one.trouble
                self._changed.notify_all()

        desk.ledger.beat = beat  # type: ignore[method-assign]

    def wait(self, words: str) -> str:
        """Until trouble is told with these words; empty ones wait for its end."""
        with self._changed:
            assert self._changed.wait_for(
                lambda: words in self._trouble if words else not self._trouble, PATIENCE
            ), self._trouble
            return self._trouble


def told_to_pause(monkeypatch: pytest.MonkeyPatch, words: str) -> threading.Event:
    """Is set once the daemon pauses for a reason with these words."""
    told = threading.Event()
    pause = health.Health.pause

    def tell(self: health.Health, reason: str) -> None:
        pause(self, reason)
        if words in reason:
            told.set()

    monkeypatch.setattr(health.Health, "pause", tell)
    return told


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


def rows(desk: Desk) -> list[tuple[str, int]]:
    """State and attempts of each scan."""
    return [(row["state"], row["attempts"]) for row in desk.rows()]


def test_a_full_destination_pauses_intake_until_there_is_room(tmp_path: Path, mount: Mount) -> None:
    """Scans would be judged one after the other that have nowhere to go, or fail for good."""
    disk = tmp_path / "disk"
    mount(disk, "size=1m")
    with desk_in(tmp_path / "home", sorted_dir=disk) as desk:
        home = desk.home
        told, judge = Told(desk), Judge()
        ballast = fill(disk)
        desk.drop("first", "ticket " + "1" * 5000)
        with desk.watching(judge):
            told.wait(
                f"intake is paused: the disk is full; 1 scan cannot be filed: {disk}/ticket: No space left"
            )
            later = desk.drop("later", "ticket " + "2" * 5000)
            assert rows(desk) == [("moving", 0)]
            assert [path.name for path in home.inbox.iterdir()] == ["first", "later"]
            ballast.unlink()
            assert desk.wait_closed(2) == [("first", "filed"), ("later", "filed")]
            told.wait("")
        assert not later.exists()
        assert rows(desk) == [("filed", 0), ("filed", 0)]
        assert sorted(path.name for path in disk.rglob("*") if path.is_file()) == ["first", "later"]


def test_a_file_larger_than_a_disk_keeps_no_other_waiting(tmp_path: Path, mount: Mount) -> None:
    """One video in the inbox would stop all sorting, for good."""
    disk = tmp_path / "disk"
    mount(disk, "size=1m")
    with desk_in(tmp_path / "home", failed_dir=disk) as desk:
        told, judge = Told(desk), Judge()
        video = desk.drop("video", "broken " + "1" * (2 << 20))
        with desk.watching(judge):
            told.wait(
                f"1 scan cannot be filed: {disk}: No space left on device (file inbox/video)."
                " Make room there"
            )
            desk.drop("later", "ticket 2")
            assert desk.wait_closed(1) == [("later", "filed")]
            assert list(disk.iterdir()) == []
            subprocess.run(["mount", "-o", "remount,size=4m", disk], check=True)
            told.wait("")
        assert rows(desk) == [("failed", 0), ("filed", 0)]
        assert not video.exists()


def test_a_full_disk_under_the_home_pauses_intake(
    tmp_path: Path, mount: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tesseract would read half a page, and the ledger lose what was decided."""
    root = tmp_path / "home"
    mount(root, "size=8m")
    full = told_to_pause(monkeypatch, "full")
    with desk_in(root) as desk:
        home = desk.home
        with desk.watching(Judge(), rescan_interval=0.05):
            desk.drop("first")
            assert desk.wait_closed() == [("first", "filed")]
            ballast = fill(root)
            assert full.wait(PATIENCE)
            (home.inbox / "second").touch()  # there is no room for a byte
            ballast.unlink()
            desk.drop("third", "ticket 3")
            assert dict(desk.wait_closed(2)) == {"second": "failed", "third": "filed"}
        assert {row["attempts"] for row in desk.rows()} == {0}


def test_once_does_not_wait_for_room(tmp_path: Path, mount: Mount) -> None:
    """A nightly run would hang until morning."""
    disk = tmp_path / "disk"
    mount(disk, "size=1m")
    with desk_in(tmp_path / "home", sorted_dir=disk) as desk:
        home = desk.home
        ballast = fill(disk)
        contents = {f"{number:03}": f"ticket {number} " + "x" * 5000 for number in range(200)}
        for name, content in contents.items():
            desk.drop(name, content)
        judge = Judge()
        assert desk.once(judge) is False
        assert len(list(home.inbox.iterdir())) == 200
        assert sum(map(len, judge.batches)) < 200  # it gave up
        ballast.unlink()
        assert desk.once(judge) is False  # a megabyte holds less than this
        filed = {path.name for path in disk.rglob("*") if path.is_file()}
        assert 100 < len(filed) < 200
        assert filed | {path.name for path in home.inbox.iterdir()} == set(contents)
        assert {row["attempts"] for row in desk.rows()} == {0}
        assert not list(disk.rglob(".pigeonhole-*"))


def test_a_read_only_destination_is_told_and_not_asked_for_ever(
    tmp_path: Path, mount: Mount
) -> None:
    """Status would say that all is well; or the disk would be asked for each scan again and again."""
    disk = tmp_path / "disk"
    mount(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with desk_in(tmp_path / "home", sorted_dir=disk) as desk:
        home = desk.home
        told = Told(desk)
        for number in range(100):
            desk.drop(f"{number:03}", f"ticket {number}")
        desk.drop("odd", "unknown 1")
        with desk.watching(Judge(), rescan_interval=0.1):
            trouble = told.wait("100 scans cannot be filed")
            assert f"{disk}/ticket: Read-only file system (file inbox/0" in trouble
            assert "Mount it so that it can be written" in trouble
            assert "paused" not in trouble
            assert desk.wait_closed() == [("odd", "review")]  # the others go on
            assert status(home, desk.ledger)["moving"] == 100
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
            assert {end for _, end in desk.wait_closed(100)} == {"filed"}
            told.wait("")
        assert set(rows(desk)) == {("filed", 0), ("review", 0)}


def test_an_inbox_that_has_gone_is_told_at_once(desk: Desk) -> None:
    """For a minute status would say that all is well, while scans are dropped beside it."""
    told = Told(desk)
    with desk.watching(Judge(), rescan_interval=3600):
        desk.drop("a")
        desk.wait_closed()
        desk.home.inbox.rename(desk.home.root / "away")
        told.wait("inbox cannot be looked into: No such file or directory")
        desk.home.inbox.write_text("in the way")
        told.wait("inbox cannot be looked into: Not a directory")
        desk.home.inbox.unlink()
        (desk.home.root / "away").rename(desk.home.inbox)
        told.wait("")
        desk.drop("b")
        assert desk.wait_closed() == [("b", "filed")]


def test_a_ledger_that_another_program_holds_is_waited_for(
    desk: Desk, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup tool, or an open editor, would stop the service or cost scans their attempts."""
    impatient = Database(home.database, timeout=0.05)
    desk = Desk(home, Ledger(impatient, home))
    locked = told_to_pause(monkeypatch, "locked")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, home.database],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder, desk.watching(Judge()):
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        desk.drop("a")
        assert locked.wait(PATIENCE)
        holder.communicate()
        assert desk.wait_closed() == [("a", "filed")]
    impatient.close()
    assert rows(desk) == [("filed", 0)]


def test_a_worker_without_room_costs_no_attempt(desk: Desk) -> None:
    """A ticket would be filed unread for good, because the disk was full for a minute."""
    answers = iter([Fault("ocr", "no room for a page", passing=True)])

    class Starving(Judge):
        def _examine(self, job: Any) -> Any:
            return replace(super()._examine(job), fault=next(answers, None))

    told = Told(desk)
    desk.drop("a")
    with desk.watching(Starving()):
        told.wait("intake is paused: no room for a page")
        assert desk.wait_closed() == [("a", "filed")]
        told.wait("")
    assert rows(desk) == [("filed", 0)]
    assert desk.rows()[0]["error"] is None


def test_room_is_counted_once_a_file_system(tmp_path: Path, mount: Mount) -> None:
    """Status would tell of five disks where there is one."""
    mount(tmp_path / "disk", "size=2m")
    (tmp_path / "plain").mkdir()
    found = free_bytes({
        "home": tmp_path, "inbox": tmp_path / "plain", "sorted": tmp_path / "disk",
        "gone": tmp_path / "gone",
    })  # fmt: skip
    assert list(found) == ["home", "sorted"]
    assert found["sorted"] == 2 << 20
    assert shortage([tmp_path / "gone", tmp_path / "disk"]) == ""


def test_sqlite_says_full_as_we_think(tmp_path: Path, mount: Mount) -> None:
    """A full disk would stop the service instead of pausing it."""
    mount(tmp_path / "disk", "size=256k")
    path = tmp_path / "disk" / "a.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (x)")
        fill(tmp_path / "disk")
        with pytest.raises(sqlite3.OperationalError) as refused:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert "full" in str(refused.value)


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_database_that_is_removed_ends_the_service(desk: Desk, ending: str) -> None:
    """It would go on to write into a file that nobody can find any more."""
    part = desk.home.database.with_name(desk.home.database.name + ending)
    daemon = desk.daemon(Judge())
    with ThreadPoolExecutor(1) as thread:
        ended = thread.submit(daemon.run)
        desk.drop("a")
        assert desk.wait_closed() == [("a", "filed")]
        part.unlink()
        with pytest.raises(DatabaseError, match="was removed while it was in use"):
            ended.result(PATIENCE)


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_it_ends_watch_once_as_well(desk: Desk, ending: str) -> None:
    """The command would report that all is well, and its rows be lost."""
    part = desk.home.database.with_name(desk.home.database.name + ending)
    desk.drop("a")
    with pytest.raises(DatabaseError, match="was removed while it was in use"):
        desk.once(Judge(on_batch=lambda _jobs: part.unlink()))


def test_a_full_disk_under_the_ledger_is_told_though_the_daemon_cannot(
    tmp_path: Path, mount: Mount
) -> None:
    """Status would say that all is well, because nobody could write otherwise."""
    root = tmp_path / "home"
    mount(root, "size=8m")
    with desk_in(root) as desk, only_daemon(desk.home.lock_file):
        home = desk.home
        desk.once(Judge())
        fill(root)
        assert "the disk is full: 0.0 MiB free" in status(home, desk.ledger)["trouble"]


def test_a_note_never_takes_the_place_of_a_scan(desk: Desk) -> None:
    """A file that looks like a note of ours would be overwritten in failed/, and lost."""
    text = '{"sha256": "whatever", "precious": true}'
    theirs = desk.home.failed / "a.png.error.json"
    claim = desk.ledger.claim([scan_of(desk.drop("note", text))])[0]
    move = desk.ledger.decide([Decision(claim.scan_id, claim.scan, "failed", theirs)])
    assert file_away(move) == [Placed(move[0])]
    desk.ledger.close([claim.scan_id])
    desk.drop("a.png", "broken 1")
    desk.once(Judge())
    assert theirs.read_text() == text
    assert (desk.home.failed / "a.png (2).error.json").is_file()


def test_a_share_that_is_away_keeps_its_failed_scans(tmp_path: Path, mount: Mount) -> None:
    """The ledger would forget where a failed scan lies, and nobody could retry it."""
    disk = tmp_path / "disk"
    mount(disk)
    with desk_in(tmp_path / "home", failed_dir=disk) as desk:
        desk.drop("a.png", "broken 1")
        desk.once(Judge())
        subprocess.run(["umount", "-l", disk], check=True)
        desk.drop("a.png", "ticket 1")
        desk.once(Judge())
        assert [(row["state"], row["destination"]) for row in desk.rows()] == [
            ("gone", str(disk / "a.png")),
            ("filed", "sorted/ticket/a.png"),
        ]
