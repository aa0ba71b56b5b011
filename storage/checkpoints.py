"""Checkpoints: what stands in the write-ahead log is soon part of the database file as well.

SQLite checkpoints by itself after 1,000 pages, which a small service does not write in a week:
until then a copy of the one file ``pigeonhole.db`` lacks every row. The log is watched from
outside, by its size and time, so that what other processes write counts too.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from config.errors import DatabaseError
from storage.database import Database

IDLE: Final = 3.0
"""Seconds without a change after which the whole log is copied and truncated."""
MAX_LAG: Final = 8.0
"""Seconds after a change at which the log is copied though changes go on."""
RETRY: Final = 5.0
"""Seconds until the next try where a reader, a writer or the disk was in the way."""

log = structlog.get_logger()

Clock = Callable[[], float]


class Checkpoints:
    """Decides when the log of ``database`` is copied into it.

    Args:
        database: open.
        clock: seconds that never go backwards.
    """

    def __init__(self, database: Database, clock: Clock = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._copied: tuple[int, int] | None = None
        self._seen: tuple[int, int] | None = None
        self._since: float | None = None
        self._changed_at = 0.0
        self._next_try = 0.0
        self._reason = ""

    def look(self) -> None:
        """Checkpoint if it is time. Nothing is waited for, and nothing is raised."""
        now, found = self._clock(), self._look_at_log()
        if found is None or found[0] == 0 or found == self._copied:
            self._since = None
            return
        if found != self._seen:
            self._seen, self._changed_at = found, now
        if self._since is None:
            self._since = now
        quiet = now - self._changed_at >= IDLE
        if now >= self._next_try and (quiet or now - self._since >= MAX_LAG):
            self._checkpoint(found, truncate=quiet)

    def _checkpoint(self, found: tuple[int, int], *, truncate: bool) -> None:
        try:
            whole, reason = self._database.checkpoint(truncate=truncate), ""
        except DatabaseError as error:
            whole, reason = False, error.message
        if reason and reason != self._reason:
            log.warning("the ledger's log cannot be checkpointed", reason=reason, again=RETRY)
        self._reason = reason
        if whole:
            self._copied, self._since = found, None
        else:
            self._next_try = self._clock() + RETRY

    def _look_at_log(self) -> tuple[int, int] | None:
        """Size and time of the log; None where there is none."""
        try:
            state = os.stat(self._database.log_file)
        except OSError:
            return None
        return state.st_size, state.st_mtime_ns


@contextmanager
def checkpointed(
    database: Database, *, clock: Clock = time.monotonic, pause: float = 1.0
) -> Iterator[None]:
    """Checkpoint ``database`` from a thread during the block: no writer waits for the disk.

    Args:
        database: open.
        clock: see `Checkpoints`.
        pause: seconds between looks at the log.
    """
    checkpoints, end = Checkpoints(database, clock), threading.Event()

    def keep() -> None:
        while not end.wait(pause):
            checkpoints.look()

    thread = threading.Thread(target=keep, name="checkpoints", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
