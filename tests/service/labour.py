"""What the tests have worker processes do. A light module, because each of them imports it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import structlog

from config.errors import WeightsError
from service.workers.engine import EngineSpec
from service.workers.trials import Trials

_kept: list[bytearray] = []


def nothing(_spec: EngineSpec) -> None:
    """Warm up at once."""


def log_a_line(event: str) -> None:
    """Log it as a worker does."""
    structlog.get_logger().warning(event)


def killed(_spec: EngineSpec) -> None:
    """Die while warming up, as by the kernel when memory is short."""
    signal.raise_signal(signal.SIGKILL)


def aborted(_spec: EngineSpec) -> None:
    """Die while warming up, as a broken library does."""
    os.abort()


def left(_spec: EngineSpec) -> None:
    """End while warming up, as if all were well."""
    os._exit(0)


def endless(_spec: EngineSpec) -> None:
    """Never become ready."""
    time.sleep(3600)


def refused(_spec: EngineSpec) -> None:
    """Say why it cannot begin."""
    raise WeightsError("there are no weights")


def only_the_first(marker: Path, _spec: EngineSpec) -> None:
    """Become ready once, in one worker; all others die."""
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        signal.raise_signal(signal.SIGKILL)


def keep(mib: int) -> int:
    """Take memory for good, as a leak does; the process that did."""
    _kept.append(bytearray(mib << 20))
    return os.getpid()


def take(mib: int) -> int:
    """Take memory and give it back."""
    return len(bytearray(mib << 20)) >> 20


def write_once(log: Path, number: int) -> int:
    """Leave a line that counts how often this ran."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, b"%d\n" % number)
    os.close(descriptor)
    time.sleep(0.01)
    return number


def start_a_child(pids: Path) -> None:
    """Start a process, as Tesseract is started, and die of something else."""
    child = subprocess.Popen(["sleep", "3600"])
    pids.write_text(str(child.pid))
    signal.raise_signal(signal.SIGKILL)


def limit_of_a_child() -> str:
    """How much data, in KiB, a process that this one starts may have."""
    command = ["sh", "-c", "ulimit -d"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


class Unpicklable:
    """An answer that cannot be sent."""

    def __reduce__(self) -> Any:
        raise ValueError("not through this pipe")


class FatalToPickle:
    """An answer in whose sending the process dies."""

    def __reduce__(self) -> Any:
        signal.raise_signal(signal.SIGKILL)


class OddError(Exception):
    """An exception that can be sent and cannot be received."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def raise_odd() -> None:
    """Raise it."""
    raise OddError("one", "other")


def talk() -> None:
    """Say something as a library in C does, and something as Python does."""
    os.write(2, b"Fax4Decode: ")
    sys.stderr.write("a traceback\n")


def over_an_example(examples: list[str], spec: EngineSpec) -> None:
    """Read examples that are new, each of which ends the process that reads it."""
    trials = Trials(spec.cache)
    for sha256 in examples:
        if not trials.refuses(sha256):
            with trials.trying(sha256):
                os.abort()


def over_a_late_example(marker: Path, spec: EngineSpec) -> None:
    """The same of one that comes when the worker has been ready for a while."""
    if marker.exists():
        over_an_example(["late"], spec)
