"""Dying with one's parent: a process that is left behind would work for nobody."""

from __future__ import annotations

import os
import signal
from typing import Any


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (prctl(2), PR_SET_PDEATHSIG).

    It is the thread that started this process whose end counts.

    Args:
        parent: the parent's id, as that told it: one that ended before is noticed, too.
    """
    import ctypes

    pr_set_pdeathsig = 1
    libc: Any = ctypes.CDLL(None, use_errno=True)
    libc.prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)
