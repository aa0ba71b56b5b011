"""Who runs the jobs: this process, or a pool of processes. The seam is the standard Executor."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from multiprocessing import resource_tracker
from typing import ParamSpec, TypeVar

from config.errors import PigeonholeError, WorkersError
from config.settings import Settings
from indexer.support import support_files
from service.workers.crew import Crew, Work
from service.workers.engine import EngineSpec, keep_up
from service.workers.pipeline import warm_up
from service.workers.temporary import remove_private_folder
from service.workers.trials import Trials
from service.workers.worker import serve

P = ParamSpec("P")
T = TypeVar("T")

WARM_UP_SECONDS = 300.0
"""Seconds that a warm-up may take, and one more for each example: the first worker of a new home
embeds them all, and the others wait for it. Measured: 4 to 6 s, and 0.02 s an example. A call may
take one more for each, too: they may be new."""


class InlineExecutor(Executor):
    """Runs each job at once, in the caller's thread: for few scans, and for tests."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` now; the future is done when this returns."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
            future.set_exception(error)
        return future


class PoolExecutor(Executor):
    """A pool of spawned processes, each with its engine.

    A job that takes too long, or whose worker dies, fails alone, and that worker is replaced. A
    future's exception is `TimeoutError` in the one case and `WorkerDiedError` in the other.

    Args:
        workers: how many processes.
        spec: the engine that each makes when it starts, and what its jobs may take.
        timeout: seconds a job may take; an engine's start does not count.
        warm_up: makes that engine. Must pickle.
        keep_up: keeps it in step with its folders, before each job. Must pickle.
        log_as: settings of which the workers take how they log.

    Attributes:
        lost: done when workers come up no longer: its exception, a `PigeonholeError`, says why,
            and every job fails with it.
    """

    def __init__(
        self,
        workers: int,
        spec: EngineSpec,
        *,
        timeout: float,
        warm_up: Callable[[EngineSpec], None] = warm_up,
        keep_up: Callable[[EngineSpec], None] = keep_up,
        log_as: Settings | None = None,
    ) -> None:
        self.lost: Future[None] = Future()
        # No other setting crosses: the token is one of them.
        kept = {"log_format", "log_level"}
        log_as = Settings.model_validate(log_as.model_dump(include=kept) if log_as else {})
        self._crew = Crew(
            workers,
            functools.partial(serve, spec=spec, warm_up=warm_up, keep_up=keep_up, log_as=log_as),
            job_timeout=timeout,
            buried=functools.partial(remove_private_folder, spec.cache),
            warm_up_timeout=WARM_UP_SECONDS,
            for_examples=lambda: float(sum(1 for _ in support_files(spec.support))),
            deaths=lambda: Trials(spec.cache).deaths,
        )
        self._lock = threading.Lock()
        self._queue: deque[Work] = deque()
        self._thread: threading.Thread | None = None
        self._bell = -1
        self._closed = False
        self._at_once = False
        self._error: PigeonholeError | None = None

    def start(self) -> None:
        """Start the workers now, not at the first job."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
                self._thread = threading.Thread(target=self._supervise, name="workers", daemon=True)
                self._thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` in a worker."""
        self.start()
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._error is not None:
                future.set_exception(self._error)
            else:
                self._queue.append(Work((fn, args, kwargs), future))
                self._ring()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers; with ``cancel_futures`` at once, else after what they have."""
        with self._lock:
            self._closed = True
            self._at_once |= cancel_futures
            self._ring()
        if wait and self._thread is not None:
            self._thread.join()

    def _ring(self) -> None:
        if self._bell >= 0:
            os.eventfd_write(self._bell, 1)

    def _supervise(self) -> None:
        """The one thread that knows the workers. Nothing that it is given is left unanswered."""
        # Its start unblocks Ctrl-C; done beforehand, it need not start below.
        resource_tracker.ensure_running()
        # Workers inherit the mask, so that Ctrl-C leaves them alone while they still start.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        error: PigeonholeError | None = None
        try:
            self._run()
        except PigeonholeError as said:
            error = said
        except Exception as odd:  # noqa: BLE001 - without this thread every job would wait for ever
            error = WorkersError(f"the workers cannot be led: {odd!r}", "Start again")
        left = self._crew.end()
        with self._lock:
            os.close(self._bell)
            self._bell = -1
            self._error = error
            left += self._queue
            self._queue.clear()
        if error is not None:
            self.lost.set_exception(error)
        for work in left:
            with contextlib.suppress(InvalidStateError):  # it was cancelled meanwhile
                if error is not None or not work.future.cancel():
                    work.future.set_exception(error or CancelledError())

    def _run(self) -> None:
        while not self._at_once:
            if self._closed and not self._queue and not self._crew.busy:
                return
            self._crew.fill()
            self._hand_out()
            self._queue.extendleft(self._crew.wait(self._bell))
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._bell)

    def _hand_out(self) -> None:
        while self._queue and self._crew.idle:
            work = self._queue.popleft()
            if not work.future.running() and not work.future.set_running_or_notify_cancel():
                continue
            if not self._crew.give(work):
                self._queue.appendleft(work)
                return
