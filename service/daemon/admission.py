"""Taking scans up: claimed in the ledger, and handed to the workers."""

from __future__ import annotations

import os
from collections.abc import Iterable

from config.settings import Settings
from models.page.scan import Fault, Scan
from service.daemon.hand import Hand
from service.daemon.notes import clear_superseded
from service.daemon.placement import Closed, Placement
from service.inbox.inbox import Inbox
from service.workers.dispatcher import Dispatcher
from service.workers.pipeline import Job, Prior
from storage.ledger import Ledger
from storage.records import Claim


class Admission:
    """Claims stable scans and hands them over, a batch at a time.

    Args:
        settings: what becomes of copies.
        ledger: where they are claimed.
        placement: sets copies aside.
        dispatcher: whom they are handed to.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, placement: Placement, dispatcher: Dispatcher
    ) -> None:
        self._settings = settings
        self._ledger = ledger
        self._placement = placement
        self._dispatcher = dispatcher

    def take_up(
        self, inbox: Inbox, hand: Hand, only: set[str] | None = None
    ) -> list[Closed] | None:
        """Take up one batch.

        Args:
            inbox: that yields scans.
            hand: that holds them from now on.
            only: no other paths than these.

        Returns:
            Copies that were set aside; None where there was nothing to take up.
        """
        found = list(inbox.take(self._dispatcher.batch_size, only))
        if not found:
            return None
        jobs, copies = [], []
        for claim in self._claim(found, hand):
            if self._is_spare(claim):
                copies.append(claim)
                continue
            job = Job(claim.scan, self._known(claim.duplicate_of))
            hand.take(claim, job)
            jobs.append(job)
        closed = list(self._placement.set_aside(copies)) if copies else []
        if jobs:
            self._dispatcher.submit(jobs)
        return closed

    def _is_spare(self, claim: Claim) -> bool:
        """Whether a scan is to be set aside as a copy.

        Not if the file of the first one was deleted meanwhile: this may be the only one left.
        """
        first = claim.duplicate_of
        return (
            first is not None
            and self._settings.duplicates == "skip"
            and self._ledger.has_file(first)
        )

    def abandon_vanished(self, hand: Hand) -> None:
        """Close the rows of files that went away while they waited."""
        for scan_id, path in self._ledger.open_scans():
            if path not in hand and not os.path.lexists(path):
                fault = Fault("file", "the file went away before it was judged", "Drop it again")
                self._ledger.abandon(scan_id, fault)

    def _claim(self, found: Iterable[Scan], hand: Hand) -> list[Claim]:
        """Claim scans. Copies of one that is being judged for the first time wait for it."""
        judging = hand.judging
        first: list[Scan] = []
        copies: list[Scan] = []
        for scan in found:
            (copies if scan.sha256 and scan.sha256 in judging else first).append(scan)
            judging.add(scan.sha256)
        claims = self._ledger.claim(first)
        known = {claim.scan.sha256 for claim in claims if claim.duplicate_of is not None}
        claims += self._ledger.claim([scan for scan in copies if scan.sha256 in known])
        clear_superseded(self._ledger, (old for claim in claims for old in claim.superseded))
        for scan in copies:
            if scan.sha256 not in known:
                hand.keep_waiting(scan)
        return claims

    def _known(self, duplicate_of: int | None) -> Prior | None:
        prior = self._ledger.prior(duplicate_of) if duplicate_of is not None else None
        return Prior(prior.verdict, prior.ticket, prior.pages) if prior else None
