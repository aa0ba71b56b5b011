from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import links
from models.page import hashing
from service.background import LARGE, Background
from service.daemon import carrying, ending
from service.inbox import digests
from storage.filing import files
from tests.service.fakes import LIMITS, PATIENCE, Desk, Judge

HUGE = LIMITS.max_file_bytes + 1
"""Bytes of a file that is too large to be judged."""
SETTINGS = {"max_file_bytes": LIMITS.max_file_bytes}


class _Gate:
    """Holds who comes through it until it is opened."""

    def __init__(self, function: Callable[..., Any], held: Callable[..., bool]) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()
        self._function = function
        self._held = held

    def __call__(self, *args: Any) -> Any:
        if self._held(*args):
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return self._function(*args)


@pytest.fixture
def judge() -> Judge:
    """Decides by the first word of a file."""
    return Judge()


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is under way when the service is to end is left at once."""
    monkeypatch.setattr(ending, "GRACE", 0.0)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Gate]:
    """Large files are hashed when this is opened."""
    gate = _Gate(hashing.hash_file, lambda _path, state: state.st_size >= LARGE)
    monkeypatch.setattr(digests, "hash_file", gate)
    yield gate
    gate.opened.set()


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Gate]:
    """Large files are moved when this is opened."""
    gate = _Gate(carrying.file_away, lambda moves: any(move.size >= LARGE for move in moves))
    monkeypatch.setattr(carrying, "file_away", gate)
    yield gate
    gate.opened.set()


def drop(desk: Desk, name: str, size: int, word: bytes = b"ticket ") -> Path:
    """A sparse file that begins with a word."""
    path = desk.home.inbox / name
    partial = desk.home.root / ".large.tmp"
    partial.write_bytes(word)
    os.truncate(partial, size)
    partial.rename(path)
    return path


def digest(path: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_huge_file_that_is_hashed_keeps_no_other_waiting(
    desk: Desk, judge: Judge, hashed: _Gate
) -> None:
    """One film in the inbox would stop the sorting for minutes."""
    path = drop(desk, "film.mp4", HUGE)
    expected = digest(path)
    with desk.watching(judge, **SETTINGS):
        assert hashed.reached.wait(PATIENCE)
        desk.drop("small.png")
        assert desk.wait_closed() == [("small.png", "filed")]
        hashed.opened.set()
        assert desk.wait_closed() == [("film.mp4", "failed")]
    (row,) = [row for row in desk.rows() if row["original_name"] == "film.mp4"]
    assert row["sha256"] == expected == digest(desk.home.failed / "film.mp4")
    assert "max_file_bytes" in row["error"]


def test_a_large_file_that_is_moved_keeps_no_other_waiting(
    desk: Desk, judge: Judge, moved: _Gate
) -> None:
    """A copy to another disk, or the comparison before a move, would stop the sorting."""
    drop(desk, "film.mp4", HUGE)
    with desk.watching(judge, **SETTINGS):
        assert moved.reached.wait(PATIENCE)
        desk.drop("small.png")
        assert desk.wait_closed() == [("small.png", "filed")]
        assert desk.states()["film.mp4"] == "moving"
        moved.opened.set()
        assert desk.wait_closed() == [("film.mp4", "failed")]
    assert desk.filed() == {
        "failed/film.mp4", "failed/film.mp4.error.json", "sorted/ticket/small.png",
    }  # fmt: skip


def test_a_huge_file_keeps_no_large_one_waiting(desk: Desk, judge: Judge, moved: _Gate) -> None:
    """A photograph of 5 MB would wait for a film of 40 GB."""
    moved._held = lambda moves: any(move.size >= HUGE for move in moves)
    drop(desk, "film.mp4", HUGE)
    with desk.watching(judge, **SETTINGS):
        assert moved.reached.wait(PATIENCE)
        drop(desk, "photo.png", LARGE)
        assert desk.wait_closed() == [("photo.png", "filed")]
        moved.opened.set()
        assert desk.wait_closed() == [("film.mp4", "failed")]


def test_once_closes_large_files_too(desk: Desk, judge: Judge) -> None:
    """A cron job would end while one is still hashed or moved."""
    drop(desk, "photo.png", LARGE)
    desk.drop("small.png")
    assert desk.once(judge, **SETTINGS) is True
    assert desk.states() == {"photo.png": "filed", "small.png": "filed"}
    drop(desk, "film.mp4", HUGE)
    assert desk.once(judge, **SETTINGS) is False
    assert desk.states()["film.mp4"] == "failed"


def test_a_large_file_that_changes_while_it_is_hashed_is_hashed_anew(
    desk: Desk, judge: Judge, hashed: _Gate
) -> None:
    """It would be filed under the hash of what it was."""
    path = drop(desk, "photo.png", LARGE)
    with desk.watching(judge, **SETTINGS):
        assert hashed.reached.wait(PATIENCE)
        os.truncate(path, LARGE + 1)
        hashed.opened.set()
        assert desk.wait_closed() == [("photo.png", "filed")]
    (row,) = desk.rows()
    assert row["sha256"] == digest(desk.home.sorted / "ticket" / "photo.png")


def test_a_large_file_whose_name_is_taken_gets_another(desk: Desk, judge: Judge) -> None:
    """The next name would never be tried, or another file be overwritten."""
    place = desk.home.sorted / "ticket" / "photo.png"
    place.parent.mkdir()
    drop(desk, "photo.png", LARGE)
    free = carrying.file_away

    def taken_meanwhile(moves: Any) -> Any:
        if moves and not place.exists():
            place.write_text("theirs")
        return free(moves)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(carrying, "file_away", taken_meanwhile)
        assert desk.once(judge, **SETTINGS) is True
    assert desk.filed() == {"sorted/ticket/photo.png", "sorted/ticket/photo (2).png"}
    assert place.read_text() == "theirs"


def test_a_large_file_that_a_person_drags_keeps_no_other_waiting(
    desk: Desk, judge: Judge, hashed: _Gate
) -> None:
    """Whoever puts films in order would stop the sorting."""
    hashed.opened.set()
    drop(desk, "photo.png", LARGE)
    assert desk.once(judge, **SETTINGS)
    hashed.opened.clear()
    hashed.reached.clear()
    (desk.home.sorted / "cylinder").mkdir()
    with desk.watching(judge, rescan_interval=0.2, **SETTINGS):
        (desk.home.sorted / "ticket" / "photo.png").rename(
            desk.home.sorted / "cylinder" / "photo.png"
        )
        assert hashed.reached.wait(PATIENCE)
        desk.drop("small.png")
        assert ("small.png", "filed") in desk.wait_closed(2)
        hashed.opened.set()
        wait_until(lambda: {row["class"] for row in desk.rows(state="filed")} >= {"cylinder"})


def wait_until(true: Callable[[], bool]) -> None:
    """Ask until it is so."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError


