"""The child: reads one file after another, within limits, and says what became of each.

Called as ``python -m tests.fuzz.reading NAME MEMORY SECONDS PIXELS``: ``NAME`` is one of `READERS`.
Paths come in on stdin, one a line; a line of JSON answers each on stdout. Whatever C libraries
print goes to stderr.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from models.page.hashing import hash_file
from models.page.limits import Limits
from models.page.read import Document, read_scan
from models.page.scan import Fault, Scan

LEAST_SIDE = 24
"""Small, so that drawn pages of 80 pixels are decoded reduced by 2, too."""

_MORE = 2 << 30

Reader = Callable[[Scan, Limits], str]
"""What became of a file: "document …", "fault …" or, when something is wrong, "wrong …"."""


def read_both_ways(scan: Scan, limits: Limits) -> str:
    """Read whole, as for a ticket, and the first page reduced, as a scan is judged."""
    whole = read_scan(scan, limits)
    first = read_scan(scan, limits, least_side=LEAST_SIDE, first_only=True)
    for found in (whole, first):
        if isinstance(found, Document) and (wrong := _wrong(found, limits, found is first)):
            return f"wrong {wrong}"
    if isinstance(whole, Document):
        if isinstance(first, Fault):
            return f"wrong the whole is read, its first page is not: {first.stage}, {first.reason}"
        if whole.n_pages != first.n_pages:
            return "wrong two numbers of pages"
        return f"document of {'one page' if whole.n_pages == 1 else 'several pages'}"
    early = ", ends early" if whole.truncated else ""
    only = ", but its first page is read" if isinstance(first, Document) else ""
    return f"fault {whole.stage}: {whole.reason}{early}{only}"


def _wrong(document: Document, limits: Limits, first_only: bool) -> str:
    """What a page may not be, whatever the bytes were."""
    if not 1 <= document.n_pages <= limits.max_pages:
        return "number of pages"
    if len(document.pages) != (1 if first_only else document.n_pages):
        return "pages are missing"
    for page in document.pages:
        pixels = page.pixels
        if pixels.dtype != np.uint8 or pixels.ndim != 2 or not pixels.flags.c_contiguous:
            return f"pixels are {pixels.dtype} of shape {pixels.shape}"
        if not 1 <= pixels.size <= limits.max_image_pixels:
            return "number of pixels"
    return ""


def _read_badly(scan: Scan, _limits: Limits) -> str:
    """A reader with every fault that is looked for, by the first byte of the file."""
    match scan.path.read_bytes()[:1]:
        case b"c":
            ctypes.string_at(0)
        case b"h":
            while True:
                pass
        case b"r":
            raise ValueError("nobody thought of this")
        case b"m":
            np.ones(1 << 27, np.uint8)
        case b"e":
            np.ones(1 << 40, np.uint8)
        case b"x":
            os._exit(3)
        case b"w":
            return "wrong two numbers of pages"
        case b"p":
            os.write(2, b"libfoo: a line\nlibfoo: another\n")
            os.write(1, b"printed by a library\n")
    return "document of one page"


READERS: dict[str, Reader] = {"pages": read_both_ways, "badly": _read_badly}


def serve(read: Reader, *, memory: int, seconds: float, limits: Limits) -> None:
    """Answer until stdin ends."""
    # What a C library prints must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    # Where it is when it dies: descriptor 2 is turned away while a decoder is at work.
    faulthandler.enable(os.dup(2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cv2.setNumThreads(1)
    # More than is allowed: a decoder that is refused may hide it, one that takes it is seen.
    room = _number_in("/proc/self/statm") * resource.getpagesize() + memory + _MORE
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    for line in sys.stdin:
        before = _forget_peak()
        # Time of the processor, not of the clock: a busy machine makes no file a hang. The
        # signal's default ends this process even while it is in a decoder.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        begun = time.process_time()
        try:
            said = read(_scan_of(Path(line.removesuffix("\n"))), limits)
        except MemoryError:
            said = "memory asked for more than there is"
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            said = f"raised {error!r}"
        took = time.process_time() - begun
        signal.setitimer(signal.ITIMER_PROF, 0)
        answer = {"said": said, "seconds": took, "bytes": max(0, _peak() - before)}
        answers.write(json.dumps(answer) + "\n")


def _scan_of(path: Path) -> Scan:
    state = path.lstat()
    sha256 = hash_file(os.fspath(path), state)
    assert sha256 is not None
    return Scan(path, sha256, state.st_size)


def _forget_peak() -> int:
    """Bytes in memory now; the greatest number that is counted starts here (proc(5), clear_refs)."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return _peak()


def _peak() -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))


def _number_in(path: str) -> int:
    with open(path) as file:
        return int(file.read().split()[0])


if __name__ == "__main__":
    serve(
        READERS[sys.argv[1]],
        memory=int(sys.argv[2]),
        seconds=float(sys.argv[3]),
        limits=Limits(max_image_pixels=int(sys.argv[4]), max_file_bytes=2 * 4 << 20, max_pages=20),
    )
