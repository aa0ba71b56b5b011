"""A real service in a process of its own, and what a person does with it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from tests import forked
from tests.forked import COMMAND

PATIENCE = 90.0
"""Seconds after which an event that was to come counts as lost."""


@dataclass
class Service:
    """``pigeonhole watch`` at work in ``home``; its log lines are the events to wait for.

    With ``web`` it answers over HTTP as well, on a free port unless ``settings`` name one.
    """

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    web: bool = False
    process: subprocess.Popen[str] = field(init=False)
    lines: queue.SimpleQueue[dict[str, Any]] = field(default_factory=queue.SimpleQueue)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it watches."""
        self.lines = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [
                COMMAND, "--home", self.home, "watch", "--web" if self.web else "--no-web",
                "--workers", "1",
            ],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr, self.lines))
        self._reader.start()
        self.wait_for(lambda line: line["event"] == "watching")

    @property
    def environment(self) -> dict[str, str]:
        """What its process and the commands beside it see."""
        settings = {"stability_delay": "0.2", "log_format": "json", "port": "0", **self.settings}
        return os.environ | {f"PIGEONHOLE_{name.upper()}": v for name, v in settings.items()}

    @staticmethod
    def _read(stream: IO[str], lines: queue.SimpleQueue[dict[str, Any]]) -> None:
        for line in stream:
            lines.put(json.loads(line) if line.startswith("{") else {"event": line})
        lines.put({"event": "ended"})

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next log line that is wanted."""
        while True:
            line = self.lines.get(timeout=PATIENCE)
            self.seen.append(line)
            if wanted(line):
                return line
            assert line["event"] != "ended", self.seen

    def wait_closed(self, *names: str) -> dict[str, str]:
        """The end of each of these files, by name."""
        ends: dict[str, str] = {}
        while set(names) - ends.keys():
            line = self.wait_for(lambda line: "file" in line)
            ends[line["file"]] = line["event"]
        return {name: ends[name] for name in names}

    def drop(self, file: Path | np.ndarray, name: str = "", *, folder: str = "inbox") -> str:
        """Put a file, or a drawing, where a person would; in one step, as a scanner does."""
        name = name or file.name  # type: ignore[union-attr]
        place = self.home / folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = self.home / f".{name}.tmp"
        if isinstance(file, Path):
            shutil.copyfile(file, partial)
        else:
            Image.fromarray(file).save(partial, format="png")
        partial.rename(place)
        return name

    def run(self, *words: str, code: int = 0) -> str:
        """What a command answers."""
        network = words[0] == "classify"
        done = forked.run(*words, "--home", self.home, env=self.environment, network=network)
        assert done.returncode == code, done.stderr
        return done.stdout

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What SQLite answers, as any tool would ask it."""
        with closing(sqlite3.connect(self.home / "pigeonhole.db")) as connection:
            return connection.execute(query).fetchall()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code
