"""Which kind of file system a path lies on."""

from __future__ import annotations

import os
from pathlib import Path

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "9p", "davfs",
     "fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.s3fs", "fuse.gvfsd-fuse"}
)  # fmt: skip


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The type of the mount that holds ``path`` (proc(5)); empty where that cannot be told."""
    try:
        lines = mounts.read_bytes().split(b"\n")
    except OSError:
        return ""
    real = os.path.realpath(path)
    best, kind = "", ""
    for line in filter(None, lines):
        _, escaped, found, *_ = line.split(b" ")
        # proc(5): spaces and the like stand as octal escapes.
        point = os.fsdecode(escaped.decode("unicode_escape").encode("latin-1"))
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        # Of two mounts on one point the later one is seen.
        if inside and len(point) >= len(best):
            best, kind = point, os.fsdecode(found)
    return kind


def is_network(path: Path) -> bool:
    """Whether ``path`` lies on a share of another machine."""
    return file_system_of(path) in _NETWORK
