"""Very many files within a moment."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.soak import scans

_WRITERS = 4

_gate: threading.Barrier


def name(number: int) -> str:
    """Of the file with this number."""
    return f"burst-{number:05}.png"


def drop_at_once(
    folder: Path, numbers: Sequence[int], and_then: Callable[[], object] = lambda: None
) -> float:
    """Write a small picture for each number, from several processes as fast as they can.

    Args:
        folder: where.
        numbers: which.
        and_then: done at the same time.

    Returns:
        The seconds from the first file to the last.
    """
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(_WRITERS + 1)
    with ProcessPoolExecutor(
        _WRITERS, mp_context=context, initializer=_meet_at, initargs=(gate,)
    ) as writers:
        done = [writers.submit(_write, folder, numbers[n::_WRITERS]) for n in range(_WRITERS)]
        gate.wait()
        started = time.monotonic()
        and_then()
        return max(writer.result() for writer in done) - started


def stage(folder: Path, numbers: Sequence[int], *, a_folder: int) -> None:
    """A tree of such pictures, so many in each folder."""
    for start in range(0, len(numbers), a_folder):
        inner = folder / f"{start // 1000}" / f"{start}"
        inner.mkdir(parents=True)
        for number in numbers[start : start + a_folder]:
            (inner / name(number)).write_bytes(scans.tiny(number))


def _meet_at(gate: threading.Barrier) -> None:
    global _gate  # noqa: PLW0603 - the one way to hand a barrier to a worker of a pool
    _gate = gate


def _write(folder: Path, numbers: Sequence[int]) -> float:
    """Write them when all are ready; the time of the last."""
    contents = [(name(number), scans.tiny(number)) for number in numbers]
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    _gate.wait()
    for file_name, content in contents:
        file = os.open(file_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, dir_fd=descriptor)
        os.write(file, content)
        os.close(file)
    os.close(descriptor)
    return time.monotonic()
