"""The crash matrix of the docs, out of homes in which daemons really died."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from config.home import Home
from config.settings import Settings
from storage.filing.notes import ENDING

REPOSITORY = Path(__file__).parents[2]


class Nursery:
    """A process whose forks play stories and die; one that serves many stories.

    Args:
        folder: where it keeps what it needs.
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery", folder],
            cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def told(self, name: str, root: Path, *, twice: bool = False) -> list[str]:
        """Have daemons die in homes under ``root``; the steps of the one that came to the end.

        Raises:
            RuntimeError: one ended otherwise than by the signal it was to die of.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([name, str(root), twice]), file=self._process.stdin, flush=True)
        steps = []
        for line in self._process.stdout:
            if line == "\n":
                return steps
            steps.append(line.removesuffix("\n"))
        raise RuntimeError(f"{name} ended with {self._process.wait()}")

    def close(self) -> None:
        """End it."""
        with suppress(BrokenPipeError), self._process:
            pass


def table(name: str) -> str:
    """What stands where after a death at each step of a story, and what the next start does."""
    lines = [
        "| dies after | row | journal | inbox | destination | hidden | the next start |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as root, closing(Nursery(Path(root))) as nursery:
        for number, step in enumerate(nursery.told(name, Path(root)), 1):
            lines.append(f"| {step} | {' | '.join(_row(Path(root, str(number))))} |")
    return "\n".join(lines)


def _row(root: Path) -> list[str]:
    home = Home.of(root, Settings())
    with closing(sqlite3.connect(home.database)) as ledger:
        states = [state for (state,) in ledger.execute("SELECT state FROM scans ORDER BY id")]
        places = [
            Path(os.fsdecode(place))
            for (place,) in ledger.execute("SELECT destination FROM journal")
        ]
        filed = [
            home.root / place
            for (place,) in ledger.execute(
                "SELECT destination FROM scans WHERE destination IS NOT NULL"
            )
        ]
    inbox = any(not path.name.startswith(".") for path in home.inbox.iterdir())
    there = any(place.exists() for place in (*places, *filed))
    hidden = sorted({
        f"`*{path.suffix}`"
        for path in home.root.rglob(".pigeonhole-*")
        if path.is_file() and not path.name.endswith(ENDING)
    })  # fmt: skip
    return [
        states[-1] if states else "-",
        "yes" if places else "-",
        "whole" if inbox else "-",
        "whole" if there else "-",
        ", ".join(hidden) or "-",
        _next(states, inbox=inbox, there=there),
    ]


def _next(states: list[str], *, inbox: bool, there: bool) -> str:
    """What a start does with that, in words; the tests see that it does."""
    match states[-1] if states else "":
        case "":
            return "sweeps the inbox and claims it"
        case "working" | "queued":
            return "judges it anew; no attempt is spent"
        case "moving" if inbox and there:
            return "sees that it is ours, takes the source away, closes"
        case "moving" if inbox:
            return "moves it, closes"
        case "moving":
            return "sees that it is ours, closes"
        case _:
            return "has nothing to do"


if __name__ == "__main__":
    print(table(sys.argv[1]))
