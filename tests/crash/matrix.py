"""The crash matrix of the docs, out of homes in which daemons really died."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from config.home import Home
from config.settings import Settings
from storage.filing.notes import ENDING

REPOSITORY = Path(__file__).parents[2]


def told(name: str, root: Path, *more: str) -> list[str]:
    """Have daemons die in homes under ``root``; the steps of the one that came to the end.

    Raises:
        subprocess.CalledProcessError: one ended otherwise than by the signal it was to die of.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.nursery", name, root, *more],
        cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def table(name: str) -> str:
    """What stands where after a death at each step of a story, and what the next start does."""
    lines = [
        "| dies after | row | journal | inbox | destination | hidden | the next start |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as root:
        for number, step in enumerate(told(name, Path(root)), 1):
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
