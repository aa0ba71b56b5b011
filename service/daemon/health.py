"""How the daemon is doing: why it pauses, what troubles it, and that it lives."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from config.home import Home
from service.daemon.placement import Placement
from service.daemon.pulse import Condition, Pulse
from service.inbox.events import InboxEvents
from service.inbox.inbox import Inbox
from service.space import shortage
from storage.ledger import Ledger

log = structlog.get_logger()

RETRY = 5.0
"""Seconds after which a full disk, or a ledger that could not be written, is tried again."""


class Health:
    """Watches over the disks and the moves, and tells ``status``.

    While intake is paused no scan is claimed and no attempt is spent; what is under way goes on.

    Args:
        home: whose disks.
        ledger: where it is told.
        placement: what files.
        events: how files are heard of.
        also: trouble that keeps no scan from being filed, and is told as well.

    Attributes:
        paused: why nothing is taken up now; empty when nothing speaks against it.
    """

    def __init__(
        self,
        home: Home,
        ledger: Ledger,
        placement: Placement,
        events: InboxEvents,
        *,
        also: Callable[[], str] = lambda: "",
    ) -> None:
        self.paused = ""
        self._disks = (home.cache, home.database.parent)
        self._placement = placement
        self._events = events
        self._also = also
        self._pulse = Pulse(ledger)
        self._starved = ""
        self._blind = ""
        self._next_try = 0.0
        self._unreadable: dict[str, str] = {}
        self._broken_detectors: dict[str, str] = {}

    @property
    def trouble(self) -> str:
        """What keeps scans from being taken up or filed, for a person; empty if nothing does."""
        paused = self.paused and f"intake is paused: {self.paused}"
        return "; ".join(filter(None, (paused, self._blind, self._placement.trouble)))

    def blind(self, reason: str) -> None:
        """The inbox, or a part of it, cannot be looked into; or, if it is empty, can be again."""
        if reason and not self._blind:
            log.error(reason)
        self._blind = reason

    def starve(self, reason: str) -> None:
        """A worker found no room to work in."""
        self._starved = reason
        self._next_try = time.monotonic() + RETRY

    def leave_out(self, unreadable: dict[str, str], broken_detectors: dict[str, str]) -> None:
        """Name what the workers cannot use, by its name, with the reason. Each is told once."""
        for name, reason in unreadable.items():
            if self._unreadable.get(name) != reason:
                log.warning("support image not used", image=name, reason=reason)
        self._unreadable = unreadable
        for name, reason in broken_detectors.items():
            if self._broken_detectors.get(name) != reason:
                log.warning("detector not used", detector=name, reason=reason)
        self._broken_detectors = broken_detectors

    def look(self) -> None:
        """Pause, or go on, by what is known now."""
        if time.monotonic() >= self._next_try:
            self._starved = ""
        full = "the disk is full" if self._placement.full else ""
        self._placement.mounts.look()
        self.pause(self._placement.mounts.overlap or full or self._starved or shortage(self._disks))

    def pause(self, reason: str) -> None:
        """Take nothing up for this reason, or, if it is empty, go on. Each is told once."""
        if reason and not self.paused:
            log.error("intake is paused", reason=reason, again=RETRY)
        elif self.paused and not reason:
            log.info("intake goes on")
        self.paused = reason

    def may_try_again(self) -> bool:
        """Whether a full disk is to be tried again now; True once in `RETRY` seconds."""
        now = time.monotonic()
        if not self._placement.full or now < self._next_try:
            return False
        self._next_try = now + RETRY
        return True

    def tell(self, inbox: Inbox, *, swept: bool = False) -> None:
        """Tell ``status``; all of it after a sweep, else what is news."""
        trouble = "; ".join(filter(None, (self.trouble, self._also())))
        found = Condition(inbox.waiting(), inbox.oldest(), self._events.mode, trouble)
        if swept:
            self._pulse.swept(found)
        else:
            self._pulse.feel(found)
