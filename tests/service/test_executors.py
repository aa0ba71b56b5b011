from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessExpired

from config.errors import WeightsError
from models.siamese.weights import SHIPPED
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.pipeline import Job, examine
from service.workers.temporary import empty_private_folder, private_folder
from tests.service.fakes import PATIENCE, SPEC, scan_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> EngineSpec:
    """The engine of an empty home."""
    root = tmp_path_factory.mktemp("pool")
    return replace(SPEC, support=root / "support", cache=root / "cache", manifest=SHIPPED)


@pytest.fixture(scope="module")
def pool(spec: EngineSpec) -> Iterator[PoolExecutor]:
    """One real worker; a job may take two seconds."""
    pool = PoolExecutor(1, spec, timeout=2.0)
    pool.start()
    yield pool
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
    folder = private_folder(spec.cache)
    assert call(pool, tempfile.gettempdir) == str(folder)
    assert call(pool, os.getenv, "TMPDIR") == str(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.parent == spec.cache
    assert tempfile.gettempdir() != str(folder)  # this process keeps its own


def test_what_dead_workers_left_is_removed(tmp_path: Path) -> None:
    """The cache would grow with pages of people's receipts."""
    folder = private_folder(tmp_path)
    (folder / "tess_1").mkdir(parents=True)
    (folder / "tess_2.TIFF").write_bytes(b"a receipt")
    empty_private_folder(tmp_path)
    empty_private_folder(tmp_path)
    assert not folder.exists()


def test_ctrl_c_is_left_to_the_parent(pool: PoolExecutor) -> None:
    """Ctrl-C would kill the workers under the scans that the daemon wants to close."""
    worker = call(pool, os.getpid)
    os.kill(worker, signal.SIGINT)
    assert call(pool, os.getpid) == worker
    assert call(pool, signal.getsignal, signal.SIGINT) == signal.SIG_IGN


def test_a_job_that_takes_too_long_is_stopped_alone(pool: PoolExecutor) -> None:
    """One endless scan would take a worker away for good."""
    worker = call(pool, os.getpid)
    endless, next_one = pool.submit(time.sleep, 600), pool.submit(os.getpid)
    assert isinstance(endless.exception(PATIENCE), TimeoutError)
    assert next_one.result(PATIENCE) != worker


def test_a_killed_worker_fails_its_job_alone_and_is_replaced(pool: PoolExecutor) -> None:
    """One scan that crashes its decoder would fail every scan that waits."""
    worker = call(pool, os.getpid)
    killed = pool.submit(signal.raise_signal, signal.SIGKILL)
    others = [pool.submit(os.getpid) for _ in range(3)]
    error = killed.exception(PATIENCE)
    assert isinstance(error, ProcessExpired)
    assert error.exitcode == -signal.SIGKILL
    (replacement,) = {other.result(PATIENCE) for other in others}
    assert replacement != worker


def test_what_a_job_raises_comes_back(pool: PoolExecutor) -> None:
    """An odd scan would hang, or take its worker with it."""
    worker = call(pool, os.getpid)
    assert isinstance(pool.submit(int, "no number").exception(PATIENCE), ValueError)
    assert call(pool, os.getpid) == worker


IN_A_PROCESS_OF_ITS_OWN = """
import os, signal, sys, threading
from dataclasses import replace
from pathlib import Path
from service.workers.executors import PoolExecutor
from tests.service.fakes import SPEC

interrupted = threading.Event()
signal.signal(signal.SIGINT, lambda *_: interrupted.set())
pool = PoolExecutor(2, replace(SPEC, cache=Path(sys.argv[1])), timeout=60)
pool.start()
print("started", flush=True)
print(*{pool.submit(os.getpid).result() for _ in range(8)}, flush=True)
sys.stdin.read()
pool.shutdown(cancel_futures=True)
print("interrupted" if interrupted.is_set() else "", flush=True)
"""


@pytest.fixture
def parent(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a pool whose engine cannot be made; that does not matter here."""
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


def test_workers_die_with_their_parent(parent: subprocess.Popen[str]) -> None:
    """After a crash of the daemon its workers would hold gigabytes, and write beside the next."""
    assert line(parent) == "started"
    workers = [int(word) for word in line(parent).split()]
    assert workers
    assert all(map(lives, workers))
    parent.kill()
    parent.wait(PATIENCE)
    end = time.monotonic() + PATIENCE
    while any(map(lives, workers)) and time.monotonic() < end:
        threading.Event().wait(0.02)
    assert not any(map(lives, workers))


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
    finally:
        pool.shutdown(cancel_futures=True)
