"""How a home is doing: counts, queue, last sweep, versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config.home import Home
from indexer.support import class_counts
from models.siamese.weights import SHIPPED, read_manifest
from service.lock import is_held
from service.version import VERSION
from storage.ledger import Ledger
from storage.records import now, timestamp


def status(home: Home, ledger: Ledger, *, manifest: Path = SHIPPED) -> dict[str, Any]:
    """What ``status`` tells, as plain values; ages in seconds."""
    beat = ledger.heartbeat()
    running = is_held(home.lock_file)
    swept = beat.swept_at if beat else None
    return {
        "home": str(home.root),
        "daemon": "running" if running else "stopped",
        "pid": beat.pid if beat and running else None,
        "scans": ledger.counts(),
        "waiting": beat.waiting if beat and running else None,
        "moving": len(ledger.moves()),
        "last_sweep": timestamp(swept) if swept else None,
        "last_sweep_age": round((now() - swept).total_seconds(), 1) if swept else None,
        "classes": class_counts(home.support),
        "version": VERSION,
        "branch_id": read_manifest(manifest).branch_id,
    }
