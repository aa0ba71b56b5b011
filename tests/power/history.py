"""What a recorded process did to a disk: changes, and the syncs that made them durable.

`History.of` replays the calls on a copy of the disk; at the end that copy must equal the real folder,
byte by byte, so no call was missed and none misread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.power.disk import Change, Disk, Names, Size, written
from tests.power.syscalls import Call, Descriptor

_CREATED = 1 << 62
"""From here on the numbers of files that were created while it was recorded."""

_OF_THE_LIVING = (b"-shm", b"/cache/daemon.lock")
"""Files of no use after a start: SQLite's index of its log, and the lock of a daemon."""


class UnmodelledError(Exception):
    """A system call changed the disk, and this model does not know how."""


@dataclass(frozen=True, slots=True)
class Sync:
    """A sync that succeeded.

    Attributes:
        target: the file or folder that was synced; None for all of them.
        events: how many there had been when it began: it makes nothing durable that came later.
    """

    target: int | None
    events: int
    label: str

    def covers(self, change: Change) -> bool:
        """Whether it makes a change durable that was made before."""
        if self.target is None:
            return True
        if isinstance(change, Names):
            return self.target in change.folders
        return change.file == self.target


@dataclass
class History:
    """All that was done, in order.

    Attributes:
        initial: the disk before, all of it durable.
        events: changes and syncs.
        begins: how many of them are over when the story begins.
        final: the disk as the process saw it in the end.
    """

    initial: Disk
    events: list[Change | Sync] = field(default_factory=list)
    begins: int = 0
    final: Disk = field(default_factory=Disk)

    @classmethod
    def of(cls, root: Path, initial: Disk, recorded: Sequence[Call], begins: int) -> History:
        """Replay calls on a disk.

        Args:
            root: the folder that is the disk; what is done elsewhere is left out.
            initial: what it held.
            recorded: the calls.
            begins: the number of the call at which the story begins.

        Raises:
            UnmodelledError: a call that changes the disk is not known here.
        """
        replay = _Replay(os.fsencode(root), initial)
        for number, call in enumerate(recorded):
            if number == begins:
                replay.history.begins = len(replay.history.events)
            replay.call(call)
        replay.history.final = replay.disk
        return replay.history


def holds_the_same(one: Disk, other: Disk) -> bool:
    """Whether two disks have the same names and bytes; inode numbers may differ."""
    return _held(one) == _held(other)


def _held(disk: Disk) -> dict[bytes, bytes | None]:
    return {
        path: None if number in disk.folders else bytes(disk.files[number])
        for path, number in disk.tree().items()
        if not (b"/" + path).endswith(_OF_THE_LIVING)
    }


_OF_DESCRIPTOR = re.compile(rb"/proc/self/fd/(?P<number>[0-9]+)(?P<rest>(?:/.*)?)", re.DOTALL)


