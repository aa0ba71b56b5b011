from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.stderr import BestEffortStream

ROOT = Path(__file__).resolve().parent.parent.parent


class _Reports:
    """What was reported as lost."""

    def __init__(self) -> None:
        self.made: list[tuple[int, str]] = []

    def __call__(self, lines: int, reason: str) -> None:
        self.made.append((lines, reason))


@pytest.fixture(params=["blocking", "non-blocking"])
def pipe(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A pipe: where it is read, and where it is written."""
    read, write = os.pipe()
    os.set_blocking(write, request.param == "blocking")
    yield read, write
    for descriptor in (read, write):
        try:
            os.close(descriptor)
        except OSError:
            continue


def _fill(stream: BestEffortStream) -> int:
    """Write until nothing more can be written; how many lines were."""
    lines = 0
    while stream._lost == 0:
        stream.write(f"{'x' * 1000}\n")
        lines += 1
    return lines - 1


def test_a_reader_that_does_not_read_is_not_waited_for(pipe: tuple[int, int]) -> None:
    """A log collector that hangs would stop the sorting of scans for ever."""
    read, write = pipe
    stream, reports = BestEffortStream(write, patience=0), _Reports()
    stream.report = reports
    written = _fill(stream)
    stream.write("lost\n")
    assert reports.made == []
    heard = os.read(read, 1 << 20)
    stream.write("heard\n")
    assert reports.made == [(2, "its reader does not read")]
    stream.write("heard again\n")
    assert len(reports.made) == 1
    assert heard.count(b"\n") == written
    assert os.read(read, 1 << 20) == b"heard\nheard again\n"


def test_a_command_waits_for_who_reads_page_by_page(pipe: tuple[int, int]) -> None:
    """Notices would be missing in ``pigeonhole evaluate 2>&1 | less``."""
    read, write = pipe
    stream = BestEffortStream(write, patience=None)
    text = "".join(f"{number}\n" for number in range(50_000))
    writer = threading.Thread(target=stream.write, args=(text,))
    writer.start()
    heard = b""
    while len(heard) < len(text):
        heard += os.read(read, 1 << 16)
    writer.join()
    assert heard.decode() == text
    assert stream._lost == 0


def test_a_line_that_was_cut_off_does_not_run_into_the_next(pipe: tuple[int, int]) -> None:
    """Two lines in one are neither for a person nor for a program."""
    read, write = pipe
    stream = BestEffortStream(write, patience=0)
    stream.report = _Reports()
    stream.write("y" * 200_000 + "\n")
    heard = os.read(read, 1 << 20)
    assert heard.endswith(b"y")
    stream.write("next\n")
    assert os.read(read, 1 << 20) == b"\nnext\n"


def test_what_is_lost_while_a_loss_is_reported_is_not_forgotten(pipe: tuple[int, int]) -> None:
    """The first report would go the way of the lines, and nobody would know of them."""
    read, write = pipe
    stream, reports = BestEffortStream(write, patience=0), _Reports()
    _fill(stream)
    stream.write("lost\n" * 8)

    def refused(_lines: int, _reason: str) -> None:
        os.read(read, 1 << 20)
        stream.write("z" * 200_000 + "\n")

    os.read(read, 1 << 20)
    stream.report = refused
    stream.write("heard\n")
    stream.report = reports
    os.read(read, 1 << 20)
    stream.write("heard\n")
    assert reports.made == [(9, "its reader does not read")]


def test_a_reader_that_has_left_stops_nothing(pipe: tuple[int, int]) -> None:
    """``watch 2>&1 | head`` ended the service with exit code 1."""
    read, write = pipe
    stream = BestEffortStream(write)
    os.close(read)
    stream.write("nobody hears\n")
    assert stream._lost == 1


def test_a_full_disk_stops_nothing() -> None:
    """A full log partition ended the service with exit code 1."""
    with open("/dev/full", "wb", buffering=0) as full:
        stream = BestEffortStream(full.fileno())
        stream.write("one\ntwo\n")
        stream.write("three\n")
        assert stream._lost == 3
        assert stream._reason == os.strerror(28)


def test_lines_are_whole_and_what_is_no_text_is_refused(pipe: tuple[int, int]) -> None:
    """Lines of two processes would mix letter by letter; click asks whether it takes bytes."""
    read, write = pipe
    stream = BestEffortStream(write, encoding="ascii")
    stream.write("half")
    os.set_blocking(read, False)
    with pytest.raises(BlockingIOError):
        os.read(read, 10)
    stream.write(" ä\udcff\n")
    assert os.read(read, 100) == b"half \\xe4\\udcff\n"
    with pytest.raises(TypeError):
        stream.write(b"bytes")  # type: ignore[arg-type]


LOGS = """
import logging, os, sys, warnings
from config.stderr import secure_streams
secure_streams()
import structlog
from config.logs import configure_logging
from config.settings import Settings
configure_logging(Settings(log_format="json"))
for _ in range(3):
    structlog.get_logger().info("filed", file="a.png")
logging.getLogger("uvicorn.error").error("lost %d", 7)
logging.getLogger("odd").error("%d", "no number")
warnings.warn("odd")
sys.stderr.write("a notice\\n")
os.dup2(1, 2)
structlog.get_logger().info("heard")
"""


@pytest.mark.parametrize("how", ["full", "closed", "reader gone"])
def test_logging_never_ends_a_process(how: str) -> None:
    """The service ended with exit code 1 when its log could not be written."""
    read, nobody_reads = os.pipe()
    os.close(read)
    with open("/dev/full", "wb") as full:
        stderr = {"full": full.fileno(), "closed": None, "reader gone": nobody_reads}[how]
        shut = "2>&-" if how == "closed" else ""
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -c "$1" {shut}', sys.executable, LOGS],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, check=False, text=True,
        )  # fmt: skip
    os.close(nobody_reads)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert '"event": "heard"' in lines[0]
    if how != "closed":  # then nobody was to hear them
        assert '"event": "log lines could not be written"' in lines[1]
        assert '"lines": ' in lines[1]


def test_a_closed_stderr_is_no_place_for_a_file() -> None:
    """The ledger would be opened as descriptor 2, and a decoder's warning written into it."""
    program = """
import os, sys
from config.stderr import secure_streams
secure_streams()
assert os.open("/etc/hostname", os.O_RDONLY) > 2
assert os.readlink("/proc/self/fd/2") == os.readlink("/proc/self/fd/0") == "/dev/null"
sys.stdout.write("said")
sys.stderr.write("said")
assert sys.stdin.read() == ""
"""
    command = 'exec "$0" -c "$1" 0<&- 1>&- 2>&-'
    done = subprocess.run(["sh", "-c", command, sys.executable, program], cwd=ROOT, check=False)
    assert done.returncode == 0
