"""Threads for what takes long over large files: hashing, comparing and copying them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Final, ParamSpec, TypeVar

from config.interrupting import InterruptedWork, interruptible, raise_if_interrupted

P = ParamSpec("P")
T = TypeVar("T")

LARGE: Final = 4 << 20
"""Bytes from which a file is worth a thread: it takes 3 ms to hash, and a second on a slow share."""
_FAREWELL: Final = 0.5
"""Seconds that a thread gets to end. One that hangs in a dead disk is left behind."""

Task = Callable[[], None]


class Background:
    """Runs calls in two threads: one for files that can be judged, one for larger ones.

    So 40 GB keep no other file waiting. What is under way ends at its next `raise_if_interrupted` when the
    service ends: it is done again at the next start.

    Args:
        huge: bytes from which a file is one of the larger ones.
        wake: called, from a thread, when a call has ended.
        unwanted: whether the service is to end now; asked from the threads.
    """

    def __init__(
        self, *, huge: int, wake: Callable[[], None], unwanted: Callable[[], bool]
    ) -> None:
        self._huge = huge
        self._wake = wake
        self._closed = False
        self._lanes = {
            name: _Lane(name, lambda: self._closed or unwanted()) for name in ("large", "huge")
        }

    def submit(
        self, size: int, function: Callable[P, T], *args: P.args, **more: P.kwargs
    ) -> Future[T]:
        """Call ``function`` in the thread for files of this size.

        Its future ends with `InterruptedWork` where the service ended first.
        """
        future: Future[T] = Future()
        if self._closed:
            future.set_exception(InterruptedWork())
            return future

        def call() -> None:
            try:
                raise_if_interrupted()
                future.set_result(function(*args, **more))
            except BaseException as error:  # noqa: BLE001 - a future carries whatever was raised
                future.set_exception(error)
            self._wake()

        self._lanes["huge" if size >= self._huge else "large"].put(call)
        return future

    def parted(self, items: Iterable[T], size: Callable[[T], int]) -> list[tuple[T, ...]]:
        """The items of each thread, those without any left out."""
        lanes: dict[bool, list[T]] = {}
        for item in items:
            lanes.setdefault(size(item) >= self._huge, []).append(item)
        return [tuple(found) for found in lanes.values()]

    def close(self) -> None:
        """End what is under way, and the threads."""
        self._closed = True
        for lane in self._lanes.values():
            lane.end()


class _Lane:
    """One thread, started when there is something for it."""

    def __init__(self, name: str, unwanted: Callable[[], bool]) -> None:
        self._name = name
        self._unwanted = unwanted
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def put(self, task: Task) -> None:
        if self._thread is None:
            # A daemon: one that hangs in a dead disk must not keep the process from ending.
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._tasks.put(task)

    def end(self) -> None:
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join(_FAREWELL)

    def _work(self) -> None:
        with interruptible(self._unwanted):
            while (task := self._tasks.get()) is not None:
                task()
