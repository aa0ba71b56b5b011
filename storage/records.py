"""The values that go into the ledger and come out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from config.settings import OutputKind
from indexer.verdict import Verdict
from models.fields.ticket import Ticket
from models.page.scan import Fault, Scan

FinalState = Literal["filed", "review", "failed", "duplicate", "superseded"]
"""How a scan that is moved somewhere ends; the last one is moved back to the inbox."""

State = Literal[
    "queued", "working", "moving", "filed", "review", "failed", "duplicate", "superseded", "gone"
]
"""Every state of a row; the last six are ends. ``gone``: a person deleted the file of a scan that
was filed, in review or failed."""


_MOST_NS = (1 << 63) - 1


class FileIdentity(NamedTuple):
    """What tells the file at a path from another one, without reading it.

    Attributes:
        mtime_ns: since the epoch, within 64 bits with a sign, as SQLite stores it: of times before
            1677 and after 2262, which anybody may give a file, the nearest.
    """

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, state: os.stat_result) -> FileIdentity:
        """That of a file with this ``lstat``."""
        mtime_ns = max(-_MOST_NS, min(_MOST_NS, state.st_mtime_ns))
        return cls(state.st_ino, state.st_size, mtime_ns)


@dataclass(frozen=True, slots=True)
class Superseded:
    """A failed scan that is being tried again.

    Attributes:
        place: where the file was put; None where it still is, or never was. An empty file is
            named even where it still is: nothing is lost with it.
        sha256: of the file that failed.
        size: of that file, in bytes.
        identity: how the file looked at its place; None where that is not known.
    """

    scan_id: int
    place: Path | None
    sha256: str
    size: int = -1
    identity: FileIdentity | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A scan that now has its row, in state ``working``.

    Attributes:
        attempts: already spent on it, before this one.
        duplicate_of: the earliest scan with the same bytes that was filed or sent to review.
        superseded: failed scans that this claim, or one claimed with it, is another try of.
    """

    scan_id: int
    scan: Scan
    attempts: int
    duplicate_of: int | None
    superseded: tuple[Superseded, ...] = ()


@dataclass(frozen=True, slots=True)
class Prior:
    """What was decided of an earlier scan with the same bytes.

    Attributes:
        ticket: what was read; None when it was not read.
        pages: how many; None when not known.
    """

    scan_id: int
    state: Literal["filed", "review"]
    verdict: Verdict
    ticket: Ticket | None
    pages: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a claimed scan.

    Attributes:
        destination: absolute path of the file that ``scan.path`` becomes.
        verdict: None where it could not be judged.
        fault: None where it could.
        ticket: what was read; None when it was not read.
        outputs: what is to be made of the ticket, once it is filed.
    """

    scan_id: int
    scan: Scan
    final_state: FinalState
    destination: Path
    verdict: Verdict | None = None
    fault: Fault | None = None
    ticket: Ticket | None = None
    pages: int | None = None
    outputs: tuple[OutputKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the journal: a file that is on its way.

    Attributes:
        source: absolute.
        destination: absolute.
        sha256: of its bytes, 64 hexadecimal digits.
        size: in bytes.
        inode: of the source when the move was decided; None when not known. Tells the file
            from another that was dropped under the same name after a crash.
    """

    scan_id: int
    source: Path
    destination: Path
    sha256: str
    size: int
    final_state: FinalState
    inode: int | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """A closed scan that has a file, or had one until a person deleted it.

    Attributes:
        place: where it was put; absolute.
        source: where it was dropped; absolute.
        sha256: of its bytes; empty when they could not be read.
        identity: how the file at its place looked when it was last compared; None: not yet.
        other: the hash of the file there, where its bytes are not those of the scan.
        gone_from: the state until its file was deleted; empty if it was not.
        gone_at: when that was seen, UTC ISO 8601; empty if it was not.
    """

    scan_id: int
    state: str
    place: Path
    source: Path
    sha256: str
    size: int
    class_name: str | None
    identity: FileIdentity | None = None
    other: str = ""
    gone_from: str = ""
    gone_at: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A scan whose text matches a search, and the line of it that matches best.

    Attributes:
        destination: as the ledger shows it.
        page: on which the line stands, from 1; None where that is not known.
        line: as it was read.
        found: where in the line something was found: from, and up to, which character.
    """

    scan_id: int
    class_name: str | None
    destination: str | None
    page: int | None
    line: str
    found: tuple[tuple[int, int], ...]

    @property
    def words(self) -> list[str]:
        """What was found in the line."""
        return [self.line[start:end] for start, end in self.found]

    def marked(self, before: str = "[", after: str = "]") -> str:
        """The line with marks around what was found in it."""
        line = self.line
        for start, end in reversed(self.found):
            line = f"{line[:start]}{before}{line[start:end]}{after}{line[end:]}"
        return line


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the daemon tells ``status``.

    Attributes:
        pid: its process.
        started_at: with a time zone, as ``swept_at``.
        swept_at: the end of its last sweep of the inbox; None before the first.
        waiting: files in the inbox that are not claimed yet.
        version: of Pigeonhole.
        events: how it hears of new files: ``native``, ``polling``, or ``none`` but its sweeps.
        oldest_at: since when the oldest of those files waits; None when none does.
        trouble: what keeps scans from being taken up or filed; empty if nothing does.
    """

    pid: int
    started_at: datetime
    swept_at: datetime | None
    waiting: int
    version: str
    events: str = "none"
    oldest_at: datetime | None = None
    trouble: str = ""


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """UTC ISO 8601, as in ``2026-01-31T12:00:00.123456Z``: sorts as text as it does in time.

    A moment without a time zone is taken as local time.
    """
    try:
        moment = moment.astimezone(UTC)
    except (
        OverflowError,
        ValueError,
    ):  # the first or the last day there is, and a time zone beside UTC
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def displayable(text: str) -> str:
    """``text`` as UTF-8 can hold it: the bytes of a file name that are not UTF-8 are escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        except UnicodeEncodeError:
            return text.encode("utf-8", "backslashreplace").decode()
    return text
