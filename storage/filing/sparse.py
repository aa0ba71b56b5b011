"""Sparse files: what takes no room on one disk is to take none on the other.

See lseek(2) for SEEK_DATA and SEEK_HOLE. A file system that reports holes wrongly would give a copy
with other bytes: use this where the copy is compared with a hash afterwards.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Final

_BLOCK: Final = 512
"""Bytes of the unit of ``st_blocks``; see stat(2)."""


def allocated(state: os.stat_result) -> int:
    """Bytes that a file takes on its disk; its size where it has no holes."""
    return min(state.st_size, state.st_blocks * _BLOCK)


def data_ranges(fd: int) -> Iterator[tuple[int, int]]:
    """Offsets ``(start, end)`` between which an open file has data, in order.

    A file without holes is a single range. What is appended meanwhile is included.
    """
    offset = 0
    while True:
        try:
            start = os.lseek(fd, offset, os.SEEK_DATA)
            end = os.lseek(fd, start, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # no data after this offset
                return
            if error.errno != errno.EINVAL or offset:
                raise
            start, end = 0, os.fstat(fd).st_size  # the file system does not know of holes
            if end:
                yield start, end
            return
        yield start, end
        offset = end


def require_room(source: int, target: int) -> None:
    """See that the disk of one open file has room for the data of another.

    Copying until the disk is full would leave no room for all others meanwhile.

    Raises:
        OSError: it has not (ENOSPC).
    """
    disk = os.fstatvfs(target)
    if disk.f_blocks and allocated(os.fstat(source)) > disk.f_bfree * disk.f_frsize:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
