"""Record every operation by which a process changes a folder, with strace.

strace sees what nobody thought of patching: SQLite's own writes and syncs, the folders it syncs, and
what libraries do.
"""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from storage.filing import syncing
from tests.power.disk import Disk
from tests.power.history import History, holds_the_same
from tests.power.syscalls import Call, calls

_BEGINS = ".story-begins"
"""The process creates a file beside the folder, with this ending, at the moment from which on it counts."""

_TRACED = (
    "open", "openat", "creat", "write", "pwrite64", "writev", "pwritev", "pwritev2", "lseek",
    "truncate", "ftruncate", "fallocate", "copy_file_range", "sendfile", "fsync", "fdatasync",
    "sync", "syncfs", "sync_file_range", "link", "linkat", "symlink", "symlinkat", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
)  # fmt: skip
_LONGEST = 1 << 24  # bytes of one write
_PR_SET_PTRACER = 0x59616D61
_ANYBODY = -1


class NotTraceableError(Exception):
    """There is no strace here, or it may not trace."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a process did.

    Attributes:
        root: the folder, as the process left it.
        kept: holds each file that was there before or after under its inode number: the ledger
            knows that number, so a folder that is laid out anew must have the same files.
        history: its changes and syncs.
    """

    root: Path
    kept: Path
    history: History


def record(
    root: Path,
    play: Callable[[Callable[[], None]], None],
    *,
    killed: Callable[[], None] | None = None,
) -> Recording:
    """Have a forked process change a folder, and record how.

    Args:
        root: the folder; whatever is in it is durable.
        play: what that process does. It is given a function to call at the moment from which on
            power may be lost; what was not synced by then may still be missing later.
        killed: what another process did before, which may have been killed over it.

    Raises:
        NotTraceableError: nothing can be recorded here.
        UnmodelledError: it did something that the model of a disk does not know.
    """
    if shutil.which("strace") is None:
        raise NotTraceableError("strace is not installed")
    kept = root.with_name(f"{root.name}.kept")
    kept.mkdir(exist_ok=True)
    _keep(root, kept)
    initial = Disk.of(root)
    trace = root.with_name(f"{root.name}.strace")
    mark = root.with_name(root.name + _BEGINS)
    mark.unlink(missing_ok=True)  # one that exists is not opened
    recorded = [] if killed is None else _traced(trace, killed, may_die=True)
    earlier = len(recorded)
    recorded += [
        replace(call, began=call.began + earlier)
        for call in _traced(trace, lambda: play(mark.touch))
    ]
    _keep(root, kept)
    history = History.of(root, initial, recorded, _begins(recorded))
    if not holds_the_same(history.final, Disk.of(root)):
        raise RuntimeError("the recorded operations do not lead to what stands there")
    return Recording(root, kept, history)


def _traced(trace: Path, play: Callable[[], None], *, may_die: bool = False) -> list[Call]:
    ready, go = os.pipe()
    child = os.fork()
    if child == 0:
        _play(play, ready)
    said = ""
    try:
        with subprocess.Popen(
            [
                *("strace", "-f", "-y", "-xx", "-s", str(_LONGEST), "-o", trace),
                *("-e", f"trace={','.join(f'?{name}' for name in _TRACED)}", "-e", "signal=none"),
                *("-p", str(child)),
            ],
            stderr=subprocess.PIPE, text=True,
        ) as tracer:  # fmt: skip
            assert tracer.stderr is not None
            said = tracer.stderr.readline()
            if "attached" not in said:
                os.kill(child, signal.SIGKILL)
                raise NotTraceableError(f"strace may not trace here: {said.strip()}")
            os.write(go, b"!")
            said = tracer.stderr.read()
    finally:
        os.close(go)
        os.close(ready)
        _, code = os.waitpid(child, 0)
    if code != 0 and not (may_die and os.WIFSIGNALED(code)):
        raise RuntimeError(f"the recorded process ended with {code}: {said}")
    with trace.open() as lines:
        recorded = list(calls(lines))
    trace.unlink()
    return recorded


def _play(play: Callable[[], None], ready: int) -> None:
    """Play in this process, once the recorder is there, and end."""
    gc.freeze()  # a collection would copy all that this process shares with its parent
    code = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
        os.read(ready, 1)
        syncing.AT_ONCE = 1  # one after the other: the same recording each time
        play()
        code = 0
    finally:
        os._exit(code)


def _keep(root: Path, kept: Path) -> None:
    for path in root.rglob("*"):
        place = kept / str(path.lstat().st_ino)
        if path.is_file() and not place.exists():
            os.link(path, place)


def _begins(recorded: Sequence[Call]) -> int:
    for number, call in enumerate(recorded):
        if any(isinstance(one, bytes) and one.endswith(_BEGINS.encode()) for one in call.arguments):
            return number
    raise ValueError("the process never said where it begins")
