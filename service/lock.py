"""One daemon a home: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import HomeBusyError, HomeError


@contextmanager
def only_daemon(lock_file: Path) -> Iterator[None]:
    """Hold the home's lock (flock(2)).

    Raises:
        HomeBusyError: another process holds it.
        HomeError: the file cannot be opened.
    """
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeError(
            f"cannot open {lock_file}: {error.strerror}", "Give this user leave to write there"
        ) from None
    try:
        if not _taken(descriptor):
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            raise HomeBusyError(
                f"another daemon (process {holder or 'unknown'}) works in {lock_file.parent.parent}",
                "Stop it first, or start this one with another --home",
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    for _ in range(5):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)  # `is_held` may be looking: it lets go at once
        else:
            return True
    return False


def is_held(lock_file: Path) -> bool:
    """Whether a daemon works in the home of this lock."""
    try:
        descriptor = os.open(lock_file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
