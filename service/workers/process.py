"""One worker process and this end of its pipe."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext

from service.workers.worker import Call, Outcome

BURIAL = 10.0
"""Seconds that a killed process may take to be gone: one that hangs in a dead disk does."""


class WorkerDiedError(Exception):
    """The process that had a job is gone.

    Attributes:
        exitcode: what it left with; negative is the signal that ended it; None if it hangs.
    """

    def __init__(self, exitcode: int | None) -> None:
        super().__init__(f"its worker process {describe(exitcode)}")
        self.exitcode = exitcode


def describe(exitcode: int | None) -> str:
    """How a process ended, for a person."""
    if exitcode is None:
        return "hangs"
    with contextlib.suppress(ValueError):
        return f"died (exit code {exitcode}, {signal.Signals(-exitcode).name})"
    return f"died (exit code {exitcode})"


class WorkerProcess:
    """A process that was spawned, never forked: threads and TensorFlow do not survive a fork.

    It dies with the thread that started it, if not before.

    Args:
        main: what it runs, given its end of the pipe and the id of this process. Must pickle.

    Attributes:
        channel: this end; readable when there is something to `hear`, its end included.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, main: Callable[[Connection, int], None]) -> None:
        context = SpawnContext()
        self.channel, theirs = context.Pipe()
        try:
            self._process = context.Process(
                target=main, args=(theirs, os.getpid()), name="pigeonhole-worker", daemon=True
            )
            self._process.start()
        except BaseException:
            self.channel.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Its id, and that of its group."""
        assert self._process.pid is not None
        return self._process.pid

    def tell(self, call: Call) -> None:
        """Send it a call.

        Raises:
            OSError: it is dead.
            Exception: whatever says that the call does not pickle.
        """
        self.channel.send(call)

    def hear(self) -> Outcome | None:
        """What it says next: an outcome, or `TAKEN`.

        Raises:
            EOFError: it is dead.
        """
        try:
            said: Outcome | None = self.channel.recv()
        except OSError as error:
            raise EOFError from error
        except EOFError:
            raise
        except Exception as error:  # noqa: BLE001 - an answer that cannot be unpickled here
            return Outcome(error=error)
        return said

    def kill(self) -> None:
        """With its group: a Tesseract that it started would go on without it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.kill()

    def bury(self) -> int | None:
        """Kill it, if it lives, and wait for its end; its exit code, None if it hangs."""
        self.kill()
        self._process.join(BURIAL)
        self.channel.close()
        return self._process.exitcode
