"""Where closed scans stand, inside a transaction of those who move them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from config.home import Home
from storage.rows import MOST
from storage.tables import CLOSED, scans


def places_of(connection: Connection, home: Home, scan_ids: Sequence[int]) -> dict[int, Path]:
    """Absolute paths, by id; scans that are not closed, or have no file, are left out."""
    found: dict[int, Path] = {}
    for start in range(0, len(scan_ids), MOST):
        query = select(scans.c.id, scans.c.destination_path).where(
            scans.c.id.in_(scan_ids[start : start + MOST]),
            scans.c.state.in_(CLOSED),
            scans.c.destination_path.is_not(None),
        )
        for scan_id, place in connection.execute(query):
            found[scan_id] = home.root / os.fsdecode(place)
    return found
