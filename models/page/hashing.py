"""The sha256 of a file that must not change while it is read."""

from __future__ import annotations

import errno
import hashlib
import os

from config.interrupting import raise_if_interrupted
from config.links import open_regular

_CHUNK = 1 << 20


def hash_file(path: str, expected: os.stat_result) -> str | None:
    """Hash a regular file; see `config.links.open_regular` for the links that are followed on the way.

    Args:
        path: where it lies.
        expected: what it looked like; a file that looks otherwise before or after is not hashed.
            Its ctime is compared, too: some programs hold the mtime while they write.

    Returns:
        64 hexadecimal digits, or None if it changed.

    Raises:
        OSError: it cannot be opened or read.
        InterruptedWork: see `config.interrupting`.
    """
    try:
        descriptor = open_regular(path)
    except OSError as error:
        if error.errno == errno.EINVAL:
            return None  # no regular file any more
        raise
    try:
        if not _same(os.fstat(descriptor), expected):
            return None
        digest = hashlib.sha256()
        while chunk := os.read(descriptor, _CHUNK):
            digest.update(chunk)
            raise_if_interrupted()
            if not _same(os.fstat(descriptor), expected):
                return None
        return digest.hexdigest()
    finally:
        os.close(descriptor)


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return _looks(one) == _looks(other)


def _looks(state: os.stat_result) -> tuple[int, ...]:
    return (
        state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns,
        state.st_mode,
    )  # fmt: skip
