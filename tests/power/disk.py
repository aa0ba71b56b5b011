"""What a disk holds: folders, names that lead to files, and the bytes of files.

The model of Pillai et al., "All File Systems Are Not Created Equal" (OSDI 2014): each system call is
taken apart into changes that a file system may write independently. `Names` changes entries of a
folder, all in one step (a rename within a folder is atomic). `Size` and `Bytes` change a file: a write
is split into blocks, and each block into halves, so it may be torn; bytes beyond the size that was
written are not there yet.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = 0
"""The number of the folder that all else is in."""

_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Names:
    """Entries of folders, changed together: folder, name, and the file or folder it leads to."""

    entries: tuple[tuple[int, bytes, int | None], ...]
    label: str

    @property
    def folders(self) -> set[int]:
        """Any of which must be synced to make it durable."""
        return {folder for folder, _, _ in self.entries}


@dataclass(frozen=True, slots=True)
class Size:
    """A file becomes this long. While it grows, what is not written yet reads as zeros."""

    file: int
    size: int
    grows: bool
    label: str


@dataclass(frozen=True, slots=True)
class Bytes:
    """A part of what was written to a file."""

    file: int
    offset: int
    data: bytes
    label: str


Change = Names | Size | Bytes


def written(file: int, offset: int, data: bytes, size: int, label: str) -> Iterator[Change]:
    """The changes of one write to a file that was ``size`` bytes long."""
    end = offset + len(data)
    if end > size:
        yield Size(file, end, grows=True, label=f"{label}: size")
    at = offset
    while at < end:
        block = min(end, (at // _BLOCK + 1) * _BLOCK)
        middle = at + (block - at) // 2
        for start, stop in ((at, middle), (middle, block)):
            if start < stop:
                part = data[start - offset : stop - offset]
                yield Bytes(file, start, part, f"{label}: bytes {start} to {stop}")
        at = block


@dataclass(slots=True)
class Disk:
    """The state of a disk.

    Attributes:
        folders: the numbers of what is a folder.
        names: by folder and name, what is there.
        files: the bytes of each file.
    """

    folders: set[int] = field(default_factory=lambda: {ROOT})
    names: dict[tuple[int, bytes], int] = field(default_factory=dict)
    files: dict[int, bytearray] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """The disk that a folder is."""
        disk = cls()
        numbers = {os.fsencode(root): ROOT}
        for folder, folders, files in os.walk(os.fsencode(root)):
            for name in folders + files:
                path = os.path.join(folder, name)
                number = os.lstat(path).st_ino
                disk.names[numbers[folder], name] = number
                if name in folders:
                    numbers[path] = number
                    disk.folders.add(number)
                else:
                    disk.files[number] = bytearray(Path(os.fsdecode(path)).read_bytes())
        return disk

    def copy(self) -> Disk:
        """Another one like it."""
        files = {number: bytearray(data) for number, data in self.files.items()}
        return Disk(set(self.folders), dict(self.names), files)

    def apply(self, change: Change) -> None:
        """Change it."""
        match change:
            case Names(entries):
                for folder, name, target in entries:
                    if target is None:
                        self.names.pop((folder, name), None)
                    else:
                        self.names[folder, name] = target
            case Size(file, size, grows):
                data = self.files[file]
                if len(data) < size:
                    data.extend(bytes(size - len(data)))
                elif not grows:
                    del data[size:]
            case Bytes(file, offset, data):
                there = self.files[file]
                end = min(offset + len(data), len(there))
                if offset < end:
                    there[offset:end] = data[: end - offset]

    def find(self, parts: Iterable[bytes]) -> int | None:
        """What a path from the root leads to."""
        number: int | None = ROOT
        for part in parts:
            number = None if number is None else self.names.get((number, part))
        return number

    def tree(self) -> dict[bytes, int]:
        """Everything that can be reached, by its path, a folder before what is in it."""
        inside: dict[int, list[tuple[bytes, int]]] = {}
        for (folder, name), target in self.names.items():
            inside.setdefault(folder, []).append((name, target))
        found: dict[bytes, int] = {}

        def walk(folder: int, path: bytes) -> None:
            for name, target in sorted(inside.get(folder, [])):
                found[path + name] = target
                if target in self.folders:
                    walk(target, path + name + b"/")

        walk(ROOT, b"")
        return found

    def digest(self) -> str:
        """The same for two disks that no program could tell apart."""
        seen = hashlib.sha256()
        order: dict[int, int] = {}
        for path, number in self.tree().items():
            order.setdefault(number, len(order))
            data = self.files.get(number)
            seen.update(b"%d %d %d %s " % (len(path), order[number], data is None, path))
            if data is not None:
                seen.update(b"%d " % len(data))
                seen.update(data)
        return seen.hexdigest()
