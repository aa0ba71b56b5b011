"""What a restored home must hold: the file of every scan that its ledger names."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path


def complaints(home: Path) -> Iterator[str]:
    """Scans of a restored home whose bytes are not in it, each in a sentence.

    A file that its program went on writing is saved as it was found: it has another size than its row.
    """
    with closing(sqlite3.connect(home / "pigeonhole.db")) as ledger:
        rows = ledger.execute(
            "SELECT id, state, sha256, size, source, destination_path FROM scans"
            " WHERE state NOT IN ('superseded', 'gone')"
        ).fetchall()
    for number, state, sha256, size, source, destination in rows:
        closed = state in ("filed", "review", "failed", "duplicate")
        stored = [destination] if closed else [destination, source]
        places = [home / os.fsdecode(place) for place in stored if place is not None]
        found = [place for place in places if place.is_file()]
        if not found:
            if places:
                yield f"restored without its file: scan {number} ({state}), {places}"
        elif sha256 and not any(_fits(place, sha256, size) for place in found):
            yield f"restored with other bytes: scan {number} ({state}), {found}"


def _fits(place: Path, sha256: str, size: int) -> bool:
    data = place.read_bytes()
    return len(data) != size or hashlib.sha256(data).hexdigest() == sha256
