"""Work that takes long asks, between its steps, whether it is still wanted.

Hashing and copying lie many calls below the one who knows that the service is to end, and most of
their callers never end early. So the question is not handed down: it is set for a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_unwanted: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)


class InterruptedWork(Exception):  # noqa: N818 - nothing is wrong
    """What was under way is not wanted any more; it can be done again from its start."""


@contextmanager
def interruptible(unwanted: Callable[[], bool]) -> Iterator[None]:
    """Have `raise_if_interrupted` end, in this thread and block, what is unwanted."""
    before = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(before)


def raise_if_interrupted() -> None:
    """Call it where nothing is half done that the next start would not complete.

    Raises:
        InterruptedWork: the work is not wanted any more.
    """
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted():
        raise InterruptedWork
