from __future__ import annotations

import functools
import json
import os
import random
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.errors import WeightsError, WorkersError
from config.settings import Settings
from models.siamese.weights import SHIPPED
from service.workers import executors
from service.workers.crew import MOST_FAILED_STARTS
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.pipeline import Job, examine
from service.workers.process import WorkerDiedError, describe
from service.workers.temporary import private_folder, remove_what_the_dead_left
from service.workers.trials import MOST_DEATHS, Trials
from service.workers.worker import MOST_KEPT
from tests.service import labour
from tests.service.fakes import LIMITS, PATIENCE, SPEC, scan_of

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 256
"""MiB that a job may take here."""

Pool = Callable[..., PoolExecutor]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EngineSpec:
    """The engine of an empty home, and the least memory that can be set."""
    root = tmp_path_factory.mktemp("pool")
    limits = replace(LIMITS, max_image_pixels=100_000_000, job_memory=MEMORY)
    return replace(
        SPEC, support=root / "support", cache=root / "cache", manifest=SHIPPED, limits=limits
    )


@pytest.fixture(scope="module")
def pool(spec: EngineSpec) -> Iterator[PoolExecutor]:
    """One real worker."""
    pool = PoolExecutor(1, spec, timeout=PATIENCE)
    pool.start()
    yield pool
    pool.shutdown(cancel_futures=True)


@pytest.fixture
def pool_of(spec: EngineSpec) -> Iterator[Pool]:
    """Pools without an engine, which start sooner."""
    made = []

    def make(workers: int = 1, **how: Any) -> PoolExecutor:
        made.append(
            PoolExecutor(workers, spec, **{"timeout": PATIENCE, "warm_up": labour.nothing} | how)
        )
        return made[-1]

    yield make
    for pool in made:
        pool.shutdown(cancel_futures=True)


def call(pool: PoolExecutor, function: Any, *args: Any) -> Any:
    """What the worker answers."""
    return pool.submit(function, *args).result(PATIENCE)


def test_a_worker_judges_as_this_process_would(
    pool: PoolExecutor, spec: EngineSpec, tmp_path: Path
) -> None:
    """What crosses to a worker would not come back whole."""
    path = tmp_path / "a.png"
    path.write_text("no picture")
    job = Job(scan_of(path))
    batch = call(pool, examine, spec, [job])
    (one,) = batch.examined
    assert one.scan == job.scan
    assert one.fault.stage == "decode"


