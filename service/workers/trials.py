"""Examples that end the process that reads them: known from the second time on, and read no more.

Whoever may write to ``support/`` could else stop the service for good, with one file on which a decoder
crashes, takes all memory or never comes to an end: each worker reads what is new there before its first
scan, and before its next.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.private import private

MOST_DEATHS: Final = 2
"""Processes that one example may end. Any may be ended from outside, at a moment that is nobody's fault."""
SECONDS: Final = 30.0
"""Seconds that a process may take to read the first page of one example."""

REASON: Final = (
    f"ended {MOST_DEATHS} processes that read it, or took each longer than {SECONDS:g} s"
)
"""Why one is read no more, as the rest of a sentence about it."""


@dataclass(slots=True)
class _Record:
    """What is kept: the deaths of all time, and those of each example that is not known to be harmless."""

    deaths: int = 0
    of: dict[str, int] = field(default_factory=dict)


class Trials:
    """Takes note of each example before it is read for the first time.

    Args:
        folder: the cache, in which one file is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "support-trials.json"

    @property
    def deaths(self) -> int:
        """Processes that ended over an example, or are at one just now. It never becomes less for long."""
        return self._read().deaths

    def refuses(self, sha256: str) -> bool:
        """Whether an example is to be read no more."""
        return self._read().of.get(sha256, 0) >= MOST_DEATHS

    @contextmanager
    def trying(self, sha256: str) -> Iterator[None]:
        """Read an example in the block: what ends this process there is that example's doing.

        For one process at a time, which holds the lock of the cache. It ends itself after `SECONDS`.
        """
        before = self._read()
        died = before.of.pop(sha256, 0)
        self._write(_Record(before.deaths + 1, before.of | {sha256: died + 1}))
        signal.setitimer(signal.ITIMER_REAL, SECONDS)  # a decoder in C hears no exception
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0.0)
            self._write(before)

    def _read(self) -> _Record:
        try:
            held = json.loads(self._file.read_bytes())
            of = {str(sha256): int(died) for sha256, died in held["of"].items()}
            return _Record(int(held["deaths"]), of)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return _Record()  # only a cache

    def _write(self, record: _Record) -> None:
        part = self._file.with_suffix(".json.tmp")
        with suppress(OSError):
            with open(part, "w", opener=private) as file:
                json.dump({"deaths": record.deaths, "of": record.of}, file)
            part.replace(self._file)
