"""What memory a worker may take: beyond it an allocation fails, and the machine goes on.

`RLIMIT_DATA` and not `RLIMIT_AS`, by measurement: a warm worker has 1.9 GB of address space, of
which 0.6 GB are resident; libraries' files and the 64 to 128 MiB that glibc sets aside for each
thread's heap count there. Private writable mappings, which `RLIMIT_DATA` counts since Linux 4.7
(getrlimit(2)), are 0.7 GB, and what a page is decoded into adds to them byte by byte.
"""

from __future__ import annotations

import ctypes
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WARM_UP_MEMORY = 1024
"""MiB that a warm-up may take beside what one scan may: TensorFlow takes 460, an index of a
million examples 512."""
_LARGE = 8 << 20
_TRIM, _MMAP = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of mallopt(3)


def limit_memory(more: int) -> None:
    """Let this process take so much more than it has now; what it starts inherits the sum.

    The soft limit alone, so that it can be set anew before each batch.

    Args:
        more: MiB.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = (memory_taken() + more) << 20
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def at_most(more: int | None, *, starting: bool = False) -> Iterator[None]:
    """Let this process take no more than so many MiB in the block; None for no limit but that which holds.

    Args:
        more: MiB.
        starting: the engine is made there, which takes `WARM_UP_MEMORY` beside that.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    of_start = WARM_UP_MEMORY if starting else 0
    wanted = soft if more is None else (memory_taken() + more + of_start) << 20
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if soft < 0 else min(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def memory_taken() -> int:
    """MiB of this process that count: private writable mappings (proc(5), ``VmData``)."""
    with open("/proc/self/status", "rb") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(b"VmData:")) >> 10


def give_back_pages() -> None:
    """Have malloc return large blocks to the system as soon as they are free.

    glibc learns from each one that is freed to keep the next. Pillow takes pages in blocks of
    16 MiB, and after some large scans a worker at rest had 1,040 MiB in place of 580.
    """
    libc: Any = ctypes.CDLL(None)
    libc.mallopt(_MMAP, _LARGE)
    # Setting the one stops glibc from adjusting the other, which would be 128 KiB.
    libc.mallopt(_TRIM, 8 * _LARGE)
