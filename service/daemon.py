"""The daemon: the only one that sequences. It claims, has judged, files and closes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from config.errors import DatabaseError
from config.home import Home
from config.ignored import Ignored
from config.settings import Settings
from models.page.scan import Fault, Scan
from service.bell import Bell
from service.inbox.events import InboxEvents
from service.inbox.inbox import Inbox
from service.placement import Closed, Placement
from service.pulse import Pulse
from service.workers.dispatcher import Dispatcher, Killed
from service.workers.pipeline import Batch, Examined, Job
from service.workers.pipeline import Prior as KnownResult
from storage.ledger import Ledger
from storage.records import Claim

log = structlog.get_logger()

RETRY = 5.0
"""Seconds after which a ledger that could not be written is tried again."""
ASKED = 1.0
"""Seconds between looks into the journal for moves that a command asks for."""

Report = Callable[[Closed], None]


@dataclass(slots=True)
class _InHand:
    """A scan that was claimed and is not closed."""

    claim: Claim
    job: Job


class Daemon:
    """Works through the inbox of one home until told to stop.

    Args:
        home: whose inbox.
        settings: how.
        ledger: where everything is written.
        dispatcher_for: makes the dispatcher, given what it must call to wake the daemon.
        report: told of each scan that is closed.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        ledger: Ledger,
        dispatcher_for: Callable[[Callable[[], None]], Dispatcher],
        *,
        report: Report = lambda _closed: None,
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._report = report
        self._bell = Bell()
        self._stopping = False
        self._dispatcher = dispatcher_for(self._bell.ring)
        self._placement = Placement(ledger, home)
        self._inbox = self._inbox_of(home.inbox)
        self._events = InboxEvents(
            home.inbox,
            recursive=settings.recursive,
            polling_interval=settings.polling_interval,
            wake=self._bell.ring,
        )
        self._in_hand: dict[Path, _InHand] = {}
        self._copies: dict[str, list[Path]] = {}
        self._cut_short: dict[Path, str] = {}
        self._pulse = Pulse(ledger)
        self._next_sweep = 0.0
        self._next_look = 0.0
        self._unreadable: dict[str, str] = {}
        self._failed = False

    def stop(self) -> None:
        """Have `run` end after what is under way. Safe from a signal handler or a thread."""
        self._stopping = True
        self._bell.ring()

    def run(self, *, once: bool = False) -> bool:
        """Work until `stop`; or, with ``once``, until the files present now are closed.

        Returns:
            Whether every scan that was closed was filed or sent to review.
        """
        if once:
            self._recover()
            self._sweep()
            left = self._work_off(self._inbox.untaken_paths())
            return not left and not self._failed and not self._placement.stuck
        # Before the first sweep: what arrives between the two would be seen by neither.
        self._events.start()
        try:
            while not self._stopping:
                try:
                    self._watch()
                except DatabaseError as error:
                    if not error.passing:
                        raise
                    log.error("the ledger cannot be written", reason=error.message, again=RETRY)
                    self._start_over()
        finally:
            self._events.stop()
        return not self._failed

    def _watch(self) -> None:
        """Take up what is there, then what comes, until told to stop."""
        self._recover()
        self._sweep()
        while not self._stopping:
            self._listen()
            self._settle(once=False)
            self._admit()
            self._pulse.waiting(self._inbox.waiting())
            self._bell.wait(self._patience())
        self._finish()

    def _start_over(self) -> None:
        """Forget all that is only in memory, and wait: the ledger and the inbox have it all."""
        self._in_hand.clear()
        self._copies.clear()
        self._inbox = self._inbox_of(self._inbox.root)
        again = time.monotonic() + RETRY
        while not self._stopping and (left := again - time.monotonic()) > 0:
            self._bell.wait(left)

    def _inbox_of(self, folder: Path) -> Inbox:
        return Inbox(
            folder,
            ignored=Ignored(self._settings.ignore),
            recursive=self._settings.recursive,
            stability_delay=self._settings.stability_delay,
            clock=time.monotonic,
        )

    def _work_off(self, pending: set[str]) -> set[str]:
        """Close each of ``pending``, or see it gone; what is left of it when told to stop."""
        while pending and not self._stopping:
            for closed in self._settle(once=True):
                if not closed.again:
                    pending.discard(os.fspath(closed.source))
            self._admit(only=pending)
            in_hand = {os.fspath(path) for path in self._in_hand}
            held_back = {os.fspath(path) for paths in self._copies.values() for path in paths}
            pending &= self._inbox.untaken_paths() | in_hand | held_back
            if self._dispatcher.busy or pending:
                self._bell.wait(self._until_stable(pending))
        self._finish()
        return pending & self._inbox.untaken_paths()

    def _recover(self) -> None:
        """Take up what a daemon that died left: moves first, then what it was judging."""
        for closed in self._placement.resume():
            self._note(closed)
        for move in self._ledger.moves():
            self._inbox.hold(move.source)  # refused again: it must not be claimed a second time
        self._ledger.recover()
        self._abandon_vanished()

    def _abandon_vanished(self) -> None:
        """Close the rows of files that went away while they waited."""
        for scan_id, path in self._ledger.open_scans():
            if path not in self._in_hand and not os.path.lexists(path):
                fault = Fault("file", "the file went away before it was judged", "Drop it again")
                self._ledger.abandon(scan_id, fault)

    def _listen(self) -> None:
        """Look where events point, and everywhere when a sweep is due."""
        for path in self._events.paths():
            self._inbox.look(path)
        now = time.monotonic()
        sweep, look = now >= self._next_sweep, now >= self._next_look
        if sweep:
            self._events.restart_if_dead()
            self._sweep()
        if look:
            self._next_look = now + ASKED
        if (sweep and self._placement.stuck) or (look and self._placement.asked):
            self._close(self._placement.resume())

    def _sweep(self) -> None:
        self._next_sweep = time.monotonic() + self._settings.rescan_interval
        try:
            self._inbox.sweep()
        except OSError as error:
            log.error("cannot sweep", folder=str(self._inbox.root), reason=error.strerror)
            return
        self._abandon_vanished()
        self._pulse.swept(self._inbox.waiting())

    def _admit(self, only: set[str] | None = None) -> None:
        """Claim stable scans and hand them over, no more than the workers have room for."""
        while self._dispatcher.room:
            found = list(self._inbox.take(self._dispatcher.batch_size, only))
            if not found:
                return
            jobs, copies = [], []
            for claim in self._claim(found):
                if claim.duplicate_of is not None and self._settings.duplicates == "skip":
                    copies.append(claim)
                    continue
                job = Job(claim.scan, self._known(claim.duplicate_of))
                self._in_hand[claim.scan.path] = _InHand(claim, job)
                jobs.append(job)
            if copies:
                self._close(self._placement.set_aside(copies))
            if jobs:
                self._dispatcher.submit(jobs)

    def _claim(self, found: Iterable[Scan]) -> list[Claim]:
        """Claim scans. Copies of one that is being judged for the first time wait for it."""
        held = (one.claim for one in self._in_hand.values())
        judging = {claim.scan.sha256 for claim in held if claim.duplicate_of is None}
        first: list[Scan] = []
        copies: list[Scan] = []
        for scan in found:
            (copies if scan.sha256 and scan.sha256 in judging else first).append(scan)
            judging.add(scan.sha256)
        claims = self._ledger.claim(first)
        known = {claim.scan.sha256 for claim in claims if claim.duplicate_of is not None}
        claims += self._ledger.claim([scan for scan in copies if scan.sha256 in known])
        self._placement.clear_notes(claims)
        for scan in copies:
            if scan.sha256 not in known:
                self._copies.setdefault(scan.sha256, []).append(scan.path)
        return claims

    def _let_go(self, path: Path) -> Claim:
        """The scan is no longer in hand; copies of it may follow."""
        claim = self._in_hand.pop(path).claim
        for copy in self._copies.pop(claim.scan.sha256, ()):
            self._inbox.release(copy, rest=0.0)
        return claim

    def _known(self, duplicate_of: int | None) -> KnownResult | None:
        prior = self._ledger.prior(duplicate_of) if duplicate_of is not None else None
        return KnownResult(prior.verdict, prior.text, prior.pages) if prior else None

    def _settle(self, *, once: bool) -> list[Closed]:
        """Record, file and close what the workers have finished."""
        results: list[tuple[Claim, Examined]] = []
        for ended in self._dispatcher.finished():
            if isinstance(ended, Killed):
                results += self._retry_or_park(ended)
            else:
                results += self._judged(ended, wait_for_writers=not once)
        self._tell_unreadable()
        if not results:
            return []
        closed = self._placement.place(results)
        self._close(closed)
        return closed

    def _judged(self, batch: Batch, *, wait_for_writers: bool) -> Iterable[tuple[Claim, Examined]]:
        for examined in batch.examined:
            path = examined.scan.path
            if not self._holds(examined.scan):
                continue
            cut_short = examined.fault is not None and examined.fault.truncated
            if cut_short and wait_for_writers and self._cut_short.get(path) != examined.scan.sha256:
                # Perhaps it is still being written: once more, after a while.
                self._cut_short[path] = examined.scan.sha256
                claim = self._let_go(path)
                self._ledger.requeue([claim.scan_id], spent_attempt=False)
                self._inbox.release(path, rest=self._settings.rescan_interval)
                continue
            self._cut_short.pop(path, None)
            yield self._let_go(path), examined

    def _holds(self, scan: Scan) -> bool:
        """Whether this scan is in hand; not if the daemon has started over since it was sent."""
        held = self._in_hand.get(scan.path)
        return held is not None and held.claim.scan == scan

    def _retry_or_park(self, killed: Killed) -> Iterable[tuple[Claim, Examined]]:
        """A scan that ended its worker by itself gets another try, or is parked."""
        if not self._holds(killed.job.scan):
            return
        held = self._in_hand[killed.job.scan.path]
        spent = held.claim.attempts + 1
        self._ledger.requeue([held.claim.scan_id], spent_attempt=True)
        held.claim = replace(held.claim, attempts=spent)
        if spent < self._settings.max_attempts:
            log.warning("trying again", file=str(killed.job.scan.path), reason=killed.reason)
            self._dispatcher.submit([killed.job])
            return
        self._let_go(killed.job.scan.path)
        fault = Fault("worker", f"{killed.reason}, {spent} times", "Open and save it anew")
        yield held.claim, Examined(killed.job.scan, fault=fault)

    def _close(self, closed: Iterable[Closed]) -> None:
        for one in closed:
            if one.again:
                self._inbox.release(one.source)
            else:
                self._inbox.forget(one.source)
            self._note(one)

    def _note(self, closed: Closed) -> None:
        self._failed |= closed.state == "failed"
        log.info(closed.state, file=closed.source.name, to=closed.place)
        self._report(closed)

    def _tell_unreadable(self) -> None:
        found = self._dispatcher.unreadable
        for name, reason in found.items():
            if self._unreadable.get(name) != reason:
                log.warning("support image not used", image=name, reason=reason)
        self._unreadable = found

    def _patience(self) -> float:
        """Seconds until there may be something to do that no event announces."""
        until_next = max(0.0, min(self._next_sweep, self._next_look) - time.monotonic())
        until_stable = self._until_stable()
        return until_next if until_stable is None else min(until_next, until_stable)

    def _until_stable(self, only: set[str] | None = None) -> float | None:
        return self._inbox.seconds_to_next(only) if self._dispatcher.room else None

    def _finish(self) -> None:
        """Close what is under way; nothing new is begun."""
        if self._stopping:
            log.info("stopping", after="what is under way")
        while self._dispatcher.busy:
            self._settle(once=False)
            if self._dispatcher.busy:
                self._bell.wait(1.0)
        self._settle(once=False)
