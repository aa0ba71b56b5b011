"""Lay out each state as a home, start on it, and see that nothing is lost, doubled or left over."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from config.home import Home
from config.settings import Settings
from tests.crash.acting import act, act_before, lay_out, open_desk
from tests.crash.restarting import restarted
from tests.crash.steps import Steps
from tests.crash.stories import Story, same_disk
from tests.power.disk import Disk
from tests.power.history import Sync
from tests.power.recording import Recording, record
from tests.power.states import State, states, unsynced
from tests.service.fakes import Judge

_PERSONS_DEED = frozenset({
    "dropped back", "dragged", "edited and dragged", "dragged onto another", "swapped", "deleted", "put there again", "filled", "changed",
})  # fmt: skip
"""What a person did with files before the story is taken as durable: it is theirs, not ours."""


def record_story(story: Story, empty: Path, root: Path) -> Recording:
    """Record a story that is played in the home ``root``, which is made.

    Raises:
        NotTraceableError: nothing can be recorded here.
    """
    home = lay_out(story, empty, root)

    def play(begin: Callable[[], None]) -> None:
        desk = open_desk(home)
        act_before(story, desk)
        begin()
        story.odd(home)
        act(story, desk)

    return record(root, play)


def record_start(story: Story, root: Path, killed: Callable[[], None] | None = None) -> Recording:
    """Record the start of a daemon in the home ``root``, in which another one came to its end.

    Args:
        story: which.
        root: the home.
        killed: what the daemon before did; None where its power went.

    Raises:
        NotTraceableError: nothing can be recorded here.
    """
    home = Home.of(root, Settings())

    def play(begin: Callable[[], None]) -> None:
        begin()
        desk = open_desk(home)
        if killed is not None:
            story.odd(home)
        with same_disk(story, home):
            desk.once(Judge(says=story.says), **story.settings)

    return record(root, play, killed=killed)


def record_start_after_kill(story: Story, empty: Path, root: Path, step: int) -> Recording:
    """Record a story whose daemon dies at a step, by SIGKILL, and the start of the next one.

    The kernel has what the dead one did; only what was synced is on the disk.

    Raises:
        NotTraceableError: nothing can be recorded here.
    """
    home = lay_out(story, empty, root)

    def die() -> None:
        desk = open_desk(home)
        act_before(story, desk)
        story.odd(home)
        Steps(home, step).watch(desk.ledger.database)
        act(story, desk)

    return record_start(story, root, killed=die)


def states_of(
    story: Story, recording: Recording, lies: Callable[[Sync], bool] = lambda _sync: False
) -> list[State]:
    """The states in which a power cut may leave the home of a story."""
    return list(states(recording.history, settled=_settled(story), lies=lies))


def left_unsynced(story: Story, recording: Recording) -> list[str]:
    """What a story did that a power cut may still undo when it is over.

    SQLite cuts its log without a sync: an old log is known by its salt.
    """
    return [
        label
        for label in unsynced(recording.history, settled=_settled(story))
        if not label.startswith("truncate pigeonhole.db-wal")
    ]


def _settled(story: Story) -> bool:
    return story.again in _PERSONS_DEED


class Shelf:
    """Lays out one disk after the other at the home of a recording.

    Paths in the journal are absolute, and inode numbers stand in the ledger: each state is laid out at
    the same path, of the same files.
    """

    def __init__(self, recording: Recording) -> None:
        self.root, history = recording.root, recording.history
        self._kept = recording.kept
        self._real = {
            number: os.lstat(os.path.join(os.fsencode(self.root), path)).st_ino
            for path, number in history.final.tree().items()
            if number in history.final.files
        }
        self._times = {path.name: path.stat().st_mtime_ns for path in self._kept.iterdir()}

    def lay_out(self, disk: Disk) -> None:
        """Make the home what a disk holds."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        root = os.fsencode(self.root)
        done: set[int] = set()
        for path, number in disk.tree().items():
            place = os.path.join(root, path)
            if number in disk.folders:
                os.mkdir(place)
                continue
            kept = self._kept / str(self._real.get(number, number))
            if number not in done:
                done.add(number)
                kept.write_bytes(disk.files[number])
                time = self._times.setdefault(kept.name, kept.stat().st_mtime_ns)
                os.utime(kept, ns=(time, time))
            os.link(kept, place)


def violation(shelf: Shelf, disk: Disk, story: Story) -> str:
    """What a start on a disk does wrong; empty where nothing is."""
    shelf.lay_out(disk)
    try:
        with same_disk(story, Home.of(shelf.root, Settings())):
            restarted(shelf.root, story)
    except AssertionError as error:
        return str(error) or "an assertion"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        return f"{type(error).__name__}: {error}"
    return ""
