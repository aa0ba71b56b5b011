"""The crew: worker processes with one job each, watched by one thread; who dies is replaced.

Each has a pipe of its own, and its end says that the process is gone: what it had is known, and
no other is touched. Of the libraries that were tried none does that. concurrent.futures breaks
every job when one worker dies; so does pebble 5.2 when the one that dies has none, killed while
it rests, say, or while it starts, and its workers share one lock that dies with its holder.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import structlog

from config.errors import PigeonholeError, WorkersError
from service.workers.process import WorkerDiedError, WorkerProcess, describe
from service.workers.worker import TAKEN, Call, Outcome

log = structlog.get_logger()

MOST_FAILED_STARTS = 3
"""Times that each worker may fail to start, with none ready, before all is given up."""
MOST_HANDED = 3
"""Workers that a job is handed to, at most, when each dies before it has it."""
MOST_DOUBLINGS = 6
"""Of the seconds between failing starts while others work: a minute is enough."""


@dataclass(slots=True, eq=False)
class Work:
    """A call, and the future that waits for its outcome.

    Attributes:
        handed: how many workers it was handed to.
    """

    call: Call
    future: Future[Any]
    handed: int = 0


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, and what it is at.

    Attributes:
        process: it.
        until: when it is overdue, by the monotonic clock.
        ready: it has warmed up.
        work: what it was handed.
        begun: it has said that it has that.
        overdue: that is why it is killed.
    """

    process: WorkerProcess
    until: float
    ready: bool = False
    work: Work | None = None
    begun: bool = False
    overdue: bool = False


