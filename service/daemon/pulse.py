"""The daemon's pulse: what ``status`` knows of it, written often enough and no oftener."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.version import VERSION
from storage.ledger import Ledger
from storage.records import Heartbeat, now

LEAST_PAUSE = 5.0
"""Seconds between two beats while the queue shrinks; whatever else changes is told at once."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How a daemon is doing.

    Attributes:
        waiting: files in the inbox that are not claimed yet.
        oldest: seconds that the oldest of them has waited; None when none waits.
        events: how it hears of new files; see `Heartbeat`.
        trouble: what keeps scans from being taken up or filed; empty if nothing does.
    """

    waiting: int
    oldest: float | None = None
    events: str = "none"
    trouble: str = ""


class Pulse:
    """Tells the ledger that the daemon is alive, and how it is doing."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._started_at = now()
        self._swept_at: datetime | None = None
        self._told: Condition | None = None
        self._told_at = 0.0

    def swept(self, condition: Condition) -> None:
        """The whole inbox was just looked at."""
        self._swept_at = now()
        self._beat(condition)

    def feel(self, condition: Condition) -> None:
        """So it is doing now."""
        if self._told is None or self._news(self._told, condition):
            self._beat(condition)

    def _news(self, told: Condition, found: Condition) -> bool:
        if (told.events, bool(told.trouble)) != (found.events, bool(found.trouble)):
            return True
        long_ago = time.monotonic() - self._told_at >= LEAST_PAUSE
        if told.trouble != found.trouble and long_ago:
            return True
        return told.waiting != found.waiting and (long_ago or found.waiting == 0)

    def _beat(self, condition: Condition) -> None:
        self._told, self._told_at = condition, time.monotonic()
        oldest = condition.oldest
        self._ledger.beat(
            Heartbeat(
                os.getpid(),
                self._started_at,
                self._swept_at,
                condition.waiting,
                VERSION,
                condition.events,
                None if oldest is None else now() - timedelta(seconds=oldest),
                condition.trouble,
            )
        )
