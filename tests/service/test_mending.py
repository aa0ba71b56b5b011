from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from service.background import LARGE
from service.daemon import carrying
from service.daemon.corrections import mending
from service.inbox import digests
from storage.filing.notes import ENDING
from tests.service.fakes import Desk, Judge


@pytest.fixture
def judge() -> Judge:
    """Decides by the first word of a file."""
    return Judge()


@pytest.fixture
def failed(desk: Desk, judge: Judge) -> Path:
    """A file that failed, with its note."""
    desk.drop("a.png", "broken 1")
    assert desk.once(judge) is False
    assert desk.filed() == {"failed/a.png", f"failed/a.png{ENDING}"}
    return desk.home.failed / "a.png"


def rows(desk: Desk) -> list[tuple[str, str]]:
    """Name and state of every row, oldest first."""
    return [(row["original_name"], row["state"]) for row in desk.rows()]


def same_size(path: Path) -> None:
    """Other bytes, as many; the mtime is put back."""
    before, closed = path.stat(), time.time_ns()
    # The clock of the file system is some milliseconds behind: it has to pass the end of the first try.
    while path.stat().st_ctime_ns <= closed:
        with path.open("r+") as file:
            file.write("ticket 1"[: before.st_size])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("how", ["longer", "same size", "replaced"])
def test_a_failed_file_that_was_written_on_is_tried_again(
    desk: Desk, judge: Judge, failed: Path, how: str
) -> None:
    """Half a scan would lie in failed/ for good, though its program finished it there."""
    if how == "longer":
        failed.write_text("ticket all of it")
    elif how == "same size":
        same_size(failed)
    else:
        other = desk.home.root / "other"
        other.write_text("ticket mended")
        other.replace(failed)
    assert desk.once(judge) is True
    assert desk.filed() == {"sorted/ticket/a.png"}
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]
    assert desk.ledger.moves() == []


def test_a_watching_daemon_takes_it_once_it_rests(desk: Desk, judge: Judge, failed: Path) -> None:
    """Only a restart, or a cron job, would find it."""
    with desk.watching(judge, rescan_interval=0.1, stability_delay=0.1):
        failed.write_text("ticket all of it")
        ends = desk.wait_closed(2)
        ends += desk.wait_closed(1) if ("a.png", "filed") not in ends else []
    assert ("a.png", "filed") in ends
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]


def test_a_failed_file_that_fails_again_is_failed_once(
    desk: Desk, judge: Judge, failed: Path
) -> None:
    """Each try would leave a note behind, or be tried for ever."""
    failed.write_text("broken 2")
    assert desk.once(judge) is False
    assert desk.once(judge) is True
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "failed")]
    assert desk.filed() == {"failed/a.png", f"failed/a.png{ENDING}"}


