"""Lose power in every story: ``python -m tests.power [STORY ...] [--states N] [--out FOLDER]``.

For some states of each, the power is lost a second time, while the next start is at work; and it is
lost in a start after a daemon that was killed, what it did being unsynced.

Prints a line for each story, and what a start did wrong; with ``--out`` the figures of the docs are
written there. Ends with 1 where something is lost, doubled or left over.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from storage.database import Database
from tests.crash.stories import STORIES
from tests.disks import memory
from tests.power.losing import Outcome, in_a_fork

FILE = "power.json"
AGAIN = 2
"""So often the power is lost in the start after a power cut, and in that after a kill."""


def main(words: Sequence[str]) -> int:
    """Run the command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("stories", nargs="*", metavar="STORY", help="all of them, if none is named")
    parser.add_argument("--states", type=int, help="start on so many of a story, drawn at random")
    parser.add_argument("--again", type=int, default=AGAIN, help="lose it again in so many")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"write {FILE} there")
    asked = parser.parse_args(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    names = asked.stories or list(STORIES)
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(dir=memory()) as folder:
        empty = Path(folder, "empty.db")
        Database.open(empty).close()
        for number, name in enumerate(names):
            root = Path(folder, str(number))
            outcomes[name] = in_a_fork(
                name, root, empty, most=asked.states, again=asked.again, seed=asked.seed
            )
            print(f"{name}: {outcomes[name]}", flush=True)
            for what, where in outcomes[name].wrong.items():
                print(f"  {len(where)} times: {what}\n    {min(where, key=len)}", flush=True)
    if asked.out:
        (asked.out / FILE).write_text(json.dumps(figures(outcomes), indent=1) + "\n")
    return 1 if any(one.wrong for one in outcomes.values()) else 0


def figures(outcomes: dict[str, Outcome]) -> dict[str, dict[str, int]]:
    """What the docs show of each story: states, starts, and starts that did something wrong."""
    return {
        name: {
            "states": one.states,
            "starts": one.started,
            "again": one.again,
            "wrong": one.number_wrong,
        }
        for name, one in outcomes.items()
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
