"""Odd, broken and dangerous files are dropped all at once: what image libraries test themselves with."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.filing.notes import ENDING
from tests.fuzz.seeds import drawn
from tests.journeys.running import COMMAND, Service

MOST_MEMORY = 2 << 30
"""Bytes that no process of the service may have resident, whatever it is given."""
MOST_TIME = 280.0

# Of all processes that it starts and they start, the largest: of a command's children, since a
# process counts as large as the one that started it.
_LARGEST = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run of ``watch --once``.

    Attributes:
        service: whose home it was.
        dropped: how many files there were of each sha256.
        code: its exit code.
        said: all that it printed.
        largest: bytes, of its largest process.
    """

    service: Service
    dropped: Counter[str]
    code: int
    said: str
    largest: int


def sha256_of(path: Path) -> str:
    """Of the file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bombs() -> dict[str, bytes]:
    """Small files that ask for 2 GB; found by the fuzzer, and at the edge of the settings."""
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 40, 40, 8, 0, 0, 0, 0)
    header += struct.pack(">I", zlib.crc32(header[4:]))
    end = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))
    lie = struct.pack(">I4s", 0x7FFFFFFF, b"IDAT") + bytes(50)
    canvas = bytearray(next(seed.data for seed in drawn() if seed.name == "animated.webp"))
    for at, side in ((24, 12_000), (27, 12_500)):
        canvas[at : at + 3] = (side - 1).to_bytes(3, "little")
    return {
        "bombs/lie.png": b"\x89PNG\r\n\x1a\n" + header + end + lie,
        "bombs/canvas.webp": bytes(canvas),
    }


def files_in(*folders: Path) -> list[Path]:
    """Every file below, hidden ones too."""
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def ended(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The whole folder was dropped, and a few bombs; all of it is closed."""
    hostile = real_data / "hostile"
    if not hostile.is_dir():
        pytest.skip("there is no folder 'hostile' among the real scans")
    service = Service(tmp_path_factory.mktemp("hostile") / "home", {"job_timeout": "60"})
    inbox = service.home / "inbox"
    inbox.mkdir(parents=True)
    found = {str(path.relative_to(hostile)): path.read_bytes() for path in files_in(hostile)}
    for name, data in (found | bombs()).items():
        place = inbox / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    dropped = Counter(map(sha256_of, files_in(inbox)))
    done = subprocess.run(
        [
            sys.executable, "-c", _LARGEST,
            COMMAND, "--home", service.home, "watch", "--once", "--no-web", "--workers", "2",
        ],
        env=service.environment, capture_output=True, text=True, errors="replace",
        timeout=MOST_TIME, check=True,
    )  # fmt: skip
    code, kilobytes = done.stdout.split()[-2:]
    return Ended(service, dropped, int(code), done.stdout + done.stderr, int(kilobytes) * 1024)


def test_every_file_is_accounted_for(ended: Ended) -> None:
    """One strange file among hundreds would be missing, and nobody would know which."""
    assert ended.dropped.total() >= 425
    home = ended.service.home
    folders = [home / name for name in ("inbox", "sorted", "review", "failed", "duplicates")]
    kept = [path for path in files_in(*folders) if not path.name.endswith(ENDING)]
    assert Counter(map(sha256_of, kept)) == ended.dropped
    assert not files_in(home / "inbox"), "nothing there is to be ignored"
    assert not [path for path in kept if path.name.startswith(".")], "half done"


def test_every_file_has_one_closed_row_that_says_where_it_is(ended: Ended) -> None:
    """The table that people query would tell of files that are elsewhere, or twice."""
    rows = ended.service.ask("SELECT inbox_path, state, sha256, destination, error FROM results")
    assert Counter(sha256 for _, _, sha256, _, _ in rows) == ended.dropped
    assert len({path for path, *_ in rows}) == len(rows)
    for path, state, sha256, destination, error in rows:
        assert state in {"filed", "review", "failed"}, path
        assert sha256_of(ended.service.home / destination) == sha256, path
        assert bool(error) == (state == "failed"), path
    ended.service.run("verify")


def test_what_failed_lies_beside_the_reason(ended: Ended) -> None:
    """Who finds a file in the failed folder would not know what to do about it."""
    rows = ended.service.ask("SELECT destination, sha256 FROM results WHERE state = 'failed'")
    assert rows
    for destination, sha256 in rows:
        note = json.loads((ended.service.home / (destination + ENDING)).read_text())
        assert note["sha256"] == sha256
        assert note["reason"]
        assert note["what_to_do"]
    assert len(rows) == len([path for path in files_in(ended.service.home) if ENDING in path.name])


def test_most_of_what_an_image_program_opens_is_sorted(ended: Ended) -> None:
    """Nothing would be lost, and nothing be of use, if every file failed."""
    ((judged,),) = ended.service.ask("SELECT count(*) FROM results WHERE state <> 'failed'")
    assert judged >= 225


def test_the_service_says_that_some_failed_and_nothing_worse(ended: Ended) -> None:
    """A traceback tells people nothing, and a worker that dies takes its neighbours' time."""
    assert ended.code == 1
    assert "Traceback" not in ended.said
    lines = [json.loads(line) for line in ended.said.splitlines() if line.startswith("{")]
    worse = [
        line for line in lines
        if line.get("level") in {"error", "critical"} or "died" in line.get("reason", "")
    ]  # fmt: skip
    assert worse == []


def test_no_file_takes_more_memory_than_a_small_machine_has(ended: Ended) -> None:
    """One picture would bring down the service, and with it whatever else runs there."""
    assert 100 << 20 < ended.largest < MOST_MEMORY