@pytest.mark.parametrize("touch", ["chmod", "utime", "link", "nothing"])
def test_a_failed_file_of_the_same_bytes_stays(
    desk: Desk, judge: Judge, failed: Path, touch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup that sets times back would have every failed file tried again and again."""
    hashed: list[str] = []
    hash_file = digests.hash_file

    def counted(path: str, state: os.stat_result) -> str | None:
        hashed.append(path)
        return hash_file(path, state)

    monkeypatch.setattr(digests, "hash_file", counted)
    if touch == "chmod":
        failed.chmod(0o600)
    elif touch == "utime":
        os.utime(failed)
    elif touch == "link":
        os.link(failed, desk.home.root / "second")
    judge.batches.clear()
    assert desk.once(judge) is True
    assert bool(hashed) == (touch != "nothing")
    assert judge.batches == []
    assert rows(desk) == [("a.png", "failed")]
    assert desk.filed() == {"failed/a.png", f"failed/a.png{ENDING}"}


def test_what_was_compared_is_not_compared_again(desk: Desk, failed: Path) -> None:
    """Each sweep would read every failed file that somebody touched once."""
    os.utime(failed)
    clock = iter(range(1000))
    seen: list[str] = []

    class Counted(digests.Digests):
        def of(self, path: str, state: os.stat_result) -> Any:
            seen.append(path)
            return super().of(path, state)

    watched = mending.Mending(
        desk.home, desk.ledger, stability_delay=0, clock=lambda: next(clock), digests=Counted()
    )
    for _ in range(3):
        watched.sweep()
        watched.go_on()
    assert len(seen) == 1
    assert not watched.busy
    failed.chmod(0o640)
    watched.sweep()
    assert watched.busy


def test_a_failed_file_is_not_taken_while_it_is_written(desk: Desk, failed: Path) -> None:
    """It would fail once more with each pause of its writer."""
    now = [0.0]
    watched = mending.Mending(
        desk.home, desk.ledger, stability_delay=5, clock=lambda: now[0], digests=digests.Digests()
    )
    for number in range(5):
        with failed.open("a") as file:
            file.write(f" {number}")
        watched.sweep()
        assert watched.due_in == 5
        now[0] += 4.5
        watched.go_on()
        assert desk.ledger.moves() == []
    with failed.open("a") as file:
        file.write("last")
    now[0] += 5
    watched.go_on()
    assert desk.ledger.moves() == []
    now[0] += 5
    watched.go_on()
    (move,) = desk.ledger.moves()
    assert (move.source, move.destination) == (failed, desk.home.inbox / "a.png")
    assert move.size == failed.stat().st_size


def test_one_that_may_be_read_now_is_tried_again(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gives the service leave to read a file would have to drop it again."""
    path = desk.drop("a.png", "ticket 1")

    def refused(_path: str, _state: os.stat_result) -> str:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(digests, "hash_file", refused)
        desk.once(judge)
        desk.once(judge)
    assert rows(desk) == [("a.png", "failed")]
    assert not path.exists()
    (desk.home.failed / "a.png").chmod(0o644)
    assert desk.once(judge) is True
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]


def test_a_large_one_is_taken_again_by_once(desk: Desk, judge: Judge, failed: Path) -> None:
    """``watch --once`` would end before the thread has moved it."""
    failed.write_text("ticket 1")
    os.truncate(failed, LARGE)
    assert desk.once(judge) is True
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]


def test_a_large_one_whose_move_was_cut_short_is_taken_again_by_once(
    desk: Desk, judge: Judge, failed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run would carry out the move of the last, and leave the file in the inbox."""
    failed.write_text("ticket 1")
    os.truncate(failed, LARGE)
    with monkeypatch.context() as patch:
        patch.setattr(carrying, "file_away", lambda _moves: (_ for _ in ()).throw(KeyError))
        with pytest.raises(KeyError):
            desk.once(judge)
    assert rows(desk) == [("a.png", "moving")]
    assert desk.once(judge) is True
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]


def test_one_that_changes_while_it_is_moved_stays_and_is_named(
    desk: Desk, judge: Judge, failed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row would be superseded, and nobody know of the file any more."""
    failed.write_text("ticket 1")
    file_away = carrying.file_away

    def written_on(moves: Any) -> Any:
        with failed.open("a") as file:
            file.write(" and more")
        monkeypatch.setattr(carrying, "file_away", file_away)
        return file_away(moves)

    monkeypatch.setattr(carrying, "file_away", written_on)
    desk.once(judge)
    assert rows(desk) == [("a.png", "failed")]
    assert desk.ledger.place(1) == failed
    assert failed.read_text() == "ticket 1 and more"
    assert desk.ledger.moves() == []
    assert desk.once(judge) is True
    assert rows(desk) == [("a.png", "superseded"), ("a.png", "filed")]


def test_a_filed_scan_that_changes_while_it_is_moved_stays_and_is_named(
    desk: Desk, judge: Judge, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever corrects a scan that a program still has open would lose its row."""
    desk.drop("a.png", "ticket 1")
    desk.once(judge)
    (scan,) = desk.ledger.filed()
    move = mending.Move(1, scan.place, home.inbox / "a.png", scan.sha256, scan.size, "superseded")
    desk.ledger.recall([move])
    scan.place.write_text("ticket 1 and more")
    desk.once(judge)
    assert rows(desk) == [("a.png", "filed")]
    assert desk.ledger.place(1) == scan.place