class Crew:
    """Worker processes. For one thread; they die with that thread, if not before.

    Args:
        size: how many.
        main: what each runs, given its end of the pipe and the id of this process; it answers
            with an `Outcome` when it is ready, and to each call. Must pickle.
        job_timeout: seconds a job may take.
        warm_up_timeout: seconds that one may take until it is ready, examples left out.
        for_examples: seconds that all examples may take; asked at each start, and for each call,
            before which those that are new are read.
        buried: told the id of each process that is gone.
        deaths: of processes that were at nothing that they were handed, but at an example: neither a
            call nor the start is to blame for them.
    """

    def __init__(
        self,
        size: int,
        main: Callable[[Connection, int], None],
        *,
        job_timeout: float,
        warm_up_timeout: float,
        for_examples: Callable[[], float],
        buried: Callable[[int], None],
        deaths: Callable[[], int] = lambda: 0,
    ) -> None:
        self._size = size
        self._main = main
        self._job_timeout = job_timeout
        self._warm_up_timeout = warm_up_timeout
        self._for_examples = for_examples
        self._buried = buried
        self._deaths = deaths
        self._known_deaths = deaths()
        self._workers: list[_Worker] = []
        self._back: list[Work] = []
        self._failed_starts = 0
        self._next_start = 0.0

    @property
    def idle(self) -> bool:
        """Whether one is ready and has nothing to do."""
        return any(worker.ready and worker.work is None for worker in self._workers)

    @property
    def busy(self) -> bool:
        """Whether one has something to do."""
        return any(worker.work is not None for worker in self._workers)

    def fill(self) -> None:
        """Start who is missing.

        Raises:
            PigeonholeError: they do not come up.
        """
        while len(self._workers) < self._size and not self._pause():
            until = time.monotonic() + self._warm_up_timeout + self._for_examples()
            try:
                self._workers.append(_Worker(WorkerProcess(self._main), until))
            except OSError as error:
                self._failed_to_start(f"cannot be started: {error.strerror or error}")

    def give(self, work: Work) -> bool:
        """Have an idle one do this; False if there is none after all."""
        for worker in self._workers:
            if not worker.ready or worker.work is not None:
                continue
            try:
                worker.process.tell(work.call)
            except OSError:
                continue  # it died just now, which `wait` will hear
            except Exception as error:  # noqa: BLE001 - what does not pickle is the caller's fault
                work.future.set_exception(error)
                return True
            work.handed += 1
            worker.work, worker.begun = work, False
            worker.until = time.monotonic() + self._job_timeout + self._for_examples()
            return True
        return False

    def wait(self, bell: int) -> list[Work]:
        """Until one answers, dies or is overdue, or the file descriptor ``bell`` can be read.

        Returns:
            What was handed to one that died before it had it: to be given again.

        Raises:
            PigeonholeError: they do not come up.
        """
        channels = [worker.process.channel for worker in self._workers]
        heard = wait([bell, *channels], self._patience())
        for worker in [each for each in self._workers if each.process.channel in heard]:
            self._hear(worker)
        now = time.monotonic()
        for worker in self._workers.copy():
            busy = worker.work is not None or not worker.ready
            if busy and now >= worker.until and not worker.process.channel.poll():
                worker.overdue = True
                self._bury(worker)
        back, self._back = self._back, []
        return back

    def end(self) -> list[Work]:
        """Kill all; what they had to do."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.bury()
            self._buried(worker.process.pid)
        left = [worker.work for worker in self._workers if worker.work is not None]
        self._workers.clear()
        return left + self._back

    def _patience(self) -> float | None:
        """Seconds until one is overdue or may be started."""
        times = [each.until for each in self._workers if each.work is not None or not each.ready]
        if len(self._workers) < self._size:
            times.append(time.monotonic() + self._pause())
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _pause(self) -> float:
        """Seconds until one may be started. While none works there is nothing to lose by it."""
        return max(0.0, self._next_start - time.monotonic()) if self._any_ready() else 0.0

    def _any_ready(self) -> bool:
        return any(worker.ready for worker in self._workers)

    def _hear(self, worker: _Worker) -> None:
        try:
            outcome = worker.process.hear()
        except EOFError:
            self._bury(worker)
            return
        if outcome is TAKEN:
            worker.begun = True
            worker.until = time.monotonic() + self._job_timeout
            return
        if outcome.last:
            self._dismiss(worker)
            if worker.ready:
                log.info("a worker is replaced", reason="it kept too much memory")
        if worker.work is not None:
            work, worker.work = worker.work, None
            _answer(work.future, outcome)
        elif outcome.error is None:
            worker.ready = True
            self._failed_starts = 0
        else:
            self._failed_to_start(f"cannot begin: {outcome.error!r}", outcome.error)

    def _bury(self, worker: _Worker) -> None:
        """It is dead: whatever it had ends, and another takes its place."""
        exitcode = self._dismiss(worker)
        excused = not worker.begun and self._died_over_an_example()
        if excused:
            log.warning("a worker died over an example", reason=describe(exitcode))
        if excused and worker.work is not None:
            worker.work.handed -= 1
        if worker.work is not None and not worker.begun and worker.work.handed < MOST_HANDED:
            self._back.append(worker.work)
        elif worker.work is not None:
            worker.work.future.set_exception(
                TimeoutError() if worker.overdue else WorkerDiedError(exitcode)
            )
        elif excused:
            pass  # another takes its place at once
        elif worker.ready:
            log.warning("a worker died while it rested", exit_code=exitcode)
        elif worker.overdue:
            self._failed_to_start("did not become ready in time")
        else:
            self._failed_to_start(f"{describe(exitcode)} while it started")

    def _died_over_an_example(self) -> bool:
        before, self._known_deaths = self._known_deaths, self._deaths()
        return self._known_deaths > before

    def _dismiss(self, worker: _Worker) -> int | None:
        """Take it off; what it started goes with it."""
        self._workers.remove(worker)
        exitcode = worker.process.bury()
        self._buried(worker.process.pid)
        return exitcode

    def _failed_to_start(self, reason: str, error: Exception | None = None) -> None:
        self._failed_starts += 1
        if not self._any_ready():
            if isinstance(error, PigeonholeError):
                raise error  # it was told what is wrong, and trying again will not mend it
            if self._failed_starts >= MOST_FAILED_STARTS * self._size:
                raise WorkersError(
                    f"no worker process comes up: the last one {reason}",
                    "Look at 'pigeonhole doctor'; where memory is short, set fewer workers",
                ) from error
        log.warning("a worker did not come up", reason=reason)
        # Starting costs those who work their time: a core for seconds.
        pause = 2.0 ** min(self._failed_starts, MOST_DOUBLINGS)
        self._next_start = time.monotonic() + pause


def _answer(future: Future[Any], outcome: Outcome) -> None:
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)
