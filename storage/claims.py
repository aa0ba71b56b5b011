"""Giving arrived scans their rows: taken up again, replaced, retried, or new."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update

from config.home import Home
from models.page.scan import Scan
from storage.filing.files import begins_with
from storage.records import Claim, Superseded, displayable
from storage.rows import MOST, each, identity_in
from storage.standing import is_away
from storage.tables import JUDGED, OPEN, scans

_BY_ID = scans.c.id == bindparam("scan")
_RESUME = update(scans).where(_BY_ID).values(state="working", duplicate_of=bindparam("original"))
_SUPERSEDE = update(scans).where(_BY_ID).values(state="superseded", finished_at=bindparam("now"))
_RETRIED = update(scans).where(_BY_ID).values(state="superseded", gone_from=None, gone_at=None)
# Not asked for in order, which would cost a statement a row: within a group no path comes twice.
_INSERT = insert(scans).returning(scans.c.source, scans.c.id)


def claim(
    connection: Connection,
    home: Home,
    found: Sequence[Scan],
    again: Mapping[int, Superseded],
    now: str,
) -> list[Claim]:
    """The claims of ``found``, in order, written at the time ``now``; ``again`` is of `retries`.

    The first claim tells of all that are superseded.
    """
    still = _still_failed(connection, again)
    each(connection, _RETRIED, [{"scan": scan_id} for scan_id in still])
    claims = [one for group in _groups(found) for one in _claim(connection, home, group, now)]
    told = tuple(one for scan_id, one in again.items() if scan_id in still)
    return [replace(claims[0], superseded=told), *claims[1:]]


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
        yield Claim(number, scan, attempts, originals.get(scan.sha256))


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
        scans.c.sha256.in_(hashes), scans.c.state.in_(JUDGED)
    )
    found = connection.execute(query.group_by(scans.c.sha256))
    return {sha256: first for sha256, first in found}  # noqa: C416 - a Row is no tuple to mypy


def retries(connection: Connection, home: Home, found: Sequence[Scan]) -> dict[int, Superseded]:
    """Failed scans of which one of ``found`` is another try, by id.

    It is one when it has the bytes that failed, taken out of the folder of failed files; or when
    these are the beginning of its own, and it has their name: the upload went on. That a file has
    the name of one that failed says nothing: scanners give the same names again. An empty file is
    the beginning of every other, so there it must be the same place: a placeholder was filled.
    """
    again: dict[int, Superseded] = {}
    for start in range(0, len(found), MOST):
        some = found[start : start + MOST]
        sources = {os.fsencode(scan.path): scan for scan in some}
        names: dict[str, list[Scan]] = {}
        hashes: dict[str, list[Scan]] = {}
        for scan in some:
            names.setdefault(displayable(scan.path.name), []).append(scan)
            if scan.sha256:  # a file that could not be read has none
                hashes.setdefault(scan.sha256, []).append(scan)
        query = select(
            scans.c.id, scans.c.source, scans.c.original_name, scans.c.sha256, scans.c.size,
            scans.c.destination_path, scans.c.file_inode, scans.c.file_size, scans.c.file_mtime_ns,
        ).where(
            _HAS_FAILED,
            scans.c.sha256.in_(list(hashes))
            | scans.c.source.in_(list(sources))
            | scans.c.original_name.in_(list(names)),
        )  # fmt: skip
        for row in connection.execute(query):
            path = None if row.destination_path is None else os.fsdecode(row.destination_path)
            place = None if path is None else home.root / path
            away = place is None or is_away(home, place)
            same_name = names.get(row.original_name, [])
            same_place = sources.get(row.source)
            if row.size == 0:
                back = away and any(scan.size == 0 for scan in same_name)
                went_on = same_place is not None and same_place.size > 0
            else:
                back = away and row.sha256 in hashes
                longer = [] if same_place is None else [same_place]
                longer += same_name if away else []
                went_on = any(
                    scan.size > row.size and begins_with(scan.path, row.sha256, row.size)
                    for scan in longer
                )
            if back or went_on:
                leaves = place if away or row.size == 0 else None
                again[row.id] = Superseded(
                    row.id, leaves, row.sha256, row.size, identity_in(row)
                )  # fmt: skip
    return again


_HAS_FAILED = or_(
    scans.c.state == "failed", and_(scans.c.state == "gone", scans.c.gone_from == "failed")
)


def _still_failed(connection: Connection, again: Mapping[int, Superseded]) -> set[int]:
    """Those that nobody has moved since `retries` looked."""
    found: set[int] = set()
    ids = list(again)
    for start in range(0, len(ids), MOST):
        query = select(scans.c.id).where(scans.c.id.in_(ids[start : start + MOST]), _HAS_FAILED)
        found.update(connection.execute(query).scalars())
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
