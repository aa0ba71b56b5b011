"""What a user dropped, changed and took away, kept beside the program: what must be found in the end."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from storage.records import Move


@dataclass(eq=False)
class Dropped:
    """A file of a user.

    Attributes:
        content: its bytes when it was dropped.
        source: where.
        move: the journal's line, from the decision on.
        closed: the journal's line is gone: it stands at the move's destination.
        touched: the user changed or took it after the decision: its bytes may be gone with that.
    """

    content: bytes
    source: Path
    move: Move | None = None
    closed: bool = False
    touched: bool = False


@dataclass
class Bookkeeping:
    """An inbox and a folder of classes, with what belongs there.

    Attributes:
        root: of both.
        dropped: what is in the inbox or was filed.
        theirs: what other programs put into the folders of classes.
        reserved: places where a dead attempt may have left an empty file.
    """

    root: Path
    dropped: list[Dropped] = field(default_factory=list)
    theirs: dict[Path, os.stat_result] = field(default_factory=dict)
    reserved: set[Path] = field(default_factory=set)
    _open: ExitStack = field(default_factory=ExitStack)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.inbox.mkdir()
        self.sorted.mkdir()

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.root / "inbox"

    @property
    def sorted(self) -> Path:
        """Where the folders of classes are."""
        return self.root / "sorted"

    @property
    def moving(self) -> list[Dropped]:
        """Those in the journal."""
        return [one for one in self.dropped if one.move is not None and not one.closed]

    @property
    def waiting(self) -> list[Dropped]:
        """Those that may be decided."""
        held = {one.source for one in self.moving}
        return [one for one in self.dropped if one.move is None and one.source not in held]

    @property
    def all_files(self) -> list[Path]:
        """Everything but the folders of classes, hidden things too."""
        places = [*self.inbox.iterdir()]
        for folder in self.sorted.iterdir():
            places += folder.iterdir()
        return sorted(places)

    def close(self) -> None:
        """No file is held any longer."""
        self._open.close()

    def number(self) -> int:
        """One that was not there before."""
        return next(self._numbers)

    def drop(self, path: Path, content: bytes) -> None:
        """A new file, in one step, as scanners do."""
        fresh = self.root / "fresh"
        fresh.write_bytes(content)
        self._made(fresh)
        os.replace(fresh, path)
        self.dropped.append(Dropped(content, path))

    def touch(self, path: Path, how: str) -> None:
        """The user takes, replaces or writes into what is at ``path``."""
        there = os.path.lexists(path)
        for one in self.moving:
            one.touched |= one.source == path and there
        self.dropped = [one for one in self.dropped if one.source != path or one.move is not None]
        written = b"writing %d" % self.number()
        if how == "take":
            path.unlink(missing_ok=True)
        elif how == "replace":
            self.drop(path, written)
        else:
            path.write_bytes(written)
            self._made(path)
            self.dropped.append(Dropped(written, path))

    def _made(self, path: Path) -> None:
        # Another time each, finer than the system's clock, and no inode number twice.
        moment = 1_700_000_000_000_000_000 + self.number()
        os.utime(path, ns=(moment, moment))
        self._open.enter_context(path.open("rb"))

    def forget(self, one: Dropped) -> None:
        """The user took it, or made another of it."""
        assert one.touched, one
        self.dropped.remove(one)
        assert one.move is not None
        for place in self.sorted.glob("*/*"):
            if os.lstat(place).st_ino == one.move.inode:
                # Written into while it had both names, and then taken from the inbox.
                self.theirs[place] = os.lstat(place)

    def filed(self, one: Dropped, *, close: bool) -> None:
        """The program says that it is at its destination."""
        assert one.move is not None
        assert holds(one.move.destination, one.content), one
        others = [other.move for other in self.dropped if other is not one and other.move]
        if one.touched and one.move.destination in {
            *(move.destination for move in others), *self.theirs,
        }:  # fmt: skip
            # The user took it, and an equal file counts as this one: none is lost by that.
            self.dropped.remove(one)
        one.closed, one.touched = close, False

    def check_places(self) -> None:
        """Every file is in the inbox or where the ledger says, whole."""
        for one in self.dropped:
            if one.touched and not one.closed:
                continue
            places = [one.source] if not one.closed else []
            if one.move is not None:
                places.append(one.move.destination)
            assert any(holds(place, one.content) for place in places), f"lost: {one}"

    def check_theirs(self) -> None:
        """Nothing was overwritten, emptied or taken away."""
        for path, before in self.theirs.items():
            now = os.lstat(path)
            assert (now.st_ino, now.st_mode, now.st_size) == (
                before.st_ino, before.st_mode, before.st_size,
            )  # fmt: skip

    def check_once(self) -> None:
        """As many files of these bytes as were dropped, and nothing else at all."""
        found = Counter(_what(path) for path in self.all_files)
        empty = sum(path not in self.theirs and holds(path, b"") for path in self.reserved)
        expected: Counter[bytes | str] = Counter(one.content for one in self.dropped)
        expected += Counter(_what(path) for path in self.theirs)
        left = found - expected
        assert not expected - found, "lost"
        assert left.total() == left[b""] <= empty, "left over"
        places = [one.move.destination for one in self.dropped if one.move is not None]
        assert len(places) == len(set(places)), "two scans, one place"


def holds(path: Path, content: bytes) -> bool:
    """Whether a file stands there with these bytes."""
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _what(path: Path) -> bytes | str:
    """The bytes of a file, or what else it is."""
    if path.is_symlink():
        return "link"
    if path.is_file():
        return path.read_bytes()
    return "folder" if path.is_dir() else "pipe"
