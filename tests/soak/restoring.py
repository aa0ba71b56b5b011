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

    What a person had taken out of its place, and the daemon had not followed yet, lies elsewhere in the
    home. A file that its program went on writing is saved as it was found: it has another size than
    its row, or, where it was replaced before it was judged, perhaps the same.
    """
    with closing(sqlite3.connect(home / "pigeonhole.db")) as ledger:
        rows = ledger.execute(
            "SELECT id, state, sha256, size, source, destination_path FROM scans"
            " WHERE state NOT IN ('superseded', 'gone')"
        ).fetchall()
    there = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    for number, state, sha256, size, source, destination in rows:
        places = [home / os.fsdecode(place) for place in (destination, source) if place is not None]
        sizes = [place.stat().st_size for place in places if place.is_file()]
        waits = state in {"queued", "working"}
        if sha256 in there or (sizes and (waits or not sha256 or size not in sizes)):
            continue
        yield f"restored without its bytes: scan {number} ({state}), {places}"
