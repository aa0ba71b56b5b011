"""What the daemon has in hand: scans that were claimed and are not closed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from models.page.scan import Scan
from service.workers.pipeline import Job
from storage.records import Claim


@dataclass(slots=True)
class _Held:
    claim: Claim
    job: Job


class Hand:
    """Claims by the path of their scan, and the copies that wait for one of them to be judged."""

    def __init__(self) -> None:
        self._held: dict[Path, _Held] = {}
        self._copies: dict[str, list[Path]] = {}

    def __contains__(self, path: object) -> bool:
        """Whether the scan at ``path`` is in hand."""
        return path in self._held

    @property
    def paths(self) -> set[str]:
        """Of the scans in hand, and of the copies that wait."""
        waiting = (path for paths in self._copies.values() for path in paths)
        return {os.fspath(path) for path in (*self._held, *waiting)}

    @property
    def judging(self) -> set[str]:
        """Hashes that are being judged for the first time."""
        claims = (held.claim for held in self._held.values())
        return {claim.scan.sha256 for claim in claims if claim.duplicate_of is None}

    def take(self, claim: Claim, job: Job) -> None:
        """Take up a claim that is being judged by ``job``; again, when it is tried again."""
        self._held[claim.scan.path] = _Held(claim, job)

    def keep_waiting(self, copy: Scan) -> None:
        """Remember a copy until the scan in hand with the same bytes is let go."""
        self._copies.setdefault(copy.sha256, []).append(copy.path)

    def claim_of(self, scan: Scan) -> Claim | None:
        """The claim of this very scan; None if the daemon has started over since it was sent."""
        held = self._held.get(scan.path)
        return held.claim if held is not None and held.claim.scan == scan else None

    def let_go(self, path: Path) -> list[Path]:
        """The scan at ``path`` is no longer in hand; the copies that waited for it."""
        claim = self._held.pop(path).claim
        return self._copies.pop(claim.scan.sha256, [])
