"""Processes that die: a daemon for each step of a story, each in a home of its own.

Called as ``nursery.py STORY ROOT [TWICE]``: makes ``ROOT/<n>`` for the daemon that dies at step n,
from 1 on, until one comes to the end; prints that one's steps, one a line. With TWICE, the next
daemon dies as well: ``ROOT/<n>/<m>`` for the one that dies at its step m. What is imported once serves
all: each daemon is a fork of this process, which has no threads.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from config.home import Home
from config.settings import Settings
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.recalling import put_back
from service.desk.scans.reclassifying import Offer, go_back, go_over
from storage.database import Database
from storage.filing.notes import ENDING
from storage.ledger import Ledger
from tests.crash.steps import Steps
from tests.crash.stories import STORIES, Story
from tests.service.fakes import Desk, Judge, verdict_of

LEDGER = "empty.db"


def main(name: str, root: Path, *, twice: bool = False) -> None:
    """Tell the story again and again, each time up to a later step."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    story = STORIES[name]
    root.mkdir(exist_ok=True)
    # Migrations take longer than all the rest: one ledger, still empty, is copied to each home.
    Database.open(root / LEDGER).close()
    for number in count(1):
        if not twice:
            if _lives(_tell, story, root / LEDGER, root / str(number), number):
                return
        elif _next_dies_as_well(story, root, number):
            return


def _next_dies_as_well(story: Story, root: Path, number: int) -> bool:
    """Whether the first daemon came to the end; else the next has died at each of its steps."""
    for second in count(1):
        home = root / str(number) / str(second)
        if _lives(_tell, story, root / LEDGER, home, number, say=False):
            return True
        if _lives(_go_on, story, home, second):
            return False
    raise AssertionError


def _lives(tell: Callable[..., None], *args: Any, **more: Any) -> bool:
    """Whether a process of its own came to the end; False if it died as it was told."""
    child = os.fork()
    if child == 0:
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
    home = Home.of(root, Settings())
    home.lay_out()
    home.support.mkdir()
    shutil.copyfile(empty, home.database)
    for place, content in story.files.items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    database = Database.open(home.database)
    desk = Desk(home, Ledger(database, home))
    if story.again:
        desk.once(Judge(), **story.settings)
    if story.again == "dropped back":
        for path in home.failed.iterdir():
            if not path.name.endswith(ENDING):
                path.rename(home.inbox / path.name)
    if story.again == "dragged":
        (home.sorted / "cylinder").mkdir()
        (home.sorted / "ticket" / "a.png").rename(home.sorted / "cylinder" / "a.png")
    offers = [Offer(scan, verdict_of("cylinder")) for scan in desk.ledger.filed()]
    if story.again == "taken back":
        go_over(home, desk.ledger, offers)
    if story.again == "learned":
        say_what_it_is(home, desk.ledger, 1, "cylinder", "api")
    story.odd(home)
    steps = Steps(home, die_at)
    steps.watch(database)
    if story.again == "put back":
        put_back(home, desk.ledger, desk.ledger.filed())
    elif story.again == "corrected":
        say_what_it_is(home, desk.ledger, 1, "cylinder", "api")
    elif story.again == "judged anew":
        go_over(home, desk.ledger, offers)
    elif story.again == "taken back":
        go_back(home, desk.ledger)
    else:
        desk.once(Judge(says=story.says), **story.settings)
    if say:
        print("\n".join(steps.taken))


def _go_on(story: Story, root: Path, die_at: int) -> None:
    """What the next daemon does with a home in which one died, under the same file system."""
    home = Home.of(root, Settings())
    database = Database.open(home.database)
    desk = Desk(home, Ledger(database, home))
    story.odd(home)
    Steps(home, die_at).watch(database)
    desk.once(Judge(says=story.says), **story.settings)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), twice=len(sys.argv) > 3)
