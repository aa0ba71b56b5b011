"""What runs in a worker process: it warms up, then does one call after another, within limits."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

from config.logs import configure_logging
from config.settings import Settings
from config.stderr import PATIENCE, BestEffortStream, secure_streams
from service.parent import die_with
from service.workers.engine import EngineSpec
from service.workers.memory import WARM_UP_MEMORY, give_back_pages, limit_memory, memory_taken
from service.workers.temporary import use_private_folder

MOST_KEPT = 512
"""MiB that a worker may have gained at rest before another takes its place. TensorFlow keeps 290
in the first thousands of scans, and no more; it is a decoder that leaks."""

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]
"""What a worker is sent: a function with its arguments. Must pickle."""


TAKEN = None
"""What a worker says when it begins a call, all new examples being read: whatever happens to it from now
on is that call's doing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker answers: to its warm-up, which comes first, and to each call. Must pickle.

    Attributes:
        value: what was returned, if nothing was raised.
        error: what was raised.
        last: the worker ends with this answer.
    """

    value: Any = None
    error: Exception | None = None
    last: bool = False


def serve(
    channel: Connection,
    parent: int,
    spec: EngineSpec,
    warm_up: Callable[[EngineSpec], None],
    keep_up: Callable[[EngineSpec], None],
    log_as: Settings,
) -> None:
    """A worker's life.

    Args:
        channel: gets an outcome, sends a call, gets `TAKEN` and an outcome, and so on; its end is
            the end.
        parent: the process to die with.
        spec: its limits, and where it keeps temporary files.
        warm_up: makes ready what calls need; a worker that cannot be made ready ends.
        keep_up: brings that up to date, before each call.
        log_as: how it logs.
    """
    die_with(parent)
    secure_streams(PATIENCE)
    configure_logging(log_as)
    _leave_signals_to_the_parent()
    with contextlib.suppress(OSError):
        # What a worker that is killed leaves there are pages of people's papers.
        use_private_folder(spec.cache)
    give_back_pages()
    memory = spec.limits.job_memory
    if memory is not None:
        limit_memory(WARM_UP_MEMORY + memory)
    outcome = _outcome((warm_up, (spec,), {}))
    outcome = replace(outcome, last=outcome.error is not None)
    at_rest = memory_taken()
    _silence_decoders()
    while _send(channel, outcome):
        try:
            call: Call = channel.recv()
        except (EOFError, ConnectionError):
            return
        except Exception as error:  # noqa: BLE001 - a call that cannot be unpickled here
            outcome = Outcome(error=error)
            continue
        if memory is not None:
            limit_memory(memory)
        with contextlib.suppress(Exception):  # the call meets it again, and tells
            keep_up(spec)
        channel.send(TAKEN)
        if memory is not None:
            limit_memory(memory)
        outcome = replace(_outcome(call), last=memory_taken() > at_rest + MOST_KEPT)


def _outcome(call: Call) -> Outcome:
    function, positional, named = call
    try:
        return Outcome(function(*positional, **named))
    except Exception as error:  # noqa: BLE001 - it is the parent's to judge
        error.add_note(traceback.format_exc())
        return Outcome(error=error)
    except BaseException as error:  # noqa: BLE001 - sys.exit() in a library must not end the parent
        return Outcome(error=RuntimeError(repr(error)))


def _send(channel: Connection, outcome: Outcome) -> bool:
    """Answer; whether the worker goes on."""
    try:
        data = ForkingPickler.dumps(outcome)
    except Exception as error:  # noqa: BLE001 - whatever does not pickle
        odd = RuntimeError(f"no answer: {error!r}")
        data = ForkingPickler.dumps(Outcome(error=odd, last=outcome.last))
    channel.send_bytes(data)
    return not outcome.last


def _silence_decoders() -> None:
    """Have what Python says go where it went, and what else is written to stderr nowhere.

    libtiff and libpng write there, name no file, and end up in the middle of the daemon's lines.
    """
    kept = BestEffortStream(os.dup(2), encoding=sys.stderr.encoding)
    if isinstance(sys.stderr, BestEffortStream):
        kept.report = sys.stderr.report
    sys.stderr.flush()
    sys.stderr = kept
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _leave_signals_to_the_parent() -> None:
    # A group of its own: its Tesseract is killed with it, and Ctrl-C reaches the parent alone.
    os.setpgid(0, 0)
    # In that group a line that is written to a terminal could stop this process.
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # It was started with Ctrl-C held back, and its Tesseract would be, too.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
