"""Who runs the jobs: this process, or a pool of processes. The seam is the standard Executor."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing import resource_tracker
from typing import Any, ParamSpec, TypeVar

import pebble

from config.errors import PigeonholeError
from service.workers.engine import EngineSpec
from service.workers.pipeline import warm_up
from service.workers.temporary import use_private_folder

P = ParamSpec("P")
T = TypeVar("T")


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

    Pebble's pool, because it can stop one job at its time limit, replaces a worker that dies
    alone, and fails only the job that the worker had; the standard pool breaks every job.

    A future's exception is `TimeoutError` when its job ran too long, and
    `pebble.ProcessExpired` when its worker died.

    Args:
        workers: how many processes.
        spec: the engine that each makes when it starts.
        timeout: seconds a job may take; an engine's start does not count.
    """

    def __init__(self, workers: int, spec: EngineSpec, *, timeout: float) -> None:
        self._timeout = timeout
        self._pool: Any = pebble.ProcessPool(
            max_workers=workers,
            initializer=functools.partial(_start_worker, os.getpid(), spec),
            # Spawned, never forked: threads and TensorFlow do not survive a fork.
            context=multiprocessing.get_context("spawn"),
        )

    def start(self) -> None:
        """Start the workers now, not at the first job."""
        # Its start unblocks Ctrl-C; done beforehand, it need not start below.
        resource_tracker.ensure_running()
        # A worker inherits the mask, so that Ctrl-C leaves it alone while it still starts.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            _ = self._pool.active
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` in a worker."""
        self.start()
        future: Future[T] = self._pool.schedule(fn, args=args, kwargs=kwargs, timeout=self._timeout)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers; with ``cancel_futures`` at once, else after what they have."""
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()
        if wait:
            self._pool.join()


def _start_worker(parent: int, spec: EngineSpec) -> None:
    """A worker's first act: die with the parent, leave Ctrl-C to it, and warm up."""
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        # What a worker that is killed leaves there, pages of people's papers, nobody else may
        # read, and the next start removes.
        use_private_folder(spec.cache)
    with contextlib.suppress(PigeonholeError):
        # What is wrong with the engine is raised again, and told, by the first job.
        warm_up(spec)


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (prctl(2), PR_SET_PDEATHSIG)."""
    import ctypes

    pr_set_pdeathsig = 1
    libc: Any = ctypes.CDLL(None, use_errno=True)
    libc.prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)
