"""How a home is doing: counts, queue, what troubles it, room, versions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from config.home import Home
from indexer.support import class_counts
from models.siamese.weights import SHIPPED, read_manifest
from service.desk.detectors.listing import detector_ids
from service.lock import daemon_at_work
from service.space import free_bytes, shortage
from service.version import VERSION
from storage.corrections.lessons import LessonBook
from storage.ledger import Ledger
from storage.records import Heartbeat, now, timestamp


def status(home: Home, ledger: Ledger, *, manifest: Path = SHIPPED) -> dict[str, Any]:
    """What ``status`` tells, as plain values; ages in seconds, room in bytes.

    ``asks`` counts corrections that a person is asked about; None if there are none.
    ``unread`` counts tickets that were filed but could not be read; None if there are none.
    What only a daemon knows (``pid``, ``events``, ``waiting``, ``trouble``) is None where none runs.
    """
    pid = daemon_at_work(home.lock_file)
    told = ledger.heartbeat()
    # A daemon that starts on a full disk has told nothing; what an earlier one told is old.
    beat = told if told and told.pid == pid else None
    swept = told.swept_at if told else None
    # Those in hand stand in the ledger, the others are known to the daemon alone.
    waiting = [ledger.oldest_open(), beat.oldest_at if beat else None]
    oldest = min(filter(None, waiting), default=None)
    return {
        "home": str(home.root),
        "daemon": "stopped" if pid is None else "running",
        "pid": pid,
        # A daemon cannot write that the disk under its ledger is full.
        "trouble": None if pid is None else _trouble(home, beat),
        "events": beat.events if beat else None,
        "scans": ledger.counts(),
        "unread": ledger.unread() or None,
        "asks": LessonBook(ledger.database, home).counts().get("asks"),
        "waiting": beat.waiting if beat else None,
        "oldest_waiting": timestamp(oldest) if oldest else None,
        "oldest_waiting_age": _age(oldest),
        "moving": len(ledger.moving()),
        "last_sweep": timestamp(swept) if swept else None,
        "last_sweep_age": _age(swept),
        "free_bytes": free_bytes(
            {"home": home.root, **home.scan_folders, "database": home.database.parent}
        ),
        "classes": class_counts(home.support),
        "detectors": detector_ids(home),
        "version": VERSION,
        "branch_id": read_manifest(manifest).branch_id,
    }


def _trouble(home: Home, beat: Heartbeat | None) -> str | None:
    return (beat and beat.trouble) or shortage((home.cache, home.database.parent)) or None


def _age(moment: datetime | None) -> float | None:
    """Seconds since then, by the clock that other processes wrote it by; none are less than zero."""
    return None if moment is None else round(max(0.0, (now() - moment).total_seconds()), 1)
