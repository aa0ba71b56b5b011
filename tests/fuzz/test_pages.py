from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.page.formats import Kind
from models.page.read import Document, read_pages
from tests.fuzz.child import REPOSITORY, Answer, Bounds, Child
from tests.fuzz.findings import KEPT, Findings, normal
from tests.fuzz.pages import fuzz, made
from tests.fuzz.seeds import OTHER, by_kind, drawn
from tests.service.fakes import LIMITS


def test_a_damaged_file_is_never_more_than_a_fault(tmp_path: Path) -> None:
    """One file would end its worker, three times, and all others would wait for it."""
    found = fuzz(drawn(), iter(range(500)), seed=0, out=tmp_path / "out", bounds=Bounds())
    assert not found.wrong, found.kept
    assert found.executions == 500
    # It is no use if everything ends at the first byte.
    assert found.outcomes["document of one page"] > 50
    assert len(found.outcomes) > 15


def test_the_files_to_begin_with_are_whole() -> None:
    """Damage to what is damaged already would never reach the decoders."""
    seeds = by_kind(drawn())
    assert set(seeds) == {*Kind, OTHER}
    for kind, alike in seeds.items():
        for seed in alike:
            found = read_pages(seed.data, LIMITS)
            assert isinstance(found, Document) == (kind != OTHER), (seed.name, found)


def test_a_finding_can_be_made_again() -> None:
    """Nobody could mend what was found yesterday."""
    seeds, again = by_kind(drawn()), by_kind(drawn())
    files = [made(seeds, 3, number) for number in range(50)]
    assert files == [made(again, 3, number) for number in range(50)]
    assert files != [made(seeds, 4, number) for number in range(50)]


@pytest.fixture(scope="module")
def bad_child() -> Iterator[Child]:
    """A reader with every fault that is looked for."""
    with Child("badly", Bounds(memory=64 << 20, seconds=0.5)) as child:
        yield child


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"crash", "crash by SIGSEGV"),
        (b"x", "crash with exit code 3"),
        (b"hang", "hang"),
        (b"raise", "raised ValueError('nobody thought of this')"),
        (b"enormous", "memory asked for more than there is"),
        (b"wrong", "wrong two numbers of pages"),
    ],
)
def test_what_is_looked_for_is_seen(
    bad_child: Child, tmp_path: Path, data: bytes, said: str
) -> None:
    """A run that finds nothing would say nothing."""
    path = tmp_path / "scan"
    path.write_bytes(data)
    assert bad_child.read(path).said == said
    path.write_bytes(b"good")
    assert bad_child.read(path).said == "document of one page", "the next file is read"


def test_memory_that_is_given_back_is_seen(bad_child: Child, tmp_path: Path) -> None:
    """OpenCV hides that it was refused memory, and so what it asked for."""
    path = tmp_path / "scan"
    path.write_bytes(b"much memory")
    assert 1 << 26 < bad_child.read(path).bytes < 2 << 27
    path.write_bytes(b"good")
    assert bad_child.read(path).bytes < 1 << 26


def test_what_libraries_print_is_counted_and_no_answer(bad_child: Child, tmp_path: Path) -> None:
    """Libtiff says every error twice: lines without end, or answers that are none."""
    path = tmp_path / "scan"
    path.write_bytes(b"print")
    for _ in range(2):
        answer = bad_child.read(path)
        assert answer.said == "document of one page"
        assert answer.printed.count("\n") == 3


def test_findings_are_kept_with_what_was_said_of_them(tmp_path: Path) -> None:
    """A crash would be known by its number alone; or the disk be full of the same one."""
    found = Findings(tmp_path / "out", memory=1000)
    for number in range(KEPT + 3):
        found.note(number, "a.png + b.png", b"bytes", Answer("crash by SIGSEGV", printed="at x"))
    found.note(90, "a.png + b.png", b"large", Answer("document of one page", bytes=1001))
    found.note(91, "a.png + b.png", b"fine", Answer("fault decode: is broken", seconds=2.0))
    told = json.loads(json.dumps(found.told()))
    assert told["wrong"] == {"crash by SIGSEGV": KEPT + 3, "memory": 1}
    assert (told["crash"], told["memory"], told["hang"]) == (KEPT + 3, 1, 0)
    assert (told["slowest_seconds"], told["slowest_number"]) == (2.0, 91)
    assert len(told["kept"]) == KEPT + 1
    first = Path(told["kept"][0])
    assert first.read_bytes() == b"bytes"
    note = first.with_name(first.name + ".txt").read_text()
    assert "a.png + b.png" in note
    assert "at x" in note


def test_outcomes_that_differ_in_numbers_are_one() -> None:
    """A list of a thousand sizes hides the one line that matters."""
    told = {normal(f"fault limits: page {n} has {n} x {-n} pixels, b'\\x{n}'") for n in (1, 77)}
    assert told == {"fault limits: page # has # pixels, b'…'"}


def test_the_program_says_what_it_did(tmp_path: Path) -> None:
    """What make fuzz calls."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.pages", "--executions", "3", "--first", "7", "--json",
         "--out", tmp_path, "--corpus", tmp_path],
        cwd=REPOSITORY, env=os.environ, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["executions"] == 3
