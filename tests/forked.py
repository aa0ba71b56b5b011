"""Run ``pigeonhole`` as a person does, in a process that was forked instead of started.

Most of the time of a short command goes into its imports. A server process has done them, and forks
for each command, which has its own arguments, environment, working directory, streams and exit code.
What the start itself does is tested by the tests that start the command.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

COMMAND = Path(sys.executable).with_name("pigeonhole")
_REPOSITORY = Path(__file__).parents[1]
_IMPORTED = (
    "alembic.command", "rich.table", "service.cli.commands", "service.daemon.daemon",
    "service.desk.doctor", "storage.ledger",
)  # fmt: skip
_LONGEST = 1 << 20
"""Bytes of a request."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended; ``stdout`` is empty where it was given another one."""

    returncode: int
    stdout: str
    stderr: str


def run(
    *words: str | Path,
    cwd: str | Path | None = None,
    env: dict[str, str] | None = None,
    stdout: int | None = None,
    network: bool = False,
    missing: Sequence[str] = (),
) -> Done:
    """Run ``pigeonhole`` with these words, its standard input empty.

    Args:
        words: of the command line.
        cwd: its working directory; else that of this process.
        env: what its environment has beside that of this process.
        stdout: a descriptor that it writes to; else its output is returned.
        network: whether the command uses the network: TensorFlow is imported already then.
        missing: packages that are not installed for it.
    """
    asked = {
        "words": [os.fspath(word) for word in words],
        "cwd": os.fspath(cwd or Path.cwd()),
        "env": os.environ | (env or {}),
        "missing": list(missing),
    }
    server = _server(network)
    read, write = os.pipe()
    with (
        open(os.devnull, "rb") as nothing,
        open(read, "rb") as out,
        tempfile.TemporaryFile() as err,
    ):
        streams = [nothing.fileno(), write if stdout is None else stdout, err.fileno()]
        socket.send_fds(server, [json.dumps(asked).encode()], streams)
        os.close(write)
        answered = out.read().decode()
        code = server.recv(_LONGEST)
        assert code, "the server process has died"
        err.seek(0)
        return Done(int(code), answered, err.read().decode())


@functools.cache
def _server(network: bool) -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(theirs.fileno()), *["network"] * network],
            cwd=_REPOSITORY, pass_fds=[theirs.fileno()],
            # A fork has only the thread that forked: no library may start another one before.
            env=os.environ | {"PYTHONPATH": str(_REPOSITORY), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _serve(requests: socket.socket, *, network: bool) -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    if network:
        importlib.import_module("tests.keras_once")
    assert len(os.listdir("/proc/self/task")) == 1
    while True:
        asked, streams, _, _ = socket.recv_fds(requests, _LONGEST, 3)
        if not asked:
            return
        child = os.fork()
        if child == 0:
            gc.freeze()  # a collection would copy all that this process shares with its parent
            requests.close()
            _become(json.loads(asked), streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        requests.send(b"%d" % os.waitstatus_to_exitcode(status))


def _become(asked: dict[str, Any], streams: list[int]) -> NoReturn:
    """Be the command, and end as it does."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as long as the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.argv = [str(COMMAND), *asked["words"]]
    sys.modules.update(dict.fromkeys(asked["missing"]))
    # The processes that it starts import this, and its usage message names it.
    main = sys.modules["__main__"]
    main.__spec__, main.__package__, main.__file__ = None, "", str(COMMAND)
    code = 1
    try:
        importlib.import_module("service.cli.main").main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with closing(socket.socket(fileno=int(sys.argv[1]))) as _requests:
        _serve(_requests, network=len(sys.argv) > 2)