class _Replay:
    def __init__(self, root: bytes, initial: Disk) -> None:
        self._root = root
        self.disk = initial.copy()
        self.history = History(initial.copy())
        self._open: dict[int, int] = {}
        self._led_to: dict[int, bytes] = {}
        self._position: dict[int, int] = {}
        self._appends: set[int] = set()
        self._numbers = count(_CREATED)
        self._ended: list[int] = [0]
        """How many events there had been after each call."""

    def call(self, call: Call) -> None:
        """Replay one."""
        match call.name:
            case "open" | "openat" | "creat":
                self._opened(call)
            case "write" | "pwrite64":
                self._write(call)
            case "lseek":
                self._sought(call)
            case "ftruncate":
                self._truncate(call)
            case "fsync" | "fdatasync":
                self._synced(call)
            case "sync" | "syncfs":
                self.history.events.append(Sync(None, self._events_before(call), "everything"))
            case "link" | "linkat":
                source, target = self._paths(call)
                self._name(target, self._at(source), f"link {self._shown(target)}")
            case "rename" | "renameat" | "renameat2":
                self._rename(call)
            case "unlink" | "unlinkat" | "rmdir":
                (path,) = self._paths(call)
                self._name(path, None, f"unlink {self._shown(path)}")
            case "mkdir" | "mkdirat":
                (path,) = self._paths(call)
                if path is not None:
                    number = next(self._numbers)
                    self.disk.folders.add(number)
                    self.history.initial.folders.add(number)
                    self._name(path, number, f"mkdir {self._shown(path)}")
            case _:
                self._unknown(call)
        self._ended.append(len(self.history.events))

    # -- files --------------------------------------------------------------------------------

    def _opened(self, call: Call) -> None:
        (path,) = self._paths(call)
        assert isinstance(call.result, Descriptor)
        descriptor = call.result.number
        self._open.pop(descriptor, None)
        self._led_to[descriptor] = call.result.path
        if path is None:
            return
        flags = " ".join(one for one in call.arguments if isinstance(one, str))
        number = self._at(path, missing="O_CREAT" in flags)
        if number is None:
            number = next(self._numbers)
            self.disk.files[number] = bytearray()
            self.history.initial.files[number] = bytearray()  # an inode that no name leads to
            self._name(path, number, f"create {self._shown(path)}")
        elif "O_TRUNC" in flags and self.disk.files[number]:
            self._change(Size(number, 0, grows=False, label=f"truncate {self._shown(path)}"))
        self._open[descriptor], self._position[descriptor] = number, 0
        (self._appends.add if "O_APPEND" in flags else self._appends.discard)(descriptor)

    def _file(self, call: Call) -> tuple[int, int] | None:
        """Descriptor and file that the first argument leads to; None where it is not of the disk."""
        target = call.arguments[0]
        if not isinstance(target, Descriptor) or not self._inside(target.path):
            return None
        return target.number, self._open[target.number]

    def _write(self, call: Call) -> None:
        found = self._file(call)
        if found is None:
            return
        descriptor, number = found
        size = len(self.disk.files[number])
        data, length = call.arguments[1], call.result
        assert isinstance(data, bytes)
        assert isinstance(length, int)
        if call.name == "pwrite64":
            offset = int(str(call.arguments[3]), 0)
        else:
            offset = size if descriptor in self._appends else self._position[descriptor]
            self._position[descriptor] = offset + length
        target = call.arguments[0]
        assert isinstance(target, Descriptor)
        for change in written(number, offset, data[:length], size, self._described(target.path)):
            self._change(change)

    def _described(self, path: bytes) -> str:
        return f"write {os.fsdecode(path.removeprefix(self._root + b'/'))}"

    def _sought(self, call: Call) -> None:
        target = call.arguments[0]
        if isinstance(target, Descriptor) and isinstance(call.result, int):
            self._position[target.number] = call.result

    def _truncate(self, call: Call) -> None:
        found = self._file(call)
        if found is not None:
            size = int(str(call.arguments[1]))
            there = len(self.disk.files[found[1]])
            if size != there:
                target = call.arguments[0]
                assert isinstance(target, Descriptor)
                label = f"truncate {self._shown(self._parts(target.path))} to {size}"
                self._change(Size(found[1], size, grows=size > there, label=label))

    def _synced(self, call: Call) -> None:
        found = self._file(call)
        if found is not None:
            target = call.arguments[0]
            assert isinstance(target, Descriptor)
            label = f"{call.name} {self._shown(self._parts(target.path))}"
            self.history.events.append(Sync(found[1], self._events_before(call), label))

    # -- names --------------------------------------------------------------------------------

    def _rename(self, call: Call) -> None:
        source, target = self._paths(call)
        if source is None or target is None:
            if source is not target:
                raise UnmodelledError(f"a rename that leaves the disk: {call}")
            return
        if "RENAME_EXCHANGE" in call.arguments:
            raise UnmodelledError(f"an exchange: {call}")
        number = self._at(source)
        (from_folder, from_name), (to_folder, to_name) = self._entry(source), self._entry(target)
        self._change(
            Names(
                ((from_folder, from_name, None), (to_folder, to_name, number)),
                f"rename {self._shown(source)} to {self._shown(target)}",
            )
        )

    def _name(self, path: Sequence[bytes] | None, number: int | None, label: str) -> None:
        if path is not None:
            folder, name = self._entry(path)
            self._change(Names(((folder, name, number),), label))

    def _entry(self, path: Sequence[bytes]) -> tuple[int, bytes]:
        folder = self._at(path[:-1])
        assert folder is not None
        return folder, path[-1]

    def _at(self, path: Sequence[bytes] | None, *, missing: bool = False) -> int | None:
        if path is None:
            raise UnmodelledError("a link that comes from outside the disk")
        number = self.disk.find(path)
        if number is None and not missing:
            raise UnmodelledError(f"nothing is at {self._shown(path)}")
        return number

    def _paths(self, call: Call) -> list[Sequence[bytes] | None]:
        """The paths of a call, each as names from the root; None for one that is outside."""
        found: list[Sequence[bytes] | None] = []
        folder = b""
        for one in call.arguments:
            if isinstance(one, Descriptor):
                folder = one.path
            elif isinstance(one, bytes):
                found.append(self._parts(os.path.join(folder, self._by_descriptor(one))))
        return found

    def _by_descriptor(self, path: bytes) -> bytes:
        """A path below ``/proc/self/fd``, by where that descriptor led to; any other as it is."""
        found = _OF_DESCRIPTOR.fullmatch(path)
        folder = self._led_to.get(int(found["number"])) if found else None
        return path if found is None or folder is None else folder + found["rest"]

    def _parts(self, path: bytes) -> Sequence[bytes] | None:
        path = os.path.normpath(path)
        if not self._inside(path):
            return None
        return [part for part in path[len(self._root) :].split(b"/") if part]

    def _inside(self, path: bytes) -> bool:
        below = path == self._root or path.startswith(self._root + b"/")
        return below and not path.endswith(_OF_THE_LIVING)

    @staticmethod
    def _shown(path: Sequence[bytes] | None) -> str:
        return os.fsdecode(b"/".join(path or [])) or "."

    # -- both ---------------------------------------------------------------------------------

    def _change(self, change: Change) -> None:
        self.disk.apply(change)
        self.history.events.append(change)

    def _events_before(self, call: Call) -> int:
        return self._ended[min(call.began, len(self._ended) - 1)]

    def _unknown(self, call: Call) -> None:
        for one in call.arguments:
            path = one.path if isinstance(one, Descriptor) else one
            if isinstance(path, bytes) and self._inside(path):
                raise UnmodelledError(f"this call is not modelled: {call}")
