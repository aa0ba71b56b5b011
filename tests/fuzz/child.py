"""The child as its parent sees it: started when needed, asked, buried when it dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

REPOSITORY = Path(__file__).parents[2]
_PATIENCE = 20.0
"""Times the seconds of processor time that a file may take: a child that waits is ended."""
_LONGEST_PRINT = 1 << 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a file may ask for.

    Attributes:
        memory: bytes beyond those that the child has before it reads anything.
        seconds: of processor time.
        pixels: of a page, the setting ``max_image_pixels``. The fewer, the faster, and the
            sooner is memory seen that is not for pixels.
    """

    memory: int = 160 << 20
    seconds: float = 10.0
    pixels: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file.

    Attributes:
        said: as `tests.fuzz.reading.Reader` says it; of a child that died, "crash …" or "hang …".
        seconds: of processor time.
        bytes: of memory.
        printed: what libraries wrote to stderr.
    """

    said: str
    seconds: float = 0.0
    bytes: int = 0
    printed: str = ""


@dataclass
class Child:
    """A process that reads files one by one; a new one after each that dies.

    Attributes:
        reader: the name of one of `tests.fuzz.reading.READERS`.
        bounds: what a file may ask for.
        started: how many there have been.
    """

    reader: str
    bounds: Bounds
    started: int = 0
    _process: subprocess.Popen[str] | None = None
    _printed: int = field(default_factory=lambda: os.memfd_create("printed"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _1: type[BaseException] | None, _2: BaseException | None, _3: TracebackType | None
    ) -> None:
        self._end()
        os.close(self._printed)

    def read(self, path: Path) -> Answer:
        """What became of the file at ``path``."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        patience = threading.Timer(_PATIENCE * self.bounds.seconds, process.kill)
        patience.start()
        try:
            process.stdin.write(f"{path}\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            patience.cancel()
        if line:
            return Answer(**json.loads(line), printed=self._what_was_printed())
        code = process.wait()
        self._end()
        return Answer(_how_it_died(code), printed=self._what_was_printed())

    def _start(self) -> subprocess.Popen[str]:
        bounds = self.bounds
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.fuzz.reading", self.reader,
                str(bounds.memory), str(bounds.seconds), str(bounds.pixels),
            ],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            text=True,
        )  # fmt: skip
        self.started += 1
        return self._process

    def _what_was_printed(self) -> str:
        printed = os.pread(self._printed, _LONGEST_PRINT, 0)
        if printed:
            # The child writes where this descriptor, which it shares, stands.
            os.lseek(self._printed, 0, os.SEEK_SET)
            os.ftruncate(self._printed, 0)
        return printed.decode("utf-8", "replace")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        continue


def _how_it_died(code: int) -> str:
    if code in (-signal.SIGPROF, -signal.SIGKILL):
        return "hang"
    return f"crash by {signal.Signals(-code).name}" if code < 0 else f"crash with exit code {code}"
