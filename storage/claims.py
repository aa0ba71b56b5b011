"""Giving arrived scans their rows: taken up again, replaced, retried, or new."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from config.home import Home
from models.page.scan import Scan
from storage.records import Claim, Superseded, displayable
from storage.rows import MOST, each
from storage.tables import OPEN, scans

_BY_ID = scans.c.id == bindparam("scan")
_RESUME = update(scans).where(_BY_ID).values(state="working", duplicate_of=bindparam("original"))
_SUPERSEDE = update(scans).where(_BY_ID).values(state="superseded", finished_at=bindparam("now"))
_RETRIED = update(scans).where(_BY_ID).values(state="superseded")
# Not asked for in order, which would cost a statement a row: within a group no path comes twice.
_INSERT = insert(scans).returning(scans.c.source, scans.c.id)


def claim(connection: Connection, home: Home, found: Sequence[Scan], now: str) -> list[Claim]:
    """The claims of ``found``, in order, written at the time ``now``."""
    return [claimed for group in _groups(found) for claimed in _claim(connection, home, group, now)]


def _groups(found: Sequence[Scan]) -> Iterator[list[Scan]]:
    """Runs of scans in which every path occurs once, none too long for one statement."""
    group: dict[Path, Scan] = {}
    for scan in found:
        if scan.path in group or len(group) == MOST:
            yield list(group.values())
            group = {}
        group[scan.path] = scan
    if group:
        yield list(group.values())


def _claim(connection: Connection, home: Home, group: list[Scan], now: str) -> Iterator[Claim]:
    sources = [os.fsencode(scan.path) for scan in group]
    open_rows = _open_rows(connection, sources)
    # A file that could not be read has no hash, and is no copy of another that has none.
    hashes = list({scan.sha256 for scan in group} - {""})
    originals = _originals(connection, hashes)
    retried = _retried(connection, home, group, hashes)
    each(connection, _RETRIED, [{"scan": one.scan_id} for one in retried.values()])
    resumed: list[dict[str, Any]] = []
    replaced: list[dict[str, Any]] = []
    new: list[dict[str, Any]] = []
    kept: list[tuple[int, int] | None] = []
    for scan, source in zip(group, sources, strict=True):
        original = originals.get(scan.sha256)
        scan_id, sha256, attempts = open_rows.get(source, (None, None, 0))
        if scan_id is not None and sha256 == scan.sha256:
            resumed.append({"scan": scan_id, "original": original})
            kept.append((scan_id, attempts))
            continue
        if scan_id is not None:
            replaced.append({"scan": scan_id, "now": now})
        new.append(_new_row(home, scan, source, original, now))
        kept.append(None)
    each(connection, _RESUME, resumed)
    each(connection, _SUPERSEDE, replaced)
    rows = connection.execute(_INSERT, new).all() if new else []
    fresh: dict[bytes, int] = {row.source: row.id for row in rows}
    for scan, source, known in zip(group, sources, kept, strict=True):
        number, attempts = known or (fresh[source], 0)
        yield Claim(number, scan, attempts, originals.get(scan.sha256), tuple(retried.values()))
        retried = {}  # told once


def _open_rows(
    connection: Connection, sources: list[bytes]
) -> dict[bytes, tuple[int | None, str | None, int]]:
    """Rows of which nothing is decided, by their file: id, hash, attempts spent."""
    query = select(scans.c.source, scans.c.id, scans.c.sha256, scans.c.attempts).where(
        scans.c.source.in_(sources), scans.c.state.in_(OPEN)
    )
    rows = connection.execute(query.order_by(scans.c.id))
    return {source: (scan_id, sha256, tries) for source, scan_id, sha256, tries in rows}


def _originals(connection: Connection, hashes: list[str]) -> dict[str, int]:
    """The first scan with each of these hashes that was filed or sent to review."""
    query = select(scans.c.sha256, func.min(scans.c.id)).where(
        scans.c.sha256.in_(hashes), scans.c.state.in_(["filed", "review"])
    )
    found = connection.execute(query.group_by(scans.c.sha256))
    return {sha256: first for sha256, first in found}  # noqa: C416 - a Row is no tuple to mypy


def _retried(
    connection: Connection, home: Home, group: list[Scan], hashes: list[str]
) -> dict[int, Superseded]:
    """Failed scans of which one of ``group`` is another try, by id.

    It is one when it was dropped at the same place, with the same bytes or more of them; or when
    the failed file is no longer where it was put, and has come back with the same bytes or, if it
    was mended, under the same name. Two broken files that are alike are two failed scans.
    """
    by_source = {os.fsencode(scan.path): scan for scan in group}
    names = {scan.path.name for scan in group}
    query = select(
        scans.c.id, scans.c.source, scans.c.sha256, scans.c.size, scans.c.destination_path
    ).where(
        scans.c.state == "failed",
        scans.c.sha256.in_(hashes)
        | scans.c.source.in_(list(by_source))
        | scans.c.original_name.in_([displayable(name) for name in names]),
    )
    found: dict[int, Superseded] = {}
    for scan_id, source, sha256, size, place in connection.execute(query):
        path = None if place is None else home.root / os.fsdecode(place)
        again = by_source.get(source)
        same_drop = again is not None and (again.sha256 == sha256 or again.size > size)
        gone = path is None or not os.path.lexists(path)
        came_back = gone and (
            sha256 in hashes or again is not None or (path is not None and path.name in names)
        )
        if same_drop or came_back:
            found[scan_id] = Superseded(scan_id, path if gone else None, sha256)
    return found


def _new_row(
    home: Home, scan: Scan, source: bytes, original: int | None, now: str
) -> dict[str, Any]:
    inside = scan.path.is_relative_to(home.inbox)
    return {
        "original_name": displayable(scan.path.name),
        "inbox_path": displayable(str(scan.path.relative_to(home.inbox) if inside else scan.path)),
        "source": source,
        "sha256": scan.sha256,
        "size": scan.size,
        "state": "working",
        "duplicate_of": original,
        "received_at": now,
    }
