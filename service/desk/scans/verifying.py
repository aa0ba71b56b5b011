"""Whether every file is where the ledger says, and what it says: ``verify``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from config.home import Home
from config.ignored import Ignored
from config.links import exists, lstat
from config.walking import walk
from models.page.hashing import hash_file
from service.lock import is_held
from storage.filing import files
from storage.filing.notes import is_note
from storage.ledger import Ledger
from storage.records import Filed
from storage.tickets.outputs import Output, OutputBook

Kind = Literal[
    "missing",
    "moved",
    "changed",
    "unreadable",
    "stranger",
    "leftover",
    "unfinished",
    "gone",
    "partial",
]
NOTES: Final[frozenset[Kind]] = frozenset({"gone", "partial"})
"""Findings that are told, and are no reason to worry."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One file or one row that is not as it should be.

    Attributes:
        kind: ``missing``: the row names a file that is nowhere; ``moved``: it stands elsewhere
            under the home; ``changed``: it has other bytes; ``unreadable``: it cannot be
            compared; ``stranger``: a file that no row names; ``leftover``: of a move that was cut
            short; ``unfinished``: a row that no daemon works on; ``gone``: a person deleted the file,
            and the row says so; ``partial``: the beginning of a file that has arrived whole since.
        scan_id: of the row; None where there is none.
        place: of the file, as the ledger shows it.
        detail: a sentence for a person.
        advice: what to do.
    """

    kind: Kind
    scan_id: int | None
    place: str
    detail: str
    advice: str


def verify(
    home: Home,
    ledger: Ledger,
    advance: Callable[[], None] = lambda: None,
    ignored: Callable[[str], bool] = Ignored(),  # noqa: B008 - it has no state
) -> Iterator[Finding]:
    """Compare the ledger with the folders, every byte of them. Nothing is changed.

    A file that a daemon has seen to be deleted is not missed: that is no more than noted.

    Args:
        home: whose files.
        ledger: of the home.
        advance: called after each row.
        ignored: names that a daemon leaves alone.
    """
    rows = ledger.filed()
    moves = ledger.moves()
    named = {row.place for row in rows}
    named |= {place for move in moves for place in (move.source, move.destination)}
    found = dict[Path, str | OSError]()
    for row in rows:
        if row.place not in found:
            found[row.place] = _hash(row.place)
        advance()
    owners = _owners(rows, found)
    deleted = ledger.filed(states=("gone",))
    outputs = OutputBook(ledger.database, home).standing()
    named |= {output.place for output in outputs if output.place is not None}
    # Of uploads that went on: what had arrived of them still lies in failed/.
    partial = [scan for scan in ledger.retried() if scan.place is not None]
    named |= {scan.place for scan in partial if scan.place is not None}
    strangers = list[Path]()
    known = {row.sha256 for row in (*rows, *deleted)}
    elsewhere: dict[str, Path] = {}
    for path in _files(home):
        if path in named:
            continue
        # What has the bytes of a scan is one, even under the name of a note.
        if (digest := _digest(path)) in known:
            elsewhere.setdefault(digest, path)
        if not (path.is_relative_to(home.failed) and is_note(path)):
            strangers.append(path)
    for row in rows:
        # Two that were swapped, or one that was dragged onto another: neither is a stranger.
        here = found[row.place]
        if isinstance(here, str) and here != row.sha256 and here in known:
            elsewhere.setdefault(here, row.place)
    found_again = set[Path]()
    for row in rows:
        finding = (
            _compare(home, row, found[row.place], elsewhere)
            if owners[row.place] == row.scan_id
            else _replaced(home, row, elsewhere)
        )
        if finding is not None:
            yield _with_advice(home, finding, row, elsewhere, found_again, ignored)
    for row in deleted:
        finding = _deleted(home, row, elsewhere)
        yield _with_advice(home, finding, row, elsewhere, found_again, ignored)
    for scan in partial:
        if scan.place is None or scan.place in found or not exists(scan.place):
            continue
        if _digest(scan.place) != scan.sha256:
            yield _unnamed(home, scan.place)  # its program went on writing it
        else:
            yield Finding(
                "partial", scan.scan_id, home.relative(scan.place),
                "is the beginning of a file that has arrived whole since",
                "Delete it if you like, with its note",
            )  # fmt: skip
    for output in outputs:
        if (finding := _compare_output(home, output)) is not None:
            yield finding
    for path in strangers:
        if path not in found_again:
            finding = _unnamed(home, path)
            left_alone = finding.kind == "stranger" and _is_ignored(home, path, ignored)
            yield replace(finding, advice=f"{_LEFT_ALONE}, or delete it") if left_alone else finding
    if not is_held(home.lock_file):
        yield from _unfinished(home, ledger)


def _compare(
    home: Home, row: Filed, found: str | OSError, elsewhere: dict[str, Path]
) -> Finding | None:
    place = home.relative(row.place)
    if found == row.sha256 or (isinstance(found, str) and not row.sha256):
        return None
    missing = isinstance(found, FileNotFoundError)
    if row.sha256 in elsewhere and (missing or isinstance(found, str)):
        return _moved(home, row, elsewhere)
    if missing:
        return Finding(
            "missing", row.scan_id, place, "the file is gone",
            "Look for it in a backup, or where you took it to",
        )  # fmt: skip
    if isinstance(found, OSError):
        reason = (found.strerror or str(found)).lower()
        return Finding(
            "unreadable", row.scan_id, place, f"cannot be read: {reason}", "See who may read it"
        )
    return Finding(
        "changed", row.scan_id, place, "has other bytes than the scan that was filed",
        "Nothing, if you edited it; else restore it from a backup",
    )  # fmt: skip


_LEFT_ALONE: Final = "'pigeonhole watch' leaves such names alone: give it another name"


def _is_ignored(home: Home, place: Path, ignored: Callable[[str], bool]) -> bool:
    """Whether a name on the way to a file, within the folder that is filed into, is left alone."""
    roots = (home.sorted, home.review, home.failed, home.duplicates)
    root = next((one for one in roots if place.is_relative_to(one)), place.parent)
    return any(map(ignored, place.relative_to(root).parts))


def _with_advice(
    home: Home,
    finding: Finding,
    row: Filed,
    elsewhere: dict[str, Path],
    found_again: set[Path],
    ignored: Callable[[str], bool],
) -> Finding:
    """The finding; of a file that moved to a name that is left alone, with what that means."""
    if finding.kind != "moved":
        return finding
    place = elsewhere[row.sha256]
    found_again.add(place)
    return replace(finding, advice=_LEFT_ALONE) if _is_ignored(home, place, ignored) else finding


def _moved(home: Home, row: Filed, elsewhere: dict[str, Path]) -> Finding:
    where = home.relative(elsewhere[row.sha256])
    return Finding(
        "moved", row.scan_id, home.relative(row.place), f"stands at {where}",
        "Nothing, if you moved it; else put it back",
    )  # fmt: skip


def _compare_output(home: Home, output: Output) -> Finding | None:
    """What is wrong with a file that was made of a ticket, if anything is."""
    what = {"pdf": "the searchable PDF", "text": "the text"}[output.kind]
    beside = "a ticket" if output.ticket is None else home.relative(output.ticket)
    again = "'pigeonhole outputs' makes it again"
    if output.error:
        return Finding(
            "missing", output.scan_id, beside, f"{what} could not be made: {output.error}",
            f"When that is mended, {again}",
        )  # fmt: skip
    if output.place is None or not output.made:
        return None  # it is still to be made
    place = home.relative(output.place)
    try:
        same = files.holds(output.place, output.sha256, output.size)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Finding(
            "unreadable", output.scan_id, place, f"cannot be read: {reason}", "See who may read it"
        )
    if same:
        return None
    if not exists(output.place):
        return Finding(
            "missing", output.scan_id, place, f"{what} of {beside} is gone",
            f"Nothing, if you took it away; else {again}",
        )  # fmt: skip
    return Finding(
        "changed", output.scan_id, place, f"{what} of {beside} has other bytes than were written",
        f"Nothing, if you edited it; else delete it, and {again}",
    )  # fmt: skip


def _owners(rows: Sequence[Filed], found: dict[Path, str | OSError]) -> dict[Path, int]:
    """Which scan has its file at a place: of several that name it by the bytes, else the last one."""
    owners: dict[Path, tuple[bool, int]] = {}
    for row in rows:
        this = (row.sha256 == found[row.place], row.scan_id)
        owners[row.place] = max(owners.get(row.place, this), this)
    return {place: scan_id for place, (_, scan_id) in owners.items()}


def _deleted(home: Home, row: Filed, elsewhere: dict[str, Path]) -> Finding:
    place = home.relative(row.place)
    if row.sha256 in elsewhere:
        where = home.relative(elsewhere[row.sha256])
        return Finding(
            "moved", row.scan_id, place, f"was deleted, and stands at {where}",
            "'pigeonhole watch' takes note of it",
        )  # fmt: skip
    return Finding(
        "gone", row.scan_id, place, f"was deleted (seen {row.gone_at[:10]})",
        "Nothing, if you meant to; else put it back",
    )  # fmt: skip


def _replaced(home: Home, row: Filed, elsewhere: dict[str, Path]) -> Finding:
    if row.sha256 in elsewhere:
        return _moved(home, row, elsewhere)
    return Finding(
        "missing", row.scan_id, home.relative(row.place), "another scan stands at its place",
        "Nothing, if you took the first one away; else look for it in a backup",
    )  # fmt: skip


def _unnamed(home: Home, path: Path) -> Finding:
    place = home.relative(path)
    if path.name.startswith(files.OURS):
        return Finding(
            "leftover", None, place, "is left of a move that was cut short",
            "It goes when that scan is filed; 'pigeonhole watch' finishes what was begun",
        )  # fmt: skip
    return Finding(
        "stranger", None, place, "is named by no row",
        "Nothing, if you put it there; drop it in the inbox to have it sorted",
    )  # fmt: skip


def _unfinished(home: Home, ledger: Ledger) -> Iterator[Finding]:
    """Rows that wait for a daemon, while none works here."""
    for move in ledger.moves():
        yield Finding(
            "unfinished", move.scan_id, home.relative(move.source),
            f"was on its way to {home.relative(move.destination)}", "Start 'pigeonhole watch'",
        )  # fmt: skip
    for scan_id, path in ledger.open_scans():
        there = exists(path)
        yield Finding(
            "unfinished" if there else "missing", scan_id, home.relative(path),
            "waits to be judged" if there else "the file is gone, and nothing was decided of it",
            "Start 'pigeonhole watch'",
        )  # fmt: skip


def _files(home: Home) -> Iterator[Path]:
    """Every file in the folders that are filed into."""
    for folder in (home.sorted, home.review, home.failed, home.duplicates):
        for inner, _, names in walk(folder):
            yield from (Path(inner, name) for name in sorted(names))


def _hash(path: Path) -> str | OSError:
    """The hash of a file, empty if it changes meanwhile; or why it cannot be read."""
    try:
        return hash_file(os.fspath(path), lstat(path)) or ""
    except OSError as error:
        return error


def _digest(path: Path) -> str:
    found = _hash(path)
    return found if isinstance(found, str) else ""
