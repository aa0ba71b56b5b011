"""Decoders that speak for themselves: what they say a fault says better, and they name no file.

libtiff, libpng and libjpeg write to stderr about damaged pictures, as TensorFlow does while it is
imported. Only the descriptor can be turned away: they know nothing of Python's ``sys.stderr``.
Pillow and pypdfium2 log: the latter advises to install another PDFium for each XFA form.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Final

_LOGGERS: Final = ("PIL", "pypdfium2")
_LOCK = threading.Lock()
_inside = 0
_kept = -1


def quiet_loggers() -> None:
    """Decoders log nothing from now on, in this process."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Nothing reaches descriptor 2, not even from compiled code.

    Brief calls of libraries alone belong inside: what Python logs meanwhile, in any thread, is
    lost as well. May be nested, and entered by several threads.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _kept  # noqa: PLW0603 - the descriptor is the process's
    with _LOCK:
        _inside += 1
        if _inside > 1:
            return
        with contextlib.suppress(OSError, ValueError):  # it is closed, or cannot be written
            sys.stderr.flush()
        with contextlib.suppress(OSError):  # no stderr, or no descriptor left: nothing to do
            _kept = os.dup(2)
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, 2)
            os.close(nowhere)


def _leave() -> None:
    global _inside, _kept  # noqa: PLW0603
    with _LOCK:
        _inside -= 1
        if _inside or _kept < 0:
            return
        os.dup2(_kept, 2)
        os.close(_kept)
        _kept = -1
