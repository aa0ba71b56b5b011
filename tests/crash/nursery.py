"""Processes that die: a daemon for each step of a story, each in a home of its own.

Called as ``nursery.py STORY ROOT``: makes ``ROOT/<n>`` for the daemon that dies at step n, from 1 on,
until one comes to the end; prints that one's steps, one a line. What is imported once serves all:
each daemon is a fork of this process, which has no threads.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from itertools import count
from pathlib import Path

import structlog

from config.home import Home
from config.settings import Settings
from service.desk.recalling import put_back
from storage.database import Database
from storage.ledger import Ledger
from tests.crash.steps import Steps
from tests.crash.stories import STORIES, Story
from tests.service.fakes import Desk, Judge


def main(name: str, root: Path) -> None:
    """Tell the story again and again, each time up to a later step."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for number in count(1):
        child = os.fork()
        if child == 0:
            _tell(STORIES[name], root / str(number), number)
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended):
            sys.exit(os.WEXITSTATUS(ended))
        if os.WTERMSIG(ended) != signal.SIGKILL:
            sys.exit(f"step {number}: ended by signal {os.WTERMSIG(ended)}")


def _tell(story: Story, root: Path, die_at: int) -> None:
    code = 1
    try:
        home = Home.of(root, Settings())
        home.lay_out()
        home.support.mkdir()
        for place, content in story.files.items():
            path = home.root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        database = Database.open(home.database)
        desk = Desk(home, Ledger(database, home))
        if story.back:
            desk.once(Judge(), **story.settings)
        steps = Steps(home, die_at)
        story.refuse(home)
        steps.watch(database)
        if story.back:
            put_back(home, desk.ledger, desk.ledger.filed())
        else:
            desk.once(Judge(), **story.settings)
        print("\n".join(steps.taken))
        sys.stdout.flush()
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
