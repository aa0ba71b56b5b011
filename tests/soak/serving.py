"""The real service in a process of its own, started anew as often as it is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

COMMAND = Path(sys.executable).with_name("pigeonhole")
PATIENCE = 120.0
"""Seconds after which an event that was to come counts as lost."""
_NO_CONCERN = "resource_tracker: "
"""Python says so of semaphores whose owner was killed; it removes them."""
_STILLBORN = (
    "Traceback (most recent call last):",
    "preparation_data = reduction.pickle.load(from_parent)",
    "EOFError: Ran out of input",
)
CLOSED = frozenset({"filed", "review", "failed", "duplicate", "superseded"})


class Serving:
    """``pigeonhole watch`` at work; what it logs is counted, and kept in a file.

    Args:
        home: its home.
        settings: of the service, by name.
        log_file: takes every line of every daemon.
    """

    def __init__(self, home: Path, settings: dict[str, str], log_file: Path) -> None:
        self.home = home
        self.environment = os.environ | {
            f"PIGEONHOLE_{name.upper()}": value
            for name, value in {"log_format": "json", **settings}.items()
        }
        self._log = log_file.open("a", encoding="utf-8")
        self._changed = threading.Condition()
        self.events: Counter[str] = Counter()
        self.strange: list[str] = []
        self.starts = 0
        self.closed = 0
        self.watching = False
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self, **settings: str) -> None:
        """Start a daemon; ``settings`` hold for this one."""
        self.starts += 1
        self.closed, self.watching = 0, False
        more = {f"PIGEONHOLE_{name.upper()}": value for name, value in settings.items()}
        self._process = subprocess.Popen(
            [COMMAND, "--home", self.home, "watch", "--no-web"],
            env=self.environment | more,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.note("started", pid=self._process.pid, **settings)
        self._reader = threading.Thread(target=self._read, args=(self._process.stderr,))
        self._reader.start()

    @property
    def pid(self) -> int:
        """The daemon's."""
        assert self._process is not None
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The daemon's exit code; None while it lives."""
        assert self._process is not None
        return self._process.poll()

    @property
    def runs(self) -> bool:
        """Whether a daemon was started and lives."""
        return self._process is not None and self._process.poll() is None

    def wait(self, seconds: float) -> bool:
        """Let time pass; True, and at once, if the daemon ends by itself."""
        assert self._process is not None
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_for(self, wanted: Callable[[], object]) -> bool:
        """Until ``wanted``, which is asked whenever a line was logged; False if the daemon ends.

        Raises:
            AssertionError: neither came in time.
        """
        until = time.monotonic() + PATIENCE
        with self._changed:
            while not wanted():
                if self.code is not None:
                    return False
                assert time.monotonic() < until, "the daemon shows no life"
                self._changed.wait(0.5)
        return True

    def workers(self) -> list[int]:
        """Ids of the worker processes that live now."""
        return [pid for pid in children(self.pid) if b"spawn_main" in _command(pid)]

    def kill(self) -> None:
        """End the daemon at once; `reap` it."""
        assert self._process is not None
        self._process.kill()
        self.note("killed", pid=self._process.pid)
        self.reap()

    def stop(self) -> int:
        """Ask the daemon to end, as Ctrl-C does; its exit code."""
        assert self._process is not None
        self._process.send_signal(2)
        return self.reap()

    def reap(self) -> int:
        """Wait until the daemon, which ends or has ended, is gone with all it started; its code.

        Raises:
            AssertionError: something outlives it.
        """
        assert self._process is not None
        assert self._reader is not None
        code = self._process.wait(PATIENCE)
        # Whatever it started has its stderr: the end of that is the end of all of them.
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), "a process outlives its daemon"
        assert self._process.stderr is not None
        self._process.stderr.close()
        return code

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._changed:
                self._log.write(line)
                self._take_note(line)
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _take_note(self, line: str) -> None:
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            # A line without an end is one in the middle of which the daemon was killed.
            if line.endswith("\n") and _NO_CONCERN not in line:
                self.strange.append(line.rstrip())
            if line.strip() == _STILLBORN[-1]:
                self._forget_the_stillborn()
            return
        event = str(entry.get("event"))
        self.events[event] += 1
        self.watching |= event == "watching"
        self.closed += event in CLOSED
        if "exception" in entry:
            self.strange.append(line.rstrip())

    def _forget_the_stillborn(self) -> None:
        """Drop what Python says of a worker whose daemon was killed in the act of starting it."""
        start = max((n for n, line in enumerate(self.strange) if line == _STILLBORN[0]), default=-1)
        said = "\n".join(self.strange[start:])
        if start >= 0 and all(words in said for words in _STILLBORN):
            del self.strange[start:]

    def note(self, event: str, **more: Any) -> None:
        """A line of our own among the daemon's."""
        entry = {"soak": event, **more, "at": time.strftime("%H:%M:%S")}
        with self._changed:
            self._log.write(json.dumps(entry) + "\n")
            self._log.flush()

    def close(self) -> None:
        """End what may still run."""
        if self.runs:
            self.kill()
        self._log.close()


def children(parent: int) -> list[int]:
    """Ids of the processes that this one started and that live."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


def peak_memory(pid: int) -> int:
    """The highest resident size of a process so far, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("the process has no memory")


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