@pytest.mark.usefixtures("no_grace")
def test_a_service_that_is_to_end_does_not_hash_to_the_end(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM would not be heard for the minutes that 40 GB take."""
    path = drop(desk, "film.mp4", 1 << 40)
    begun = threading.Event()
    hash_file = hashing.hash_file

    def begin(name: str, state: os.stat_result) -> str | None:
        begun.set()
        return hash_file(name, state)

    monkeypatch.setattr(digests, "hash_file", begin)
    with desk.watching(judge, **SETTINGS) as daemon:
        assert begun.wait(PATIENCE)
        daemon.stop()
    assert path.stat().st_size == 1 << 40
    assert desk.rows() == []
    os.truncate(path, HUGE)
    assert desk.once(judge, **SETTINGS) is False
    assert desk.states() == {"film.mp4": "failed"}


class _AtStep:
    """Stops the daemon at one of the steps of work that asks whether it is still wanted."""

    def __init__(self, step: int) -> None:
        self.daemon: Any = None
        self.seen = 0
        self._step = step
        self._checkpoint = files.raise_if_interrupted

    def __call__(self) -> None:
        self.seen += 1
        if self.seen == self._step:
            self.daemon.stop()
        self._checkpoint()


@pytest.mark.usefixtures("no_grace")
@pytest.mark.parametrize("step", [1, 4, 6, 8, 11])
@pytest.mark.parametrize("size", [LARGE, 100], ids=["large", "small"])
def test_a_service_that_is_to_end_leaves_a_move_to_the_next_start(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch, step: int, size: int
) -> None:
    """SIGTERM would wait for a copy to a slow share, or half a copy would stay there."""
    link = os.link

    def refused(source: Path, target: Path, **more: Any) -> None:
        if Path(source).is_relative_to(desk.home.inbox):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target, **more)

    monkeypatch.setattr(os, "link", refused)
    chunks = 1 if size == 100 else LARGE >> 20
    photo = drop(desk, "photo.png", size)
    photo.write_bytes(photo.read_bytes())  # without holes: each MiB is copied
    content = digest(desk.home.inbox / "photo.png")
    with monkeypatch.context() as patch:
        at_step = _AtStep(min(step, 3) if size == 100 else step)
        patch.setattr(files, "raise_if_interrupted", at_step)
        with desk.watching(judge, **SETTINGS) as daemon:
            at_step.daemon = daemon
            wait_until(lambda: at_step.seen >= at_step._step)
        assert at_step.seen == at_step._step <= 3 * chunks
    assert desk.states() == {"photo.png": "moving"}
    assert digest(desk.home.inbox / "photo.png") == content
    assert desk.filed() == set()
    assert desk.once(judge, **SETTINGS) is True
    assert desk.states() == {"photo.png": "filed"}
    assert digest(desk.home.sorted / "ticket" / "photo.png") == content
    assert list(desk.home.inbox.iterdir()) == []
    assert desk.filed() == {"sorted/ticket/photo.png"}


@pytest.mark.usefixtures("no_grace")
def test_a_service_that_is_to_end_does_not_wait_for_its_workers(desk: Desk) -> None:
    """SIGTERM would wait for `job_timeout`, and the system's manager kill the service."""
    gated = Judge(gate=threading.Event())
    assert gated.gate is not None
    desk.drop("a.png")
    with desk.watching(gated) as daemon:
        assert gated.started.wait(PATIENCE)
        daemon.stop()
    assert desk.states() == {"a.png": "working"}
    gated.gate.set()
    assert desk.once(Judge()) is True
    assert [(row["state"], row["attempts"]) for row in desk.rows()] == [("filed", 0)]


@pytest.mark.usefixtures("no_grace")
def test_a_service_that_is_to_end_does_not_carry_out_the_whole_journal(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start with ten thousand moves in the journal would not hear SIGTERM."""
    for number in range(3):
        desk.drop(f"{number}.png", f"ticket {number}")
    with monkeypatch.context() as patch:
        patch.setattr(carrying, "file_away", lambda _moves: (_ for _ in ()).throw(KeyError))
        with pytest.raises(KeyError):
            desk.once(judge)
    assert set(desk.states().values()) == {"moving"}
    with monkeypatch.context() as patch:
        at_step = _AtStep(2)
        patch.setattr(files, "raise_if_interrupted", at_step)
        daemon = at_step.daemon = desk.daemon(judge)
        assert daemon.run() is True
    assert set(desk.states().values()) == {"moving"}
    assert desk.once(judge) is True
    assert set(desk.states().values()) == {"filed"}
    assert len(desk.filed()) == 3


@pytest.mark.usefixtures("no_grace")
@pytest.mark.parametrize("once", [False, True], ids=["when it is watched", "by a sweep"])
def test_a_service_that_is_to_end_does_not_look_into_every_folder(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch, once: bool
) -> None:
    """An inbox of a million folders would be gone through after SIGTERM."""
    for number in range(50):
        (desk.home.inbox / str(number)).mkdir()
    daemon = desk.daemon(judge)
    seen: list[str] = []
    open_folder = links.open_folder

    def stopping(folder: str | Path) -> int:
        if Path(folder).parent == desk.home.inbox:
            seen.append(os.fspath(folder))
            daemon.stop()
        return open_folder(folder)

    monkeypatch.setattr(links, "open_folder", stopping)
    assert daemon.run(once=once) is not once
    assert len(seen) < 5


def test_what_is_asked_of_the_background_after_its_end_is_answered() -> None:
    """Who asks while the service ends would wait for ever."""
    background = Background(huge=HUGE, wake=lambda: None, unwanted=lambda: False)
    assert background.submit(1, lambda: 7).result(PATIENCE) == 7
    background.close()
    assert type(background.submit(1, lambda: 7).exception(PATIENCE)).__name__ == "InterruptedWork"
