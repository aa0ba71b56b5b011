from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import WorkersError
from models.page.scan import Scan
from service.workers.dispatcher import LARGEST_BATCH, Dispatcher, Killed
from service.workers.executors import InlineExecutor
from service.workers.pipeline import Batch, Examined, Job, examine
from service.workers.process import WorkerDiedError
from tests.service.fakes import SPEC, verdict_of


class Waiting(Executor):
    """Keeps every batch until the test answers it."""

    def __init__(self) -> None:
        self.handed: list[tuple[tuple[Job, ...], Future[Any]]] = []
        self.spec = SPEC
        self.closed = False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Only keep it."""
        if self.closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        assert (fn, args[0]) == (examine, self.spec)
        future: Future[Any] = Future()
        self.handed.append((args[1], future))
        return future

    def answer(self, seconds: float = 0.1, **more: Any) -> None:
        """The oldest batch was judged."""
        jobs, future = self.handed.pop(0)
        examined = tuple(Examined(job.scan, verdict_of("ticket")) for job in jobs)
        future.set_result(Batch(examined, more.get("unreadable", {}), seconds))

    def fail(self, error: BaseException) -> None:
        """The oldest batch ended otherwise."""
        self.handed.pop(0)[1].set_exception(error)


@pytest.fixture
def executor() -> Waiting:
    """Answers when told to."""
    return Waiting()


@pytest.fixture
def dispatcher(executor: Waiting) -> Dispatcher:
    """For two workers."""
    return Dispatcher(executor, SPEC, workers=2, wake=lambda: None)


def jobs(*names: str) -> list[Job]:
    """One job a name."""
    return [Job(Scan(Path("/inbox", name), "0" * 64, 1)) for name in names]


def dead() -> WorkerDiedError:
    """What is said of a worker that was killed."""
    return WorkerDiedError(-9)


def names(ended: list[Batch | Killed]) -> list[str]:
    """Which scans these are about."""
    found = []
    for one in ended:
        examined = (Examined(one.job.scan),) if isinstance(one, Killed) else one.examined
        found += [each.scan.path.name for each in examined]
    return found


def test_no_more_is_under_way_than_there_is_room_for(
    dispatcher: Dispatcher, executor: Waiting
) -> None:
    """A full inbox would be claimed at once, and all of it be 'working' after a crash."""
    assert dispatcher.room == 4
    assert not dispatcher.busy
    for name in "abcd":
        dispatcher.submit(jobs(name))
    assert dispatcher.room == 0
    executor.answer()
    assert dispatcher.room == 0  # until what it answered is fetched
    assert names(dispatcher.finished()) == ["a"]
    assert dispatcher.room == 1
    while executor.handed:
        executor.answer()
    assert names(dispatcher.finished()) == ["b", "c", "d"]
    assert not dispatcher.busy


def test_what_ends_wakes_the_daemon(executor: Waiting) -> None:
    """A judged scan would lie until the next sweep."""
    woken = threading.Event()
    dispatcher = Dispatcher(executor, SPEC, workers=1, wake=woken.set)
    dispatcher.submit(jobs("a"))
    assert not woken.is_set()
    threading.Thread(target=executor.answer).start()
    assert woken.wait(30)


def test_batches_grow_with_the_speed_and_shrink_with_it(
    dispatcher: Dispatcher, executor: Waiting
) -> None:
    """Quick scans would each cost a commit, slow ones wait for thirty others."""
    assert dispatcher.batch_size == 4
    for seconds, least, most in ((0.04, 32, 32), (40.0, 1, 1)):
        for _ in range(12):
            dispatcher.submit(jobs("a", "b", "c", "d"))
            executor.answer(seconds)
            dispatcher.finished()
        assert least <= dispatcher.batch_size <= most <= LARGEST_BATCH
    for _ in range(12):
        dispatcher.submit(jobs("a"))
        executor.answer(0.0)
        dispatcher.finished()
    assert 1 < dispatcher.batch_size <= LARGEST_BATCH


@pytest.mark.parametrize("error", [dead(), TimeoutError(), ValueError("odd")])
def test_of_a_batch_only_the_guilty_scan_is_blamed(
    dispatcher: Dispatcher, executor: Waiting, error: Exception
) -> None:
    """Thirty good scans would be parked as failed for one that kills its worker."""
    dispatcher.submit(jobs("a", "bad", "c", "d", "e"))
    executor.fail(error)
    assert dispatcher.finished() == []
    assert dispatcher.busy
    ended: list[Batch | Killed] = []
    rounds = 0
    while dispatcher.busy and rounds < 10:
        rounds += 1
        assert dispatcher.in_flight <= 4
        while executor.handed:
            (job,) = executor.handed[0][0]
            if job.scan.path.name == "bad":
                executor.fail(error)
            else:
                executor.answer()
        ended += dispatcher.finished()
    assert sorted(names(ended)) == ["a", "bad", "c", "d", "e"]
    (killed,) = (one for one in ended if isinstance(one, Killed))
    assert killed.job.scan.path.name == "bad"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (dead(), "died (exit code -9"),
        (TimeoutError(), "job_timeout (5 s)"),
        (OSError(5, "EIO"), "its worker failed: EIO"),
        (KeyError("x"), "its worker failed over it: the log tells more"),
    ],
)
def test_a_scan_alone_is_blamed_with_the_reason(
    dispatcher: Dispatcher, executor: Waiting, error: Exception, reason: str
) -> None:
    """The note beside the parked file would not say what happened."""
    dispatcher.submit(jobs("bad"))
    executor.fail(error)
    (killed,) = dispatcher.finished()
    assert isinstance(killed, Killed)
    assert reason in killed.reason
    assert not dispatcher.busy


def test_too_little_memory_is_said_with_the_setting(executor: Waiting) -> None:
    """A user would read "MemoryError()", and not know what to change."""
    spec = replace(SPEC, limits=replace(SPEC.limits, job_memory=777))
    dispatcher = Dispatcher(executor, spec, workers=1, wake=lambda: None)
    executor.spec = spec
    dispatcher.submit(jobs("a", "large"))
    executor.fail(MemoryError())
    assert dispatcher.finished() == []  # each alone: the other may be the one that is too large
    executor.answer()
    executor.fail(MemoryError())
    batch, killed = dispatcher.finished()
    assert names([batch]) == ["a"]
    assert isinstance(killed, Killed)
    assert "more memory than a worker may have (777 MiB)" in killed.reason


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_each_scan_is_answered_once(executor: Waiting, seed: int) -> None:
    """A scan would stay claimed for ever, or be recorded twice."""
    rng = random.Random(seed)
    dispatcher = Dispatcher(executor, SPEC, workers=2, wake=lambda: None)
    waiting = jobs(*map(str, range(60)))
    deadly = {str(number) for number in rng.sample(range(60), 5)}
    ended: list[Batch | Killed] = []
    for _ in range(1000):
        while waiting and dispatcher.room:
            size = rng.randint(1, 8)
            dispatcher.submit(waiting[:size])
            del waiting[:size]
        if executor.handed:
            rng.shuffle(executor.handed)
            if deadly & {job.scan.path.name for job in executor.handed[0][0]}:
                executor.fail(rng.choice([dead(), TimeoutError(), MemoryError()]))
            elif rng.random() < 0.1 and len(executor.handed[0][0]) > 1:
                executor.fail(dead())  # its worker was killed by somebody else
            else:
                executor.answer()
        if rng.random() < 0.5:
            ended += dispatcher.finished()
        if not waiting and not dispatcher.busy:
            break
    assert Counter(names(ended)) == Counter(map(str, range(60)))
    assert {one.job.scan.path.name for one in ended if isinstance(one, Killed)} == deadly
    assert dispatcher.in_flight == 0


def test_what_cannot_be_handed_over_is_not_under_way(executor: Waiting) -> None:
    """The daemon would wait for ever for a batch that nobody has."""
    dispatcher = Dispatcher(executor, SPEC, workers=1, wake=lambda: None)
    executor.closed = True
    with pytest.raises(RuntimeError):
        dispatcher.submit(jobs("a"))
    assert not dispatcher.busy


def test_workers_that_come_up_no_longer_wake_the_daemon_and_end_it(executor: Waiting) -> None:
    """With an empty inbox it would go on, and judge nothing of what is dropped."""
    lost: Future[None] = Future()
    woken = threading.Event()
    dispatcher = Dispatcher(executor, SPEC, workers=1, wake=woken.set, lost=lost)
    assert dispatcher.finished() == []
    lost.set_exception(WorkersError("no worker process comes up"))
    assert woken.is_set()
    with pytest.raises(WorkersError):
        dispatcher.finished()


def test_an_engine_that_cannot_be_made_is_no_scans_fault(
    dispatcher: Dispatcher, executor: Waiting
) -> None:
    """With broken weights the whole inbox would be moved to failed/."""
    dispatcher.submit(jobs("a", "b"))
    executor.fail(WorkersError("the engine cannot be started"))
    with pytest.raises(WorkersError):
        dispatcher.finished()


def test_what_was_cancelled_is_nobodys_fault(dispatcher: Dispatcher, executor: Waiting) -> None:
    """Stopping the service would park the scans that were under way."""
    dispatcher.submit(jobs("a"))
    executor.handed[0][1].cancel()
    assert dispatcher.finished() == []
    assert not dispatcher.busy


def test_unusable_support_images_are_told(dispatcher: Dispatcher, executor: Waiting) -> None:
    """An example that does not count would go unnoticed."""
    dispatcher.submit(jobs("a"))
    executor.answer(unreadable={"ticket/1.png": "is empty"})
    dispatcher.finished()
    assert dispatcher.unreadable == {"ticket/1.png": "is empty"}


def test_inline_what_is_raised_stands_in_the_future() -> None:
    """A scan that raises would end the command in place of being named."""
    assert isinstance(InlineExecutor().submit(int, "no number").exception(), ValueError)
    assert InlineExecutor().submit(max, 1, 2).result() == 2
