"""What the workers answered: to be filed, to be tried again, or to be waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import structlog

from config.settings import Settings
from models.page.scan import Fault
from service.daemon.hand import Hand
from service.workers.dispatcher import Dispatcher, Killed
from service.workers.pipeline import Batch, Examined
from storage.ledger import Ledger
from storage.records import Claim

log = structlog.get_logger()


class Answers:
    """Sorts what the dispatcher brings back.

    Args:
        settings: of the daemon.
        ledger: where attempts are counted.
        dispatcher: whom scans are handed to once more.
        later: told of a scan that is to be looked at again, and after how many seconds.
        starved: told when a worker had no room to work in.
    """

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        dispatcher: Dispatcher,
        *,
        later: Callable[[Path, float], None],
        starved: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._later = later
        self._starved = starved
        self._cut_short: dict[Path, str] = {}

    def come(self, hand: Hand, *, once: bool) -> list[tuple[Claim, Examined]]:
        """What has been decided since the last call; it is still in ``hand``.

        Args:
            hand: scans that were handed over. What is to be looked at again is let go.
            once: nobody waits for writers.
        """
        found: list[tuple[Claim, Examined]] = []
        for ended in self._dispatcher.finished():
            if isinstance(ended, Killed):
                found += self._retry_or_park(ended, hand)
            else:
                found += self._judged(ended, hand, once=once)
        return found

    def _judged(self, batch: Batch, hand: Hand, *, once: bool) -> Iterator[tuple[Claim, Examined]]:
        for examined in batch.examined:
            scan, fault = examined.scan, examined.fault
            claim = hand.claim_of(scan)
            if claim is None:
                continue
            if fault is not None and fault.passing:
                self._starved(fault.reason)
                self._put_off(claim, 0.0)
            elif (
                fault is not None
                and fault.truncated
                and not once
                and self._cut_short.get(scan.path) != scan.sha256
            ):
                # Perhaps it is still being written: once more, after a while.
                self._cut_short[scan.path] = scan.sha256
                self._put_off(claim, self._settings.rescan_interval)
            else:
                self._cut_short.pop(scan.path, None)
                yield claim, examined

    def _put_off(self, claim: Claim, seconds: float) -> None:
        self._ledger.requeue([claim.scan_id], spent_attempt=False)
        self._later(claim.scan.path, seconds)

    def _retry_or_park(self, killed: Killed, hand: Hand) -> Iterator[tuple[Claim, Examined]]:
        """A scan that ended its worker by itself gets another try, or is parked."""
        job = killed.job
        claim = hand.claim_of(job.scan)
        if claim is None:
            return
        claim = replace(claim, attempts=claim.attempts + 1)
        self._ledger.requeue([claim.scan_id], spent_attempt=True)
        if claim.attempts < self._settings.max_attempts:
            log.warning("trying again", file=str(job.scan.path), reason=killed.reason)
            hand.take(claim, job)
            self._dispatcher.submit([job])
            return
        fault = Fault("worker", f"{killed.reason}, {claim.attempts} times", "Open and save it anew")
        yield claim, Examined(job.scan, fault=fault)
