"""The daemon: the only one that sequences. It claims, has judged, files and closes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from config.errors import DatabaseError
from config.home import Home
from config.ignored import Ignored
from config.interrupting import InterruptedWork, interruptible
from config.settings import Settings
from service.background import Background
from service.daemon.admission import Admission
from service.daemon.aftercare import Aftercare
from service.daemon.answers import Answers
from service.daemon.bell import Bell
from service.daemon.corrections.shelves import Shelves
from service.daemon.ending import Ending
from service.daemon.hand import Hand
from service.daemon.health import RETRY, Health
from service.daemon.notes import clear_superseded_before
from service.daemon.placement import Closed, Placement
from service.inbox.digests import Digests
from service.inbox.events import InboxEvents
from service.inbox.inbox import Inbox
from service.mounts import Mounted
from service.workers.dispatcher import Dispatcher
from storage.ledger import Ledger

log = structlog.get_logger()

ASKED = 1.0
"""Seconds between looks into the journal for moves that a command asks for."""

Report = Callable[[Closed], None]


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
        self._home = home
        self._settings = settings
        self._ledger = ledger
        self._report = report
        self._bell = Bell()
        self._ending = Ending()
        self._background = Background(
            huge=settings.max_file_bytes + 1, wake=self._bell.ring, unwanted=self._ending.is_due
        )
        self._digests = Digests(self._background)
        self._dispatcher = dispatcher_for(self._bell.ring)
        mounts = Mounted(home)
        self._placement = Placement(ledger, home, settings.ticket_outputs, self._background, mounts)
        self._admission = Admission(settings, ledger, self._placement, self._dispatcher)
        self._aftercare = Aftercare(home, settings, ledger, self._dispatcher)
        self._inbox = self._inbox_of(home.inbox)
        self._events = InboxEvents(
            home.inbox,
            recursive=settings.recursive,
            polling_interval=settings.polling_interval,
            ignored=Ignored(settings.ignore),
            wake=self._bell.ring,
        )
        self._shelves = Shelves(
            home, settings, ledger, self._bell.ring, self._digests, mounts=mounts,
            dropped=lambda: self._inbox.sizes(),  # noqa: PLW0108 - `_start_over` makes another
        )  # fmt: skip
        self._health = Health(
            home, ledger, self._placement, self._events, also=lambda: self._aftercare.trouble
        )
        self._hand = Hand()
        self._answers = Answers(
            settings, ledger, self._dispatcher, later=self._later, starved=self._health.starve
        )
        self._next_sweep = 0.0
        self._next_look = 0.0
        self._failed = False
        self._on_ending: Callable[[], None] = lambda: None

    def stop(self) -> None:
        """Have `run` end, after `Ending`'s grace at the latest. Safe from a signal handler."""
        self._ending.ask()
        self._bell.ring()

    def run(self, *, once: bool = False, ending: Callable[[], None] = lambda: None) -> bool:
        """Work until `stop`; or, with ``once``, until the files present now are closed.

        Args:
            once: see above.
            ending: called when it has heard of `stop`, before what is under way gets its time.

        Returns:
            Whether every scan that was closed was filed or sent to review.
        """
        self._on_ending = ending
        try:
            with interruptible(self._ending.is_due):
                return self._run_once() if once else self._run_on()
        except InterruptedWork:
            log.info("stopped", left="what is under way, to the next start")
            return not once and not self._failed
        finally:
            self._background.close()

    def _run_once(self) -> bool:
        self._recover()
        self._wait_for_moves()
        self._sweep()
        self._follow()
        if self._placement.asked:  # a failed file has changed, and goes back to the inbox
            self._close(self._placement.resume())
            self._wait_for_moves()
            self._inbox.sweep()
        left = self._work_off(self._inbox.untaken_paths())
        self._follow()  # what was missed may have been in the inbox
        return not left and not self._failed and not self._health.trouble

    def _run_on(self) -> bool:
        try:
            # Before the first sweep: what arrives between the two would be seen by neither.
            self._events.start()
            self._shelves.start()
            while not self._ending.asked:
                try:
                    self._watch()
                except DatabaseError as error:
                    if not error.passing:
                        raise
                    self._health.pause(error.message)
                    self._start_over()
        finally:
            self._events.stop()
            self._shelves.stop()
        return not self._failed

    def _watch(self) -> None:
        """Take up what is there, then what comes, until told to stop."""
        self._recover()
        self._sweep()
        while not self._ending.asked:
            self._listen()
            self._settle(once=False)
            self._aftercare.go_on()
            self._health.look()
            self._admit()
            self._health.tell(self._inbox)
            self._bell.wait(self._patience())
        self._finish()

    def _start_over(self) -> None:
        """Forget all that is only in memory, and wait: the ledger and the inbox have it all."""
        self._hand = Hand()
        self._inbox = self._inbox_of(self._inbox.root)
        again = time.monotonic() + RETRY
        while not self._ending.asked and (left := again - time.monotonic()) > 0:
            self._bell.wait(left)

    def _follow(self) -> None:
        """Follow at once what a person has moved or deleted: nobody will be told of it later."""
        while not (self._ending.asked or self._shelves.settle()):
            self._bell.wait(self._shelves.settles_in)

    def _wait_for_moves(self) -> None:
        """Until large files are where they go; some go to the inbox."""
        while self._placement.under_way:
            self._bell.wait(1.0)
            self._close(self._placement.collect())

    def _inbox_of(self, folder: Path) -> Inbox:
        return Inbox(
            folder,
            ignored=Ignored(self._settings.ignore),
            recursive=self._settings.recursive,
            stability_delay=self._settings.stability_delay,
            clock=time.monotonic,
            digests=self._digests,
        )

    def _work_off(self, pending: set[str]) -> set[str]:
        """Close each of ``pending``, or see it gone; what is left of it when told to stop."""
        while pending and not self._ending.asked:
            for closed in self._settle(once=True):
                if not closed.again:
                    pending.discard(os.fspath(closed.source))
            self._ledger.database.check_in_place()
            self._aftercare.go_on()
            self._health.look()
            if self._health.paused and not self._dispatcher.busy:
                break  # whoever waits for the end is told, and need not wait for room
            self._admit(only=pending)
            pending &= self._inbox.untaken_paths() | self._hand.paths | self._placement.under_way
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
        clear_superseded_before(self._ledger, self._home)
        self._aftercare.recover()
        self._admission.abandon_vanished(self._hand)

    def _listen(self) -> None:
        """Look where events point, and everywhere when a sweep is due."""
        for path in self._events.paths():
            self._inbox.look(path)
        self._shelves.listen()
        now = time.monotonic()
        sweep, look = now >= self._next_sweep, now >= self._next_look
        if look:
            self._next_look = now + ASKED
            self._aftercare.look()
            self._shelves.look()
            self._ledger.database.check_in_place()
            # Where the inbox has gone the sweep says so at once, and each second is cheap.
            sweep |= self._events.restart_if_dead() or not os.path.isdir(self._inbox.root)
        if sweep:
            self._sweep()
        if (
            (sweep and self._placement.stuck)
            or (look and self._placement.asked)
            or self._health.may_try_again()
        ):
            self._close(self._placement.resume())

    def _sweep(self) -> None:
        self._next_sweep = time.monotonic() + self._settings.rescan_interval
        self._aftercare.try_again()
        self._shelves.sweep()
        try:
            self._inbox.sweep()
        except OSError as error:
            self._health.blind(f"{self._inbox.root} cannot be looked into: {error.strerror}")
            self._health.tell(self._inbox)
            return
        self._health.blind(self._inbox.closed)
        self._admission.abandon_vanished(self._hand)
        self._health.tell(self._inbox, swept=True)

    def _admit(self, only: set[str] | None = None) -> None:
        """Claim stable scans and hand them over, no more than the workers have room for."""
        while (
            self._dispatcher.room and not self._health.paused
            and (closed := self._admission.take_up(self._inbox, self._hand, only)) is not None
        ):  # fmt: skip
            self._close(closed)

    def _let_go(self, path: Path) -> None:
        """The scan is no longer in hand; copies of it may follow."""
        for copy in self._hand.let_go(path):
            self._inbox.release(copy, rest=0.0)

    def _later(self, path: Path, seconds: float) -> None:
        """Look at a file again, when it has been quiet for so long."""
        self._let_go(path)
        self._inbox.release(path, rest=seconds)

    def _settle(self, *, once: bool) -> list[Closed]:
        """Record, file and close what the workers have finished."""
        moved = self._placement.collect()
        self._close(moved)
        results = self._answers.come(self._hand, once=once)
        self._health.leave_out(self._dispatcher.unreadable, self._dispatcher.broken_detectors)
        if not results:
            return moved
        for claim, _ in results:
            self._let_go(claim.scan.path)
        closed = self._placement.place(results)
        self._close(closed)
        return moved + closed

    def _close(self, closed: Iterable[Closed]) -> None:
        for one in closed:
            if one.again:
                self._inbox.release(one.source)
            else:
                self._inbox.forget(one.source)
            self._note(one)
            if one.state == "gone":
                self._shelves.reconsider()
        self._aftercare.look()

    def _note(self, closed: Closed) -> None:
        self._failed |= closed.state == "failed"
        log.info(closed.state, file=closed.source.name, to=closed.place)
        self._report(closed)

    def _patience(self) -> float:
        """Seconds until there may be something to do that no event announces."""
        until_next = max(0.0, min(self._next_sweep, self._next_look) - time.monotonic())
        waits = (until_next, self._until_stable(), self._shelves.due_in)
        return min(wait for wait in waits if wait is not None)

    def _until_stable(self, only: set[str] | None = None) -> float | None:
        if self._health.paused or not self._dispatcher.room:
            return None
        return self._inbox.seconds_to_next(only)

    def _finish(self) -> None:
        """Close what is under way; nothing new is begun but, unless told to stop, what is owed."""
        if self._ending.asked:
            log.info("stopping", after="what is under way")
            self._on_ending()
        while self._unfinished():
            if self._ending.is_due():
                raise InterruptedWork
            self._bell.wait(min(1.0, self._ending.seconds_left))

    def _unfinished(self) -> bool:
        """Close what has come; whether there is more to come."""
        self._settle(once=False)
        self._aftercare.go_on(begin=not self._ending.asked)
        return (
            self._dispatcher.busy
            or self._aftercare.busy
            or bool(self._placement.under_way)
            or not (self._ending.asked or self._aftercare.idle)
        )
