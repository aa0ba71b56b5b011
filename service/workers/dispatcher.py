"""Batches on their way: how large, how many at once, and which scan it was when a worker dies."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from config.errors import PigeonholeError
from service.workers.engine import EngineSpec
from service.workers.pipeline import Batch, Job, examine
from service.workers.process import WorkerDiedError

log = structlog.get_logger()

TARGET_SECONDS = 1.0
"""What a batch should take: long enough that its overheads vanish, short enough to be filed soon
and to lose little when a worker dies."""
LARGEST_BATCH = 32

T = TypeVar("T")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Killed:
    """A job that ended its worker, or that ran into the time limit, all by itself."""

    job: Job
    reason: str


class Dispatcher:
    """Hands batches to an executor, a bounded number at once.

    When a batch of several scans fails with its worker, nobody knows which scan it was: each is
    tried again alone, and only one that fails alone is `Killed`.

    Args:
        executor: who runs them.
        spec: the engine they run on.
        workers: how many run at once.
        wake: called, from any thread, when a batch is done.
        lost: done when the executor can run nothing any more; its exception says why.
    """

    def __init__(
        self,
        executor: Executor,
        spec: EngineSpec,
        *,
        workers: int,
        wake: Callable[[], None],
        lost: Future[None] | None = None,
    ) -> None:
        self._executor = executor
        self._spec = spec
        self.workers = workers
        self._wake = wake
        self._lost = lost
        if lost is not None:
            lost.add_done_callback(lambda _: wake())
        self._done: queue.SimpleQueue[tuple[tuple[Job, ...], Future[Batch]]] = queue.SimpleQueue()
        self._alone: deque[Job] = deque()
        self._seconds_a_scan = 0.0
        self.in_flight = 0
        self.unreadable: dict[str, str] = {}
        self.broken_detectors: dict[str, str] = {}

    @property
    def batch_size(self) -> int:
        """Scans that the next batch should hold, by what scans took lately."""
        if not self._seconds_a_scan:
            return 4
        return max(1, min(LARGEST_BATCH, int(TARGET_SECONDS / self._seconds_a_scan)))

    @property
    def room(self) -> int:
        """Batches that may be submitted now.

        Two a worker: one to work on, one to go on with while this process writes.
        """
        return max(0, 2 * self.workers - self.in_flight)

    @property
    def busy(self) -> bool:
        """Whether anything is under way."""
        return self.in_flight > 0 or bool(self._alone)

    def submit(self, jobs: Sequence[Job]) -> None:
        """Hand over one batch."""
        batch = tuple(jobs)
        future = self._executor.submit(examine, self._spec, batch)
        self.in_flight += 1
        future.add_done_callback(lambda done: self._on_done(batch, done))

    def aside(
        self,
        done: Callable[[Future[T]], None],
        function: Callable[Concatenate[EngineSpec, P], T],
        *args: P.args,
        **more: P.kwargs,
    ) -> None:
        """Have a worker do something else than judge; it counts as no batch.

        Args:
            done: told when it is done, from any thread; then the daemon is woken.
            function: what to do, given the spec and the arguments.
            args: as ``more``; they must pickle.
            more: by their names.
        """
        future = self._executor.submit(function, self._spec, *args, **more)
        future.add_done_callback(done)
        future.add_done_callback(lambda _: self._wake())

    def reason(self, error: Exception) -> str:
        """What ended a call, for a person.

        Raises:
            PigeonholeError: it is one that no scan is to blame for.
        """
        if isinstance(error, TimeoutError):
            return f"took longer than job_timeout ({self._spec.job_timeout:g} s)"
        if isinstance(error, WorkerDiedError):
            return str(error)
        if isinstance(error, MemoryError):
            return self._spec.limits.too_much_memory().reason
        if isinstance(error, PigeonholeError):
            raise error
        if isinstance(error, OSError) and error.strerror:
            return f"its worker failed: {error.strerror}"
        log.error("a worker failed", reason=repr(error))
        return "its worker failed over it: the log tells more"

    def finished(self) -> list[Batch | Killed]:
        """What has ended since the last call. Never blocks.

        Raises:
            PigeonholeError: a worker's engine cannot be made, or no worker comes up.
        """
        if self._lost is not None and self._lost.done():
            self._lost.result()
        ended: list[Batch | Killed] = []
        while True:
            try:
                jobs, future = self._done.get_nowait()
            except queue.Empty:
                break
            self.in_flight -= 1
            found = self._outcome(jobs, future)
            if found is not None:
                ended.append(found)
        while self._alone and self.room:
            self.submit([self._alone.popleft()])
        return ended

    def _on_done(self, jobs: tuple[Job, ...], future: Future[Batch]) -> None:
        self._done.put((jobs, future))
        self._wake()

    def _outcome(self, jobs: tuple[Job, ...], future: Future[Batch]) -> Batch | Killed | None:
        try:
            batch = future.result()
        except CancelledError:
            return None
        except Exception as error:  # noqa: BLE001 - one odd scan must not stop the others
            reason = self.reason(error)
        else:
            took = batch.seconds / max(1, len(jobs))
            self._seconds_a_scan = (
                (self._seconds_a_scan + took) / 2 if self._seconds_a_scan else took
            )
            self.unreadable = batch.unreadable
            self.broken_detectors = batch.broken_detectors
            return batch
        if len(jobs) == 1:
            return Killed(jobs[0], reason)
        self._alone.extend(jobs)
        return None
