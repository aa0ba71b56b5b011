from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import pytest

from config.errors import OcrError, WorkersError
from models.page.scan import Fault
from service.desk import asking
from service.desk.asking import Asking, Question, answer_of
from service.workers.pipeline import Batch, Examined, warm_up
from service.workers.process import WorkerDiedError
from tests.service.fakes import SPEC, verdict_of

QUESTION = Question("a.png", Path("/nowhere/a.png"), "0" * 64, 1)


class Pool:
    """A pool that answers when it is told to, or is lost."""

    made: list[Pool]

    def __init__(self, *_: object, **__: object) -> None:
        self.lost: Future[None] = Future()
        self.asked: list[Future[Batch]] = []
        self.made.append(self)

    def start(self) -> None:
        """Do nothing."""

    def submit(self, _fn: Any, _spec: Any, jobs: Any) -> Future[Batch]:
        """Wait, or fail as a lost pool does."""
        future: Future[Batch] = Future()
        if self.lost.done():
            future.set_exception(self.lost.exception())
        else:
            future.set_result(Batch((Examined(jobs[0].scan, verdict_of("ticket")),), {}, 0.0))
        self.asked.append(future)
        return future

    def shutdown(self, **_: object) -> None:
        """Do nothing."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """Somebody to ask, who starts pools that are fakes."""
    Pool.made = []
    monkeypatch.setattr(asking, "PoolExecutor", Pool)
    one = Asking(SPEC, 5.0)
    yield one
    one.close()


def test_no_worker_is_started_before_it_is_needed(asked: Asking) -> None:
    """A service whose page nobody opens would cost 0.7 GB more."""
    assert Pool.made == []
    (answer,) = asyncio.run(asked.ask([QUESTION]))
    assert answer["class"] == "ticket"
    asyncio.run(asked.ask([QUESTION, QUESTION]))
    assert len(Pool.made) == 1


def test_workers_that_did_not_come_up_are_tried_again(asked: Asking) -> None:
    """Once Tesseract is installed, the server would still have to be restarted."""
    asked.warm()
    lost = OcrError("no Tesseract")

    def lose_first(pool: Pool) -> None:
        pool.lost.set_exception(lost)

    submit = Pool.made[0].submit

    def submit_and_lose(*words: Any) -> Future[Batch]:
        lose_first(Pool.made[0])
        return submit(*words)

    Pool.made[0].submit = submit_and_lose  # type: ignore[method-assign]
    with pytest.raises(OcrError):
        asyncio.run(asked.ask([QUESTION]))
    (answer,) = asyncio.run(asked.ask([QUESTION]))
    assert answer["class"] == "ticket"
    assert len(Pool.made) == 2


def test_more_than_can_be_answered_is_refused(
    asked: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody would wait for ever, those included who have long gone."""
    monkeypatch.setattr(asking, "MOST_WAITING", 2)

    async def crowd() -> list[Any]:
        each = [asked.ask([QUESTION]) for _ in range(3)]
        return await asyncio.gather(*each, return_exceptions=True)

    *answered, refused = asyncio.run(crowd())
    assert all(isinstance(answer, list) for answer in answered)
    assert isinstance(refused, WorkersError)
    assert refused.passing
    assert len(asyncio.run(asked.ask([QUESTION]))) == 1  # none of them counts any more


def test_who_asks_too_late_is_told(asked: Asking) -> None:
    """A request at the end of the service would wait for a worker that never comes."""
    asked.close()
    with pytest.raises(WorkersError, match="ends"):
        asyncio.run(asked.ask([QUESTION]))


def test_who_waits_when_the_service_ends_is_told(asked: Asking) -> None:
    """Their request would be cut off, and the log tell of a mistake."""

    async def ask_and_close() -> None:
        asked.warm()
        left: Future[Batch] = Future()
        Pool.made[0].submit = lambda *_: left  # type: ignore[method-assign]
        waits = asyncio.ensure_future(asked.ask([QUESTION, QUESTION]))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.close()
        left.set_exception(CancelledError())  # as a pool that ends does
        with pytest.raises(WorkersError, match="ends"):
            await waits

    asyncio.run(ask_and_close())


def test_the_worker_does_other_things_too(asked: Asking) -> None:
    """Each of them would need a process of its own, of 0.7 GB."""
    asked.warm()
    left: list[Any] = [WorkerDiedError(-9), "done", TimeoutError(), OcrError("no Tesseract")]

    def submit(job: Any, spec: Any) -> Future[str]:
        assert (job, spec) == (warm_up, SPEC)
        future: Future[str] = Future()
        word = left.pop(0)
        if isinstance(word, str):
            future.set_result(word)
        else:
            future.set_exception(word)
        return future

    Pool.made[0].submit = submit  # type: ignore[method-assign,assignment]
    assert asyncio.run(asked.run(warm_up)) == "done"  # type: ignore[func-returns-value]
    with pytest.raises(WorkersError, match="longer than 5 seconds"):
        asyncio.run(asked.run(warm_up))
    with pytest.raises(OcrError):
        asyncio.run(asked.run(warm_up))


def test_a_ticket_that_could_not_be_read_is_judged_all_the_same() -> None:
    """Where reading fails its class would be lost, or the failure be hidden."""
    examined = Examined(
        asking.Scan(QUESTION.path, "", 0), verdict_of("ticket"), Fault("ocr", "was killed")
    )
    answer = answer_of(QUESTION, examined)
    assert (answer["class"], answer["unread"]) == ("ticket", "was killed")
    assert "text" not in answer
