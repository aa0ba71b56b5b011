"""The daemon's pulse: what ``status`` knows of it, written often enough and no oftener."""

from __future__ import annotations

import os
import time
from datetime import datetime

from service.version import VERSION
from storage.ledger import Ledger
from storage.records import Heartbeat, now

LEAST_PAUSE = 5.0
"""Seconds between two beats while the queue shrinks; a sweep and an empty queue are told at once."""


class Pulse:
    """Tells the ledger that the daemon is alive, and how many files wait."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._started_at = now()
        self._swept_at: datetime | None = None
        self._told: int | None = None
        self._told_at = 0.0

    def swept(self, waiting: int) -> None:
        """The whole inbox was just looked at."""
        self._swept_at = now()
        self._beat(waiting)

    def waiting(self, files: int) -> None:
        """So many files wait now."""
        long_ago = time.monotonic() - self._told_at >= LEAST_PAUSE
        if files != self._told and (long_ago or files == 0):
            self._beat(files)

    def _beat(self, waiting: int) -> None:
        self._told, self._told_at = waiting, time.monotonic()
        self._ledger.beat(
            Heartbeat(os.getpid(), self._started_at, self._swept_at, waiting, VERSION)
        )
