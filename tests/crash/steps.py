"""Every step by which a scan could be lost, named as it is taken; a process may die at any of them.

What changes the ledger or a folder is followed by a step, and each commit is preceded by one. A
process that is told to die at a step is ended there by SIGKILL.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from config.home import Home
from config.links import is_held
from storage.corrections.feedback import FeedbackBook
from storage.corrections.lessons import LessonBook
from storage.corrections.reclassified import ReclassifiedBook
from storage.database import Database
from storage.filing import files, noreplace, syncing
from storage.ledger import Ledger
from storage.presence import PresenceBook
from storage.tickets.outputs import OutputBook

TRANSACTIONS = (
    "claim", "requeue", "recover", "decide", "recall", "leave", "fail_again", "redirect", "close", "abandon",
    "forget_places",
)  # fmt: skip
OF_PRESENCE = ("remember", "note_gone", "found_again")
OF_OUTPUTS = ("begin", "made", "give_up", "forget", "make_anew", "stands")
OF_FEEDBACK = ("confirm", "correct", "moved", "take_back")
OF_LESSONS = ("decide", "answer", "added", "fail", "forget")
OF_RECLASSIFIED = ("change", "take_back")


class Steps:
    """Takes note of each step, and ends this process at one of them.

    Args:
        home: in which the story plays.
        die_at: the step, counted from 1; 0 for none.
    """

    def __init__(self, home: Home, die_at: int = 0) -> None:
        self.taken: list[str] = []
        self._home = home
        self._die_at = die_at
        self._transaction = ""

    def take(self, step: str) -> None:
        """One step is done."""
        self.taken.append(step)
        if len(self.taken) == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, database: Database) -> None:
        """From now on every step of this process is noted. There is no way back."""
        # One after the other, so that the n-th step is the same one each time.
        syncing.AT_ONCE = 1
        books = (
            (Ledger, TRANSACTIONS), (PresenceBook, OF_PRESENCE), (OutputBook, OF_OUTPUTS), (FeedbackBook, OF_FEEDBACK),
            (ReclassifiedBook, OF_RECLASSIFIED), (LessonBook, OF_LESSONS),
        )  # fmt: skip
        for owner, names in books:
            for name in names:
                setattr(owner, name, self._transacting(name, getattr(owner, name)))
        event.listen(database._engine, "commit", self._committing)
        self._after(os, "link", lambda source, target, **_: f"{self._name(target)} linked")
        self._after(os, "unlink", lambda path, **_: f"{self._name(path)} unlinked")
        self._after(os, "rename", lambda _, target: f"{self._name(target)} renamed")
        self._after(os, "replace", lambda _, target: f"{self._name(target)} put in place")
        self._after(noreplace, "reserve", lambda target: f"{self._name(target)} reserved")
        self._after(files, "fsync_folder", lambda folder: f"{self._name(folder)}/ synced")
        self._after(
            noreplace, "rename_without_replacing", lambda _, to: f"{self._name(to)} renamed"
        )
        self._after(Path, "mkdir", lambda path, **_: f"{self._name(path)}/ made")
        sync = files.fsync

        def synced(descriptor: int) -> None:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            sync(descriptor)
            if not os.path.isdir(path):
                self.take(f"{self._name(path)} synced")

        files.fsync = synced

    def _name(self, path: Any) -> str:
        """A path as a table shows it: under the home, hidden names by their ending."""
        shown = self._home.relative(_real(path))
        folder, _, name = shown.rpartition("/")
        return f"{folder}/*{Path(name).suffix}" if name.startswith(".pigeonhole-") else shown

    def _transacting(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def transacting(*args: Any, **more: Any) -> Any:
            self._transaction = name
            answer = method(*args, **more)
            wrote, self._transaction = self._transaction == "", ""
            if wrote:
                self.take(f"{name} committed")
            return answer

        return transacting

    def _committing(self, connection: Connection) -> None:
        # Some read in one transaction, and then write in another.
        writes = connection.get_execution_options().get("begin") == "BEGIN IMMEDIATE"
        if self._transaction and writes:
            name, self._transaction = self._transaction, ""
            self.take(f"{name} not yet committed")

    def _after(self, owner: Any, name: str, say: Callable[..., str]) -> None:
        done = getattr(owner, name)

        @wraps(done)
        def then_say(*args: Any, **more: Any) -> Any:
            answer = done(*args, **more)
            path = args[-1] if name != "mkdir" else args[0]
            if _real(path).is_relative_to(self._home.root):
                self.take(say(*args, **({} if name == "mkdir" else more)))
            return answer

        setattr(owner, name, then_say)


def _real(path: Any) -> Path:
    """A path, with the folder in the place of the descriptor by which it is reached."""
    place = Path(os.fsdecode(path))
    if is_held(place.parent):
        return Path(os.readlink(place.parent), place.name)
    return Path(os.readlink(place)) if is_held(place) else place
