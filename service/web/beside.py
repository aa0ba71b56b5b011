"""The server beside a daemon: a process of its own, whose troubles keep no scan from being sorted."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess

import structlog

from config.errors import ExitCode, PigeonholeError
from config.home import Home
from config.logs import configure_logging
from config.settings import Settings
from config.stderr import PATIENCE, secure_streams
from service.parent import die_with

log = structlog.get_logger()

LONGEST_PAUSE = 60.0
"""Seconds between starts, at most; a server that ran as long starts the next one at once."""
_FIRST_PAUSE = 1.0
_FAREWELL = 8.0
"""Seconds that it gets to end, answers under way included."""


@contextmanager
def server_beside(home: Home, settings: Settings) -> Iterator[Callable[[], None]]:
    """Have a server of the home run, and started again whenever it ends, during the block.

    Yields:
        What asks it to end already, and does not wait for that.
    """
    keeper = _Keeper(home, settings)
    keeper.start()
    try:
        yield keeper.ask_to_end
    finally:
        keeper.stop()


class _Keeper:
    """Keeps one server process, by a thread of its own: the server dies with that thread."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home = home
        self._settings = settings
        self._ends = threading.Event()
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._thread = threading.Thread(target=self._keep, name="web", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_end(self) -> None:
        if not self._ends.is_set():
            self._ends.set()
            with self._lock:
                if self._process is not None:
                    self._process.terminate()

    def stop(self) -> None:
        self.ask_to_end()
        self._thread.join(2 * _FAREWELL)

    def _keep(self) -> None:
        # Its start unblocks Ctrl-C; done beforehand, it need not start below.
        resource_tracker.ensure_running()
        # The server inherits the mask, so that Ctrl-C leaves it alone while it still starts.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        pause, told = _FIRST_PAUSE, False
        while not self._ends.is_set():
            began = time.monotonic()
            reason = self._run_once(quiet=told)
            if self._ends.is_set():
                return
            if time.monotonic() - began > LONGEST_PAUSE:
                pause, told = _FIRST_PAUSE, False
            if reason and not told:
                log.error("the web server ended; sorting goes on", reason=reason, again=pause)
            told = told or not reason
            self._ends.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _run_once(self, *, quiet: bool) -> str:
        """Until it ends; why it did, unless it has said so itself."""
        process = SpawnContext().Process(
            target=_serve,
            args=(self._home, self._settings, os.getpid(), quiet),
            name="pigeonhole-web",
        )
        try:
            with self._lock:
                if self._ends.is_set():
                    return ""
                process.start()
                self._process = process
        except OSError as error:
            return f"cannot be started: {error.strerror or error}"
        while process.is_alive() and not self._ends.is_set():
            process.join(LONGEST_PAUSE)
        process.join(_FAREWELL)
        if process.is_alive():
            process.kill()
            process.join()
        code = process.exitcode or 0
        with self._lock:
            self._process = None
            process.close()
        return "" if code in set(ExitCode) else f"exit code {code}"


def _serve(home: Home, settings: Settings, parent: int, quiet: bool) -> None:
    """What the process runs; it leaves with the code of what is wrong, having said it unless ``quiet``."""
    die_with(parent)
    # Ctrl-C reaches it too, but its parent decides, and ends it by SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    secure_streams(PATIENCE)
    configure_logging(settings)
    from service.web.server import serve

    try:
        serve(home, settings, warm=False)
    except PigeonholeError as error:
        tell = log.debug if quiet else log.error
        tell("no API and no page; sorting goes on", reason=str(error))
        sys.exit(error.exit_code)
