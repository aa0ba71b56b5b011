"""The sha256 of a file that must not change while it is read."""

from __future__ import annotations

import hashlib
import os


def hash_file(path: str, expected: os.stat_result) -> str | None:
    """Hash a regular file without following links.

    Args:
        path: where it lies.
        expected: what it looked like; a file that looks otherwise before or after is not hashed.

    Returns:
        64 hexadecimal digits, or None if it changed.

    Raises:
        OSError: it cannot be opened or read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    with open(descriptor, "rb") as file:
        if not _same(os.fstat(descriptor), expected):
            return None
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest if _same(os.fstat(descriptor), expected) else None


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns, one.st_mode) == (
        other.st_dev, other.st_ino, other.st_size, other.st_mtime_ns, other.st_mode,
    )  # fmt: skip
