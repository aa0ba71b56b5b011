"""What is mounted where, by ``/proc/self/mountinfo``; see proc(5)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, NamedTuple

TABLE: Final = Path("/proc/self/mountinfo")


class Mount(NamedTuple):
    """A line of the table.

    Attributes:
        point: absolute path at which it is mounted.
        device: ``major:minor`` of the file system.
        root: path within the file system of the folder that is mounted.
        kind: of the file system: ``ext4``, ``cifs``, …; one that a program serves begins with
            ``fuse.``.
    """

    point: str
    device: str
    root: str
    kind: str


def mounts(table: Path = TABLE) -> list[Mount]:
    """Every mount, in the order of the table; empty where that cannot be read.

    Of two mounts on one point the later one is seen.
    """
    try:
        lines = table.read_bytes().split(b"\n")
    except OSError:
        return []
    return [_mount(line) for line in lines if line]


def on_disk(path: str, found: list[Mount]) -> tuple[str, str]:
    """Where a path lies on its file system, wherever that is mounted.

    Args:
        path: real: without symbolic links.
        found: see `mounts`.

    Returns:
        Device and path within its file system; without mounts an empty device and ``path``.
    """
    holding = [one for one in found if lies_in(path, one.point)]
    if not holding:
        return "", path
    longest = max(len(one.point) for one in holding)
    inner = [one for one in holding if len(one.point) == longest][-1]
    return inner.device, os.path.normpath(
        os.path.join(inner.root, os.path.relpath(path, inner.point))
    )


def held_by(folder: str, found: list[Mount]) -> list[tuple[str, str]]:
    """What a folder shows: its own place (see `on_disk`), and what is mounted inside."""
    inside = [one for one in found if one.point != folder and lies_in(one.point, folder)]
    return [on_disk(folder, found), *((one.device, one.root) for one in inside)]


def lies_in(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it, by their names."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _mount(line: bytes) -> Mount:
    fields, _, rest = line.partition(b" - ")
    _, _, device, root, point, *_ = fields.split(b" ")
    kind, *_ = rest.split(b" ")
    return Mount(_unescaped(point), os.fsdecode(device), _unescaped(root), os.fsdecode(kind))


def _unescaped(field: bytes) -> str:
    """Spaces and the like stand as octal escapes."""
    return os.fsdecode(field.decode("unicode_escape").encode("latin-1"))