def test_workers_keep_temporary_files_where_nobody_else_reads_them(
    pool: PoolExecutor, spec: EngineSpec
) -> None:
    """Pages of people's receipts would lie in /tmp, for all to read, when a worker is killed."""
    pid = call(pool, os.getpid)
    folder = private_folder(spec.cache, pid)
    assert call(pool, tempfile.gettempdir) == str(folder)
    assert call(pool, os.getenv, "TMPDIR") == str(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.is_relative_to(spec.cache)
    assert tempfile.gettempdir() != str(folder)  # this process keeps its own


def test_workers_log_as_the_service_does(pool_of: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    """Their lines would go to stdout, in another form, and end a job where nobody reads that."""
    pool = pool_of(log_as=Settings(log_format="json", api_token="s3cret-s3cret-s3cret"))
    call(pool, labour.log_a_line, "no memory")
    call(pool, labour.nothing, None)
    heard = capfd.readouterr()
    assert heard.out == ""
    assert json.loads(heard.err)["event"] == "no memory"


def test_what_a_dead_worker_left_goes_with_it(pool_of: Pool, spec: EngineSpec) -> None:
    """The cache would grow with pages of people's receipts."""
    pool = pool_of()
    pid = call(pool, os.getpid)
    left = private_folder(spec.cache, pid) / "tess_1.tsv"
    left.write_bytes(b"a receipt")
    with pytest.raises(WorkerDiedError):
        call(pool, os._exit, 3)
    assert call(pool, os.getpid) != pid
    assert not left.parent.exists()


def test_what_a_dead_service_left_is_removed_and_nothing_of_the_living(tmp_path: Path) -> None:
    """A page that another command's worker reads just now would be gone."""
    living = private_folder(tmp_path, os.getpid())
    dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, check=True)
    for folder in (living, private_folder(tmp_path, int(dead.stdout)), tmp_path / "tmp" / "old"):
        folder.mkdir(parents=True)
        (folder / "tess_2.TIFF").write_bytes(b"a receipt")
    (tmp_path / "tmp" / "tess_1").write_bytes(b"of an older version")
    remove_what_the_dead_left(tmp_path)
    assert list((tmp_path / "tmp").iterdir()) == [living]
    assert list(living.iterdir())
    remove_what_the_dead_left(tmp_path / "no cache")


def test_what_decoders_say_does_not_stand_in_the_log(
    pool_of: Pool, capfd: pytest.CaptureFixture[str]
) -> None:
    """Half a line of libtiff's would stand in a line of JSON, which nothing reads then."""
    call(pool_of(), labour.talk)
    assert capfd.readouterr().err == "a traceback\n"


def test_ctrl_c_is_left_to_the_parent(pool: PoolExecutor) -> None:
    """Ctrl-C would kill the workers under the scans that the daemon wants to close."""
    worker = call(pool, os.getpid)
    os.kill(worker, signal.SIGINT)
    assert call(pool, os.getpid) == worker
    assert call(pool, signal.getsignal, signal.SIGINT) == signal.SIG_IGN


def test_a_job_that_takes_too_long_is_stopped_alone(pool_of: Pool) -> None:
    """One endless scan would take a worker away for good."""
    pool = pool_of(timeout=1.0)
    worker = call(pool, os.getpid)
    endless, next_one = pool.submit(time.sleep, 600), pool.submit(os.getpid)
    assert isinstance(endless.exception(PATIENCE), TimeoutError)
    assert next_one.result(PATIENCE) != worker


def test_a_killed_worker_fails_its_job_alone_and_is_replaced(pool_of: Pool) -> None:
    """One scan that crashes its decoder would fail every scan that waits."""
    pool = pool_of()
    worker = call(pool, os.getpid)
    killed = pool.submit(signal.raise_signal, signal.SIGKILL)
    others = [pool.submit(os.getpid) for _ in range(3)]
    error = killed.exception(PATIENCE)
    assert isinstance(error, WorkerDiedError)
    assert error.exitcode == -signal.SIGKILL
    (replacement,) = {other.result(PATIENCE) for other in others}
    assert replacement != worker


def test_a_job_is_not_blamed_for_a_worker_that_died_before_it_had_it(pool_of: Pool) -> None:
    """A healthy scan would be parked because the kernel chose the wrong moments."""
    pool = pool_of(timeout=1.0)
    worker = call(pool, os.getpid)
    os.kill(worker, signal.SIGSTOP)  # it rests, and will hear nothing any more
    assert call(pool, os.getpid) != worker


def test_what_a_job_raises_comes_back(pool: PoolExecutor) -> None:
    """An odd scan would hang, or take its worker with it."""
    worker = call(pool, os.getpid)
    assert isinstance(pool.submit(int, "no number").exception(PATIENCE), ValueError)
    # A library that calls sys.exit() would end the daemon, without a word.
    assert isinstance(pool.submit(sys.exit, 3).exception(PATIENCE), RuntimeError)
    assert call(pool, os.getpid) == worker


def test_what_cannot_cross_is_an_error_of_its_job(pool: PoolExecutor) -> None:
    """A job, an answer or an exception that does not pickle would stop all the others."""
    worker = call(pool, os.getpid)
    assert pool.submit(lambda: 1).exception(PATIENCE) is not None
    assert "no answer" in str(pool.submit(labour.Unpicklable).exception(PATIENCE))
    assert isinstance(pool.submit(labour.raise_odd).exception(PATIENCE), TypeError)
    assert call(pool, os.getpid) == worker


IN_A_PROCESS_OF_ITS_OWN = """
import os, signal, sys, threading
from dataclasses import replace
from pathlib import Path
from service.workers.executors import PoolExecutor
from tests.service.fakes import SPEC
from tests.service.labour import nothing

interrupted = threading.Event()
signal.signal(signal.SIGINT, lambda *_: interrupted.set())
pool = PoolExecutor(2, replace(SPEC, cache=Path(sys.argv[1])), timeout=60, warm_up=nothing)
pool.start()
print("started", flush=True)
print(*{pool.submit(os.getpid).result() for _ in range(8)}, flush=True)
sys.stdin.read()
pool.shutdown(cancel_futures=True)
print("interrupted" if interrupted.is_set() else "", flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a pool that has no engine; that does not matter here."""
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, tmp_path / "cache"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, start_new_session=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    """The next line it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def lives(pid: int) -> bool:
    """Whether a process runs; one that nobody has buried yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def wait_until_dead(*pids: int) -> None:
    """As soon as none of them runs."""
    end = time.monotonic() + PATIENCE
    while any(map(lives, pids)) and time.monotonic() < end:
        threading.Event().wait(0.02)
    assert not any(map(lives, pids))


def test_workers_die_with_their_parent(parent: subprocess.Popen[str]) -> None:
    """After a crash of the daemon its workers would hold gigabytes, and write beside the next."""
    assert line(parent) == "started"
    workers = [int(word) for word in line(parent).split()]
    assert workers
    assert all(map(lives, workers))
    parent.kill()
    parent.wait(PATIENCE)
    wait_until_dead(*workers)


def test_ctrl_c_while_the_workers_start_is_left_to_the_parent(
    parent: subprocess.Popen[str],
) -> None:
    """Ctrl-C in the first seconds would print a traceback for each worker."""
    assert line(parent) == "started"
    os.killpg(parent.pid, signal.SIGINT)
    assert line(parent)
    said, complaints = parent.communicate("", PATIENCE)
    assert said.strip() == "interrupted"
    assert complaints == ""


def test_an_engine_that_cannot_be_made_is_told_by_the_first_job(tmp_path: Path) -> None:
    """A pool with broken weights would restart its workers for ever, without a word."""
    spec = replace(SPEC, cache=tmp_path / "cache")
    pool = PoolExecutor(1, spec, timeout=30)
    try:
        assert isinstance(pool.submit(examine, spec, []).exception(PATIENCE), WeightsError)
        assert isinstance(pool.lost.exception(PATIENCE), WeightsError)
    finally:
        pool.shutdown(cancel_futures=True)


# -- memory ---------------------------------------------------------------------------------


def test_a_job_that_takes_too_much_memory_fails_and_its_worker_goes_on(pool: PoolExecutor) -> None:
    """One scan would take all memory, and the kernel end whatever else runs there."""
    worker = call(pool, os.getpid)
    assert isinstance(pool.submit(labour.take, 2 * MEMORY).exception(PATIENCE), MemoryError)
    assert call(pool, labour.take, MEMORY // 2) == MEMORY // 2
    assert call(pool, os.getpid) == worker


def test_what_a_worker_starts_is_held_to_the_same(pool: PoolExecutor) -> None:
    """Tesseract would take what the worker may not."""
    soft, _ = call(pool, resource.getrlimit, resource.RLIMIT_DATA)
    assert MEMORY << 20 < soft < 4 << 30
    assert call(pool, labour.limit_of_a_child) == str(soft >> 10)


def test_a_scan_that_needs_too_much_memory_is_a_fault_that_says_so(
    pool: PoolExecutor, spec: EngineSpec, tmp_path: Path
) -> None:
    """A user would read that the file is damaged, or a traceback; or its neighbours would fail."""
    large, small = tmp_path / "large.png", tmp_path / "small.png"
    Image.new("RGBA", (8000, 8000)).save(large, compress_level=1)
    Image.new("L", (80, 80), 200).save(small)
    batch = call(pool, examine, spec, [Job(scan_of(path)) for path in (small, large, small)])
    first, fault, last = (one.fault for one in batch.examined)
    assert fault.stage == "limits"
    assert fault.reason == f"needs more memory than a worker may have ({MEMORY} MiB)"
    assert "job_memory" in fault.advice
    assert first is last is None


def test_tesseract_works_within_the_limit(
    pool: PoolExecutor, spec: EngineSpec, drawn: Callable[..., Path]
) -> None:
    """No ticket could be read any more."""
    batch = call(pool, examine, spec, [Job(scan_of(drawn("ticket", 5)), read=True)])
    (one,) = batch.examined
    assert one.fault is None
    assert len(one.ticket.text.split()) > 5


def test_what_a_worker_has_kept_is_taken_from_no_scan(pool_of: Pool) -> None:
    """After weeks healthy scans would fail for want of memory."""
    pool = pool_of()
    worker = call(pool, labour.keep, MEMORY - 20)
    assert call(pool, labour.keep, MEMORY - 20) == worker
    assert call(pool, labour.take, MEMORY - 20)


def test_a_worker_that_keeps_more_and_more_is_replaced(pool_of: Pool) -> None:
    """A decoder that leaks would fill the machine."""
    pool = pool_of()
    worker = call(pool, os.getpid)
    for _ in range(MOST_KEPT // (MEMORY - 20) + 1):
        assert call(pool, labour.keep, MEMORY - 20) == worker  # its answer is not lost
    assert call(pool, os.getpid) != worker


@pytest.mark.slow  # in the gate, tests/journeys/test_the_hostile_folder.py measures the same
def test_hostile_files_leave_workers_small(
    pool: PoolExecutor, spec: EngineSpec, real_data: Path
) -> None:
    """A worker would grow over 2 GB, or die, over files that libraries are tested with."""
    files = [path for path in sorted((real_data / "hostile").rglob("*")) if path.is_file()]
    assert len(files) > 400
    worker = call(pool, os.getpid)
    faults = 0
    for at in range(0, len(files), 32):
        batch = call(pool, examine, spec, [Job(scan_of(path)) for path in files[at : at + 32]])
        faults += sum(one.fault is not None for one in batch.examined)
    assert 0 < faults < len(files)
    assert call(pool, os.getpid) == worker
    (peak,) = (
        int(row.split()[1])
        for row in Path(f"/proc/{worker}/status").read_text().splitlines()
        if row.startswith("VmHWM")
    )
    assert peak < 1 << 20  # KiB


# -- examples that end workers ----------------------------------------------------------------


def test_examples_that_end_workers_are_read_no_more(pool_of: Pool, spec: EngineSpec) -> None:
    """One file in a shared support/ would end the service for good: no worker would come up."""
    examples = [f"evil {number}" for number in range(2)]  # four deaths, and three would be too many
    pool = pool_of(warm_up=functools.partial(labour.over_an_example, examples))
    assert call(pool, os.getpid) > 0
    assert not pool.lost.done()
    trials = Trials(spec.cache)
    assert all(map(trials.refuses, examples))
    assert trials.deaths == MOST_DEATHS * len(examples)


def test_no_scan_is_to_blame_for_an_example(
    pool_of: Pool, spec: EngineSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan that was judged when an example came would be among the failed ones after three deaths."""
    spec.cache.mkdir(exist_ok=True)
    late = functools.partial(labour.over_a_late_example, tmp_path / "late")
    pool = pool_of(keep_up=late)
    first = call(pool, os.getpid)
    (tmp_path / "late").touch()
    assert call(pool, os.getpid) != first
    assert Trials(spec.cache).refuses("late")


# -- workers that do not come up --------------------------------------------------------------


@pytest.mark.parametrize(
    ("warm_up", "said"),
    [
        (labour.killed, "died (exit code -9, SIGKILL) while it started"),
        (labour.aborted, "died (exit code -6, SIGABRT) while it started"),
        (labour.left, "died (exit code 0) while it started"),
    ],
)
def test_workers_that_die_while_they_start_are_told(pool_of: Pool, warm_up: Any, said: str) -> None:
    """They would be started for ever, without a word, and the daemon would hang."""
    pool = pool_of(warm_up=warm_up)
    waiting = pool.submit(os.getpid)
    error = pool.lost.exception(PATIENCE)
    assert isinstance(error, WorkersError)
    assert said in error.message
    assert "doctor" in error.advice
    assert waiting.exception(PATIENCE) is error
    assert pool.submit(os.getpid).exception(PATIENCE) is error


def test_workers_that_never_get_ready_are_told(
    pool_of: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that hangs when it is loaded would have the daemon wait for ever."""
    monkeypatch.setattr(executors, "WARM_UP_SECONDS", 0.2)
    pool = pool_of(warm_up=labour.endless)
    pool.start()
    error = pool.lost.exception(PATIENCE)
    assert isinstance(error, WorkersError)
    assert "ready in time" in error.message


def test_more_examples_give_a_worker_more_time_to_start(
    spec: EngineSpec, pool_of: Pool, tmp_path: Path
) -> None:
    """The first start with many examples, which embeds them all, would be taken for a hang."""
    for number in range(50):
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / f"{number}.png").touch()
    few = PoolExecutor(1, spec, timeout=1)._crew._for_examples()
    many = PoolExecutor(1, replace(spec, support=tmp_path), timeout=1)._crew._for_examples()
    assert (few, many) == (0, 50)


def test_what_a_worker_says_is_wrong_is_told_at_once(pool_of: Pool) -> None:
    """A person would wait for three starts to read that the weights are missing."""
    started = time.monotonic()
    pool = pool_of(2, warm_up=labour.refused)
    pool.start()
    assert isinstance(pool.lost.exception(PATIENCE), WeightsError)
    assert time.monotonic() - started < PATIENCE


def test_workers_that_do_come_up_go_on_alone(pool_of: Pool, tmp_path: Path) -> None:
    """Where memory suffices for one worker of two, nothing would be judged."""
    warm_up = functools.partial(labour.only_the_first, tmp_path / "ready")
    pool = pool_of(2, warm_up=warm_up)
    worker = call(pool, os.getpid)
    crew = pool._crew
    end = time.monotonic() + PATIENCE
    while crew._failed_starts < 2 and time.monotonic() < end:
        assert call(pool, os.getpid) == worker
    assert not pool.lost.done()
    assert crew._next_start > time.monotonic()  # a pause, or its starts would take a core
    os.kill(worker, signal.SIGKILL)  # now none is left, and none comes up
    error = pool.lost.exception(PATIENCE)
    assert isinstance(error, WorkersError)
    assert crew._failed_starts >= MOST_FAILED_STARTS


def test_a_worker_that_dies_at_rest_is_replaced(pool_of: Pool) -> None:
    """The kernel, which ends the largest process when memory is short, would end the daemon."""
    pool = pool_of()
    for _ in range(MOST_FAILED_STARTS + 1):
        worker = call(pool, os.getpid)
        os.kill(worker, signal.SIGKILL)
        wait_until_dead(worker)
    assert call(pool, os.getpid) != worker
    assert not pool.lost.done()


def test_a_worker_that_dies_in_its_answer_stops_no_other(pool_of: Pool) -> None:
    """Workers that share a lock would wait for the one that died with it."""
    pool = pool_of(2)
    assert isinstance(pool.submit(labour.FatalToPickle).exception(PATIENCE), WorkerDiedError)
    assert [call(pool, abs, -n) for n in range(4)] == [0, 1, 2, 3]


def test_what_a_killed_worker_had_started_dies_with_it(pool_of: Pool, tmp_path: Path) -> None:
    """Tesseract would go on reading a page for minutes that nobody waits for."""
    pool = pool_of()
    pids = tmp_path / "pids"
    assert isinstance(pool.submit(labour.start_a_child, pids).exception(PATIENCE), WorkerDiedError)
    wait_until_dead(int(pids.read_text()))


# -- nothing is lost, nothing is done twice ----------------------------------------------------


def test_whoever_is_killed_every_job_ends_once(pool_of: Pool, tmp_path: Path) -> None:
    """A scan would never be closed, or be judged twice and counted twice."""
    rng = random.Random(7)
    pool = pool_of(2)
    log = tmp_path / "log"
    futures = [pool.submit(labour.write_once, log, number) for number in range(150)]
    for killed in range(4):
        futures[30 * (killed + 1)].exception(PATIENCE)
        workers = [each.process.pid for each in list(pool._crew._workers)]
        os.kill(rng.choice(workers), signal.SIGKILL)
    ends = [future.exception(PATIENCE) for future in futures]
    ran = [int(number) for number in log.read_text().split()]
    assert len(ran) == len(set(ran))
    assert all(error is None or isinstance(error, WorkerDiedError) for error in ends)
    died = {number for number, error in enumerate(ends) if error is not None}
    assert len(died) <= 4
    assert set(range(150)) - died <= set(ran)
    assert [future.result() for future in futures if not future.exception()] == [
        number for number in range(150) if number not in died
    ]


def test_a_job_that_was_cancelled_is_not_done(pool_of: Pool, tmp_path: Path) -> None:
    """A stop would have to wait for all that is queued."""
    pool = pool_of()
    call(pool, os.getpid)
    log = tmp_path / "log"
    busy: Future[Any] = pool.submit(labour.write_once, log, 0)
    queued = [pool.submit(labour.write_once, log, number) for number in range(1, 4)]
    assert queued[1].cancel()
    assert queued[2].result(PATIENCE) == 3
    assert busy.result() == 0
    assert log.read_text().split() == ["0", "1", "3"]


def test_the_end_waits_for_what_was_handed_over_or_cancels_it(pool_of: Pool) -> None:
    """Stopping would lose a batch that is nearly done, or leave someone waiting for ever."""
    pool = pool_of()
    handed = [pool.submit(abs, -number) for number in range(5)]
    pool.shutdown()
    assert [future.result(0) for future in handed] == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match="shutdown"):
        pool.submit(os.getpid)
    pool = pool_of()
    worker = call(pool, os.getpid)
    handed = [pool.submit(time.sleep, 3600) for _ in range(3)]
    pool.shutdown(cancel_futures=True)
    for future in handed:
        with pytest.raises(CancelledError):
            future.result(PATIENCE)
    wait_until_dead(worker)
    assert not pool.lost.done()


def test_how_a_process_ended_is_said_in_words() -> None:
    """Who runs the service would have to know that -11 is a crash."""
    assert describe(-11) == "died (exit code -11, SIGSEGV)"
    assert describe(3) == "died (exit code 3)"
    assert describe(-999) == "died (exit code -999)"
    assert describe(None) == "hangs"
