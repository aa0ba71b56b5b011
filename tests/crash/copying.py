"""Processes that die while a home is saved or restored: one at each call to the operating system.

Called as ``copying.py backup|restore ROOT FIRST STEP``: ``ROOT/home`` is saved as
``ROOT/<n>/x.tar.gz``, or ``ROOT/x.tar.gz`` restored to ``ROOT/<n>/new``, by a process that is killed
just before its n-th call that opens, reads, syncs, links, renames or removes something; for n = FIRST, FIRST +
STEP …, until one comes to the end. Prints how many died.
"""

from __future__ import annotations

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
from service.desk.backup.restoring import restore
from service.desk.backup.saving import back_up

CALLS = frozenset({
    "open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime",
    "sqlite3.connect", "fcntl.flock", "shutil.rmtree",
})  # fmt: skip


def main(what: str, root: Path, first: int, step: int) -> None:
    """Let processes die until one does not."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Once to the end: what is imported late is imported by then, and makes no steps.
    _act(what, root, root / "0")
    for number in count(first, step):
        (root / str(number)).mkdir()
        child = os.fork()
        if child == 0:
            _die_at(number + 1)  # one is counted for the folder, which is there
            _act(what, root, root / str(number))
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended):
            assert os.WEXITSTATUS(ended) == 0
            print(len(range(first, number, step)))
            return
        assert os.WTERMSIG(ended) == signal.SIGKILL, ended


def _act(what: str, root: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    if what == "backup":
        back_up(Home.of(root / "home", Settings()), folder / "x.tar.gz", with_files=True)
    else:
        restore(root / "x.tar.gz", folder / "new")


def _die_at(number: int) -> None:
    left = number

    def hook(event: str, _arguments: tuple[Any, ...] = ()) -> None:
        nonlocal left
        if event in CALLS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any) -> Any:
            hook("open")
            return call(*arguments)

        return counting

    sys.addaudithook(hook)
    os.read, os.fsync = counted(os.read), counted(os.fsync)  # those are not audited


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
