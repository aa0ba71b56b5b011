"""Which kind of file system a path lies on, which shares lie below it, and which have been unmounted."""

from __future__ import annotations

import os
from pathlib import Path

from config.errors import HomeError
from config.home import Home
from config.mountinfo import TABLE, lies_in, mounts

# systemd's list (fstype_is_network in mountpoint-util.c), and what users mount besides. A kind
# that a program of its own serves has the prefix "fuse.".
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncp", "ncpfs", "afs", "ceph", "ceph-fuse",
     "glusterfs", "gfs", "gfs2", "ocfs2", "orangefs", "pvfs2", "lustre", "gpfs", "9p", "davfs",
     "sshfs", "rclone", "s3fs", "gvfsd-fuse"}
)  # fmt: skip

_RENUMBERING = frozenset({"vfat", "exfat", "msdos", "cifs", "smb3", "smbfs", "davfs", "9p"})


def file_system_of(path: Path, table: Path = TABLE) -> str:
    """The type of the mount that holds ``path`` (proc(5)); empty where that cannot be told."""
    found = _mounts(table)
    point = _holding(os.path.realpath(path), found)
    return found[point] if point is not None else ""


def is_network(path: Path) -> bool:
    """Whether ``path`` lies on a share of another machine."""
    return _crosses_the_network(file_system_of(path))


def numbers_files_anew(path: Path, table: Path = TABLE) -> bool:
    """Whether a file below ``path`` may get another inode number though nobody touched it.

    FAT and exFAT number what is in memory, and programs that serve a file system, and some shares,
    number anew with each mount.
    """
    kind = file_system_of(path, table)
    return kind.startswith("fuse.") or kind in _RENUMBERING


def network_mounts(root: Path, table: Path = TABLE) -> list[tuple[Path, str]]:
    """Shares of other machines that hold ``root`` or lie below it.

    Args:
        root: a folder.
        table: the mounts, as proc(5) lists them.

    Returns:
        Mount points, as real paths, with their types, sorted.
    """
    found = _mounts(table)
    real = os.path.realpath(root)
    points = {point for point in found if lies_in(point, real)}
    holding = _holding(real, found)
    if holding is not None:
        points.add(holding)
    return [
        (Path(point), found[point])
        for point in sorted(points)
        if _crosses_the_network(found[point])
    ]


class Mounted:
    """Notices mounts that begin and end while the process runs.

    Where one ends, what is left is an empty mount point; where one begins, folders of scans may lie in
    one another.

    Args:
        home: whose folders.
        table: the mounts, as proc(5) lists them.

    Attributes:
        overlap: why nothing may be taken or filed, for a person; empty while the folders lie apart.
    """

    def __init__(self, home: Home, table: Path = TABLE) -> None:
        self.overlap = ""
        self._home = home
        self._table = table
        self._now = mounts(table)
        self._seen = {one.point for one in self._now}
        self._ended = set[str]()

    def look(self) -> None:
        """Take note of the mounts that there are now."""
        now = mounts(self._table)
        if now in (self._now, []):
            return
        self._now = now
        points = {one.point for one in now}
        self.overlap = ""
        try:
            self._home.check_apart()
        except HomeError as error:
            self.overlap = str(error)
        else:  # else nothing was filed there: nobody misses them later
            self._seen |= points
        self._ended = self._seen - points

    def ended(self, place: Path) -> Path | None:
        """The mount point that holds ``place`` and had lost its mount at the last `look`; else None."""
        if not self._ended:
            return None
        real = os.path.realpath(place)
        found = [point for point in self._ended if lies_in(real, point)]
        return Path(min(found, key=len)) if found else None


def _mounts(table: Path) -> dict[str, str]:
    """The type at each mount point."""
    return {one.point: one.kind for one in mounts(table)}


def _holding(real: str, mounts: dict[str, str]) -> str | None:
    """The innermost mount point around a real path."""
    return max((point for point in mounts if lies_in(real, point)), key=len, default=None)


def _crosses_the_network(kind: str) -> bool:
    return kind.removeprefix("fuse.") in _NETWORK
