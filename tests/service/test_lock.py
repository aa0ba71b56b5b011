from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.errors import HomeBusyError, HomeError
from service.lock import daemon_at_work, in_place_of_a_daemon, is_held, only_daemon

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys
from pathlib import Path
from service import lock
with getattr(lock, sys.argv[2])(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """The lock of a home."""
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache" / "daemon.lock"


def test_a_second_daemon_is_refused_and_told_who_works(lock: Path) -> None:
    """Two daemons would file the same scans."""
    assert not is_held(lock)
    with only_daemon(lock):
        assert daemon_at_work(lock) == os.getpid()
        with pytest.raises(HomeBusyError, match=rf"process {os.getpid()}\b"), only_daemon(lock):
            pass
        assert is_held(lock)
    assert not is_held(lock)
    with only_daemon(lock):
        pass


def test_the_lock_goes_with_its_holder(lock: Path) -> None:
    """After a crash nobody could start the service again."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, lock, "only_daemon"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeBusyError, match=re.escape(str(holder.pid))), only_daemon(lock):
            pass
        holder.send_signal(signal.SIGKILL)
    with only_daemon(lock):
        assert lock.read_text() == f"{os.getpid()}\n"


def test_a_daemon_waits_for_a_command(lock: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that is restarted while somebody retries scans would stay down."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, lock, "in_place_of_a_daemon"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert not is_held(lock)  # no daemon works
        told: list[object] = []

        def end_it(_event: str, process: str) -> None:
            told.append(process)
            holder.communicate()

        monkeypatch.setattr("service.lock.log", SimpleNamespace(info=end_it))
        with only_daemon(lock):
            assert told == [str(holder.pid)]
            assert is_held(lock)
            with pytest.raises(HomeBusyError), in_place_of_a_daemon(lock):
                pass


def test_who_only_looks_does_not_keep_a_daemon_from_starting(lock: Path) -> None:
    """A monitor that asks 'status' every second would make starts fail at random."""
    lock.touch()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            is_held(lock)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(50):
            with only_daemon(lock):
                pass
    finally:
        stop.set()
        thread.join()


def test_a_lock_that_cannot_be_made_is_an_error_of_the_home(tmp_path: Path) -> None:
    """The service would end in a traceback."""
    with pytest.raises(HomeError), only_daemon(tmp_path / "nowhere" / "daemon.lock"):
        pass
    assert not is_held(tmp_path / "nowhere" / "daemon.lock")
