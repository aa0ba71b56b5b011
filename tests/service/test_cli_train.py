from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from service.cli.train import _say_scores

WITHOUT_KERAS = (
    "import sys; sys.modules['keras'] = sys.modules['tensorflow'] = None; "
    "from service.cli.main import main; main()"
)


def refused(folder: Path, *words: str | Path, program: str = WITHOUT_KERAS) -> tuple[int, str]:
    """Exit code and the one line of ``pigeonhole train``; it leaves nothing behind."""
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", program, "train", *words],
        cwd=folder, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("pigeonhole: ")
    assert sorted(folder.rglob("*")) == before
    return done.returncode, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three alphabets of two letters, a zip file that was cut short, and a note."""
    for name in ("Latin/a", "Latin/b", "Greek/c", "Greek/d", "Runes/e", "Runes/f"):
        place = tmp_path / "letters" / name
        place.mkdir(parents=True)
        for number in range(4):
            cv2.imwrite(str(place / f"{number}.png"), np.full((30, 30), 255, np.uint8))
    with zipfile.ZipFile(tmp_path / "cut.zip", "w") as archive:
        archive.writestr("a/1.png", bytes(2000))
    (tmp_path / "cut.zip").write_bytes((tmp_path / "cut.zip").read_bytes()[:1000])
    (tmp_path / "notes.txt").write_text("Dear Ada")
    (tmp_path / "link").symlink_to("gone")
    return tmp_path


@pytest.mark.parametrize(
    ("out", "blames"),
    [("notes.txt", "notes.txt"), ("notes.txt/a/b", "notes.txt"), ("link", "link")],
)
@pytest.mark.parametrize("half", [(), ("--eye", "runs/eye", "--pages", "pages")])
def test_a_file_is_no_place_for_a_run(
    folder: Path, out: str, blames: str, half: tuple[str, ...]
) -> None:
    """Minutes of reading and drawing would come before the message, which would name no file."""
    code, line = refused(folder, "--data", "letters", "--out", out, *half)
    assert (code, f"--out {out}: {blames} is not a folder" in line) == (2, True), line


def test_a_value_out_of_range_is_told_before_keras_is_loaded(folder: Path) -> None:
    """A person would wait for seconds for each try."""
    code, line = refused(folder, "--data", "letters,held=1.5", "--out", "run")
    assert code == 2
    assert "--data letters,held=1.5: 'held=1.5' is not a number in [0, 1)." in line


def test_broken_data_and_mistyped_names_are_one_line(folder: Path) -> None:
    """A person would look for the fault in the wrong place, or find it after hours."""
    program = "from service.cli.main import main; main()"
    for words, code, said in (
        (("--data", "cut.zip"), 10, "cut.zip is a damaged zip file"),
        (("--data", "letters", "--hold-out", "Greek", "--hold-out", "Rune"), 2,
         "--hold-out 'Rune' names no group or class of letters. Did you mean Runes?"),
    ):  # fmt: skip
        found, line = refused(folder, *words, "--out", "run", program=program)
        assert (found, said in line) == (code, True), line


def test_one_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer in broken English is not believed."""
    gate = {"pages": {"wrong": 1, "images": 20}}
    _say_scores({"held-out one-shot": {}, "held-out gate": gate})
    said = capsys.readouterr().out
    assert (
        said == "pages: 1 of 20 held-out images taken for the other side, of pages and drawings\n"
    )
