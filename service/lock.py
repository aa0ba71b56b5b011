"""One daemon a home: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from config.errors import HomeBusyError, HomeError
from config.private import PRIVATE_FILE

_MOMENT = 0.25
"""Seconds after which a lock counts as held: `is_held` may be looking, and lets go at once."""
_COMMAND = 600.0
"""Seconds that a command gets to end, which moves files where no daemon works."""
_LOOK = 0.05
_BY_COMMAND = "command"

log = structlog.get_logger()


@contextmanager
def only_daemon(lock_file: Path) -> Iterator[None]:
    """Hold the home's lock (flock(2)), once a command that holds it has ended.

    Raises:
        HomeBusyError: another daemon holds it.
        HomeError: the file cannot be opened.
    """
    with _hold(lock_file, ""):
        yield


@contextmanager
def in_place_of_a_daemon(lock_file: Path) -> Iterator[None]:
    """The same for a command, which does what a daemon would do, and ends: that is waited for.

    Raises:
        HomeBusyError: a daemon holds it.
        HomeError: the file cannot be opened.
    """
    with _hold(lock_file, _BY_COMMAND):
        yield


@contextmanager
def _hold(lock_file: Path, who: str) -> Iterator[None]:
    try:
        descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise HomeError(
            f"cannot open {lock_file}: {error.strerror}", "Give this user leave to write there"
        ) from None
    try:
        if not _taken(descriptor):
            holder = " ".join(_holder(descriptor)[:1]) or "unknown"
            raise HomeBusyError(
                f"another daemon (process {holder}) works in {lock_file.parent.parent}",
                "Stop it first, or start this one with another --home",
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {who}".strip().encode() + b"\n", 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    began = time.monotonic()
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            by_command = _BY_COMMAND in _holder(descriptor)
        else:
            return True
        waited = time.monotonic() - began
        if waited >= (_COMMAND if by_command else _MOMENT):
            return False
        if by_command and waited >= _MOMENT and not told:
            told = True
            log.info("waiting for a command", process=_holder(descriptor)[0])
        time.sleep(_LOOK)


def _holder(descriptor: int) -> list[str]:
    """What the holder wrote: its process, and whether it is a command."""
    return os.pread(descriptor, 32, 0).decode(errors="replace").split()


def is_held(lock_file: Path) -> bool:
    """Whether a daemon works in the home of this lock."""
    return daemon_at_work(lock_file) is not None


def daemon_at_work(lock_file: Path) -> int | None:
    """The process of the daemon that works in the home of this lock; None if none does.

    0 in the moment before it has told.
    """
    try:
        descriptor = os.open(lock_file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        process, *by_command = _holder(descriptor) or ["0"]
        return None if by_command else int(process)
    finally:
        os.close(descriptor)
    return None
