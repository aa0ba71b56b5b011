"""Processes that die: a daemon for each step of a story, each in a home of its own.

Called as ``nursery.py FOLDER``, a folder for a ledger that is copied. Each line that it reads is a
JSON array, STORY, ROOT and whether twice; it makes ``ROOT/<n>`` for the daemon that dies at step n,
from 1 on, until one comes to the end, and prints that one's steps, one a line, then an empty line.
With twice, the next daemon dies as well: ``ROOT/<n>/<m>`` for the one that dies at its step m. What is
imported once serves all: each daemon is a fork of this process, which has no threads.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from config.home import Home
from config.settings import Settings
from storage.database import Database
from tests.crash.acting import act, act_before, lay_out, open_desk
from tests.crash.steps import Steps
from tests.crash.stories import STORIES, Story
from tests.service.fakes import Judge

LEDGER = "empty.db"


def main(folder: Path) -> None:
    """Tell each story that is asked for, until there are no more."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Migrations take longer than all the rest: one ledger, still empty, is copied to each home.
    empty = folder / LEDGER
    Database.open(empty).close()
    for line in sys.stdin:
        name, root, twice = json.loads(line)
        tell_again_and_again(STORIES[name], empty, Path(root), twice=twice)
        print(flush=True)


def tell_again_and_again(story: Story, empty: Path, root: Path, *, twice: bool) -> None:
    """Tell the story, each time up to a later step."""
    root.mkdir(exist_ok=True)
    for number in count(1):
        if not twice:
            if _lives(_tell, story, empty, root / str(number), number):
                return
        elif _next_dies_as_well(story, empty, root, number):
            return


def _next_dies_as_well(story: Story, empty: Path, root: Path, number: int) -> bool:
    """Whether the first daemon came to the end; else the next has died at each of its steps."""
    for second in count(1):
        home = root / str(number) / str(second)
        if _lives(_tell, story, empty, home, number, say=False):
            return True
        if _lives(_go_on, story, home, second):
            return False
    raise AssertionError


def _lives(tell: Callable[..., None], *args: Any, **more: Any) -> bool:
    """Whether a process of its own came to the end; False if it died as it was told."""
    child = os.fork()
    if child == 0:
        gc.freeze()  # a collection would copy all that this process shares with its parent
        code = 1
        try:
            tell(*args, **more)
            sys.stdout.flush()
            code = 0
        finally:
            os._exit(code)
    _, ended = os.waitpid(child, 0)
    if os.WIFEXITED(ended):
        if os.WEXITSTATUS(ended):
            sys.exit(os.WEXITSTATUS(ended))
        return True
    if os.WTERMSIG(ended) != signal.SIGKILL:
        sys.exit(f"ended by signal {os.WTERMSIG(ended)}")
    return False


def _tell(story: Story, empty: Path, root: Path, die_at: int, *, say: bool = True) -> None:
    desk = open_desk(lay_out(story, empty, root))
    act_before(story, desk)
    story.odd(desk.home)
    steps = Steps(desk.home, die_at)
    steps.watch(desk.ledger.database)
    act(story, desk)
    if say:
        print("\n".join(steps.taken))


def _go_on(story: Story, root: Path, die_at: int) -> None:
    """What the next daemon does with a home in which one died, under the same file system."""
    desk = open_desk(Home.of(root, Settings()))
    story.odd(desk.home)
    Steps(desk.home, die_at).watch(desk.ledger.database)
    desk.once(Judge(says=story.says), **story.settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
