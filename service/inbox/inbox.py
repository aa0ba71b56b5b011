"""The inbox: the directory is the truth, events are hints of where to look."""

from __future__ import annotations

import errno
import heapq
import os
import stat
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.ignored import Ignored
from config.interrupting import raise_if_interrupted
from config.links import listed, lstat
from config.rate_limit import ALIKE
from models.page.scan import Scan
from service.inbox.digests import PENDING, Digests

log = structlog.get_logger()

_SHOWN = 100
"""Letters of a path in a message."""

Clock = Callable[[], float]
"""Seconds that never go backwards: `time.monotonic`."""


@dataclass(slots=True)
class _Candidate:
    """A file that was seen; ``since`` is when it last looked different, on the clock."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    since: float
    first_seen: float

    @property
    def looks(self) -> tuple[int, int, int, int]:
        """What changes when it is written or replaced."""
        return self.size, self.mtime_ns, self.ctime_ns, self.inode


class Inbox:
    """Yields each file of a folder once, when it has come to rest.

    A file is stable when its size, times and inode have not changed for ``stability_delay``
    seconds of watching: the ctime, too, for some programs hold the mtime while they write. Once taken, nothing that lies at that path is yielded until `release` or
    `forget` says that the work on it has ended: two scans of one path are never under way.

    Args:
        root: the folder.
        ignored: names to leave alone; folders of such names are not entered.
        recursive: whether folders inside are looked into.
        stability_delay: seconds.
        clock: for tests.
        digests: hashes the files.
    """

    def __init__(
        self,
        root: Path,
        *,
        ignored: Ignored,
        recursive: bool,
        stability_delay: float,
        clock: Clock,
        digests: Digests | None = None,
    ) -> None:
        self.root = root
        self._digests = digests or Digests()
        self._ignored = ignored
        self._recursive = recursive
        self._delay = stability_delay
        self._clock = clock
        self._seen: dict[str, _Candidate] = {}
        # By how long they have rested; entries that no longer hold are passed over.
        self._resting: list[tuple[float, str]] = []
        self._taken: set[str] = set()
        self._hashing: set[str] = set()
        self._odd: set[str] = set()
        self._closed: dict[str, str] = {}

    def sweep(self) -> None:
        """Look at everything. What has gone is forgotten; what is new starts to rest now.

        Raises:
            OSError: the root cannot be listed.
        """
        present = set()
        closed = dict[str, str]()
        for path, state in self._walk(os.fspath(self.root), closed):
            present.add(path)
            self._note(path, state)
        self._closed = closed
        self._odd &= present
        for path in self._seen.keys() - present:
            del self._seen[path]

    @property
    def closed(self) -> str:
        """What the last sweep could not look into, for a person; empty if it saw everything."""
        for path, reason in self._closed.items():
            place = os.fsencode(os.path.relpath(path, self.root)).decode(
                "utf-8", "backslashreplace"
            )
            shown = place if len(place) <= _SHOWN else f"{place[:_SHOWN]}…"
            others = f", nor can {len(self._closed) - 1} more" if len(self._closed) > 1 else ""
            return f"{shown} in the inbox cannot be looked into: {reason}{others}"
        return ""

    def look(self, path: str) -> None:
        """Look at one place that an event named: a file, or a folder with all it holds."""
        relative = os.path.relpath(path, self.root)
        if relative.startswith(os.pardir) or any(map(self._ignored, relative.split(os.sep))):
            return
        if not self._recursive and os.sep in relative:
            return
        if self._behind_link(relative):
            return
        try:
            state = lstat(path)
        except OSError:
            self._seen.pop(path, None)
            return
        if stat.S_ISDIR(state.st_mode):
            if self._recursive:
                try:
                    for inner, inner_state in self._walk(path, {}):
                        self._note(inner, inner_state)
                except OSError:
                    return  # it went away while we looked; the sweep will tell
        else:
            self._note(path, state)

    def take(self, limit: int, only: Container[str] | None = None) -> Iterator[Scan]:
        """At most ``limit`` stable files, hashed, oldest first. Each counts as taken.

        Args:
            limit: how many.
            only: absolute paths to choose from; None for all.
        """
        now = self._clock()
        passed_over = []
        self._take_up_hashed()
        try:
            while limit > 0 and self._resting and now - self._resting[0][0] >= self._delay:
                entry = heapq.heappop(self._resting)
                if not self._waits(entry):
                    continue
                if only is not None and entry[1] not in only:
                    passed_over.append(entry)
                    continue
                scan = self._take_one(entry[1], now)
                if scan is not None:
                    limit -= 1
                    yield scan
        finally:
            for entry in passed_over:
                heapq.heappush(self._resting, entry)

    def release(self, path: Path, *, rest: float | None = None) -> None:
        """Let a taken file be yielded again, after ``rest`` more seconds of quiet."""
        self._taken.discard(os.fspath(path))
        one = self._seen.get(os.fspath(path))
        if one is not None:
            # `take` waits for the stability delay after `since`.
            since = self._clock() + (rest - self._delay if rest is not None else 0.0)
            self._rest(os.fspath(path), one, since)

    def hold(self, path: Path) -> None:
        """Do not yield this file: it is being moved. `release` and `forget` end that."""
        self._taken.add(os.fspath(path))

    def forget(self, path: Path) -> None:
        """The file was filed. Another that was dropped under its name meanwhile starts to rest."""
        name = os.fspath(path)
        self._taken.discard(name)
        self._seen.pop(name, None)
        self.look(name)

    def seconds_to_next(self, only: Container[str] | None = None) -> float | None:
        """Seconds until a waiting file may be stable; None when none waits."""
        while self._resting and not self._waits(self._resting[0]):
            heapq.heappop(self._resting)
        if only is None:
            times = [since for since, _ in self._resting[:1]]
        else:
            entries = (entry for entry in self._resting if entry[1] in only)
            times = [entry[0] for entry in entries if self._waits(entry)]
        return max(0.0, min(times) + self._delay - self._clock()) if times else None

    def waiting(self) -> int:
        """Number of files seen that nobody has taken."""
        return len(self._seen) - sum(path in self._seen for path in self._taken)

    def oldest(self) -> float | None:
        """Seconds since the first of them was first seen; None when none waits."""
        for path, one in self._seen.items():  # in the order in which they were first seen
            if path not in self._taken:
                return max(0.0, self._clock() - one.first_seen)
        return None

    def sizes(self) -> set[int]:
        """Of all files that were seen and are still here, taken or not."""
        return {one.size for one in self._seen.values()}

    def untaken_paths(self) -> set[str]:
        """Those files, by absolute path."""
        return self._seen.keys() - self._taken

    def _rest(self, path: str, one: _Candidate, since: float) -> None:
        """A file has been as it is since then."""
        one.since = since
        heapq.heappush(self._resting, (since, path))

    def _waits(self, entry: tuple[float, str]) -> bool:
        """Whether what ``_resting`` says of a file still holds, and nobody has taken it."""
        since, path = entry
        one = self._seen.get(path)
        held = path in self._taken or path in self._hashing
        return one is not None and one.since == since and not held

    def _take_up_hashed(self) -> None:
        """Let files that have been hashed meanwhile be taken."""
        for path in [one for one in self._hashing if not self._digests.pending(one)]:
            self._hashing.discard(path)
            one = self._seen.get(path)
            if one is None:
                self._digests.forget(path)
            else:
                heapq.heappush(self._resting, (one.since, path))

    def _take_one(self, path: str, now: float) -> Scan | None:
        try:
            state = lstat(path)
        except OSError:
            del self._seen[path]
            return None
        if self._behind_link(os.path.relpath(path, self.root)):
            del self._seen[path]  # a folder on the way there has become a link since
            return None
        if self._note(path, state):
            return None  # it changed since we last looked: it starts to rest again
        one = self._seen[path]
        try:
            digest = self._digests.of(path, state)
        except FileNotFoundError:
            digest = None
        except OSError:
            digest = ""  # locked, or on a bad disk: the worker, who cannot read it either, says so
        if digest is PENDING:
            self._hashing.add(path)
            return None
        if digest is None:
            self._rest(path, one, now)
            return None
        self._taken.add(path)
        return Scan(Path(path), digest, state.st_size)

    def _note(self, path: str, state: os.stat_result) -> bool:
        """Remember what a file looks like; True if that is new."""
        if not stat.S_ISREG(state.st_mode):
            self._seen.pop(path, None)
            if path not in self._odd:
                self._odd.add(path)
                log.warning("left alone: no regular file", path=path, **{ALIKE: "no regular file"})
            return True
        old = self._seen.get(path)
        looks = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        if old is not None and old.looks == looks:
            return False
        now = self._clock()
        one = _Candidate(*looks, since=now, first_seen=old.first_seen if old else now)
        self._seen[path] = one
        self._rest(path, one, now)
        return True

    def _behind_link(self, relative: str) -> bool:
        """Whether a folder on the way there is a symbolic link: what lies behind is not ours."""
        folder = self.root
        for part in relative.split(os.sep)[:-1]:
            folder /= part
            if os.path.islink(folder):
                return True
        return False

    def _walk(self, top: str, closed: dict[str, str]) -> Iterator[tuple[str, os.stat_result]]:
        """Every file below, without following links.

        Args:
            top: the folder, absolute.
            closed: is given what is there and cannot be looked at, with the reason.

        Raises:
            OSError: the root cannot be listed. Any other folder is passed over then.
        """
        pending = [top]
        while pending:
            raise_if_interrupted()
            folder = pending.pop()
            try:
                with listed(folder) as entries:
                    found = [
                        _state(folder, entry) for entry in entries if not self._ignored(entry.name)
                    ]
            except OSError as error:
                if folder == os.fspath(self.root):
                    raise
                _remember(closed, folder, error)
                continue
            for path, state in found:
                if isinstance(state, OSError):
                    _remember(closed, path, state)
                elif not stat.S_ISDIR(state.st_mode):
                    yield path, state
                elif self._recursive:
                    pending.append(path)


def _state(folder: str, entry: os.DirEntry[str]) -> tuple[str, os.stat_result | OSError]:
    """Path and state of what a folder holds."""
    path = os.path.join(folder, entry.name)
    try:
        return path, entry.stat(follow_symlinks=False)
    except OSError as error:
        return path, error


def _remember(closed: dict[str, str], path: str, error: OSError) -> None:
    """Keep why a place is passed over, unless it went away while we looked."""
    if error.errno not in (errno.ENOENT, errno.ENOTDIR):
        closed[path] = error.strerror or str(error)
