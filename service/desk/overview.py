"""How a home is doing: counts, queue, what troubles it, room, versions."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from config.home import Home
from indexer.support import class_counts
from models.siamese.weights import SHIPPED, read_manifest
from service.lock import is_held
from service.space import free_bytes, shortage
from service.version import VERSION
from storage.ledger import Ledger
from storage.records import now, timestamp


def status(home: Home, ledger: Ledger, *, manifest: Path = SHIPPED) -> dict[str, Any]:
    """What ``status`` tells, as plain values; ages in seconds, room in bytes.

    What only a daemon knows (``pid``, ``events``, ``waiting``, ``trouble``) is None where none runs.
    """
    running = is_held(home.lock_file)
    told = ledger.heartbeat()
    beat = told if running else None
    swept = told.swept_at if told else None
    # Those in hand stand in the ledger, the others are known to the daemon alone.
    waiting = [ledger.oldest_open(), beat.oldest_at if beat else None]
    oldest = min(filter(None, waiting), default=None)
    return {
        "home": str(home.root),
        "daemon": "running" if running else "stopped",
        "pid": beat.pid if beat else None,
        # A daemon cannot write that the disk under its ledger is full.
        "trouble": (beat.trouble or shortage((home.cache, home.database.parent)) or None)
        if beat
        else None,
        "events": beat.events if beat else None,
        "scans": ledger.counts(),
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
        "version": VERSION,
        "branch_id": read_manifest(manifest).branch_id,
    }


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else round((now() - moment).total_seconds(), 1)
