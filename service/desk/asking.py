"""Judging what comes over HTTP: by one worker process, which is started when it is needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog

from config.errors import PigeonholeError, WorkersError
from indexer.verdict import Match
from models.fields.ticket import Ticket
from models.page.scan import Fault, Scan
from service.desk.judging import describe, described, detection
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.pipeline import Examined, Job, examine
from service.workers.process import WorkerDiedError
from storage.records import displayable

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

MOST_WAITING = 256
"""Questions that may wait; more are refused, for those who asked would long have gone."""
_TRIES = 2
"""Workers that a question is put to, when the first one dies over it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A file to judge.

    Attributes:
        name: for the answer.
        path: absolute.
        sha256: of its bytes.
        size: in bytes.
        read: read the text whatever the class.
    """

    name: str
    path: Path
    sha256: str
    size: int
    read: bool = False


class Asking:
    """Puts questions to a worker. For any number of threads and event loops.

    Args:
        spec: of the engine; it keeps itself in step with the support folder.
        timeout: seconds one file may take.
    """

    def __init__(self, spec: EngineSpec, timeout: float) -> None:
        self._spec = spec
        self._timeout = timeout
        self._lock = threading.Lock()
        self._pool: PoolExecutor | None = None
        self._waiting = 0
        self._closed = False

    def warm(self) -> None:
        """Start the worker now, not at the first question; returns at once."""
        self._pool_now().start()

    def close(self) -> None:
        """End the worker; whoever still waits is told so."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    async def ask(self, questions: Sequence[Question]) -> list[dict[str, Any]]:
        """Judge files, each by itself: one that kills its worker takes no other with it.

        Returns:
            One answer a question, in order: the keys of ``classify --json`` with ``name`` in the
            place of ``path``, ``matches``, ``detections``, and what was read; or ``name, error,
            stage, advice``.

        Raises:
            PigeonholeError: the worker does not come up, or too many wait already.
        """
        with self._lock:
            if self._waiting + len(questions) > max(MOST_WAITING, len(questions)):
                raise WorkersError("too many questions wait", "Ask again in a while", passing=True)
            self._waiting += len(questions)
        try:
            return list(await asyncio.gather(*(self._answer(one) for one in questions)))
        finally:
            with self._lock:
                self._waiting -= len(questions)

    async def _answer(self, question: Question) -> dict[str, Any]:
        scan = Scan(question.path, question.sha256, question.size)
        examined = await self._examined(Job(scan, read=question.read))
        return answer_of(question, examined)

    async def run(self, job: Callable[[EngineSpec], T]) -> T:
        """Have the worker do something else.

        Args:
            job: what to do; it pickles, and so does what it returns.

        Raises:
            PigeonholeError: the worker does not come up, or it dies over this or takes too long.
        """
        done = await self._done(job)
        if isinstance(done, Fault):
            raise WorkersError(done.reason, done.advice, passing=True)
        return done

    async def _examined(self, job: Job) -> Examined:
        done = await self._done(examine, [job])
        if not isinstance(done, Fault):
            return done.examined[0]
        return Examined(
            job.scan, fault=done if done.advice else replace(done, advice="Open and save it anew")
        )

    async def _done(
        self, job: Callable[Concatenate[EngineSpec, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T | Fault:
        for attempt in range(1, _TRIES + 1):
            try:
                submitted = self._pool_now().submit(job, self._spec, *args, **kwargs)
                return await asyncio.wrap_future(submitted)
            except TimeoutError:
                reason = f"took longer than {self._timeout:g} seconds"
                return Fault("worker", reason, "Raise job_timeout")
            except WorkerDiedError as error:
                log.warning("a worker died", over=job.__name__, reason=str(error), attempt=attempt)
                reason = str(error)
            except PigeonholeError:
                raise
            except asyncio.CancelledError:
                if self._closed:  # the pool's word for that it ended
                    raise _ends() from None
                raise
            except Exception as error:  # noqa: BLE001 - one odd file must not look like a mistake here
                log.error("a worker failed", over=job.__name__, reason=repr(error))
                return Fault("worker", "a worker failed over it", "The service's log tells more")
        return Fault("worker", reason)

    def _pool_now(self) -> PoolExecutor:
        """The pool; another one where the last came to nothing, for that may have been mended."""
        with self._lock:
            if self._closed:
                raise _ends()
            if self._pool is None or self._pool.lost.done():
                self._pool = PoolExecutor(1, self._spec, timeout=self._timeout)
            return self._pool


def _ends() -> WorkersError:
    return WorkersError("the service ends", "Ask again when it is back", passing=True)


def answer_of(question: Question, examined: Examined) -> dict[str, Any]:
    """What became of a question, as plain values that UTF-8 can hold."""
    fault, verdict = examined.fault, examined.verdict
    if verdict is None or (fault is not None and question.read):
        assert fault is not None
        return {
            "name": question.name,
            "error": displayable(fault.reason),
            "stage": fault.stage,
            "advice": displayable(fault.advice),
        }
    answer = {"name": question.name, **describe(verdict)}
    answer["matches"] = [_match(one) for one in verdict.matches]
    answer["detections"] = [detection(one) for one in verdict.detections]
    if examined.ticket is not None or question.read:
        ticket = examined.ticket or Ticket("")
        answer["text"] = ticket.text
        answer.update(described(ticket.fields))
    elif fault is not None:
        answer["unread"] = fault.reason
    return {key: displayable(v) if isinstance(v, str) else v for key, v in answer.items()}


def _match(match: Match) -> dict[str, Any]:
    return {
        "class": displayable(match.class_name),
        "support": displayable(match.support),
        "distance": match.distance,
    }
