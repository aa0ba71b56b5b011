from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from config.errors import DataError
from service.cli.commands import app
from service.cli.train import _say_scores
from tests import forked

WITHOUT_KERAS = ("keras", "tensorflow")


def refused(
    folder: Path, *words: str | Path, missing: Sequence[str] = WITHOUT_KERAS
) -> tuple[int, str]:
    """Exit code and the one line of ``pigeonhole train``; it leaves nothing behind."""
    before = sorted(folder.rglob("*"))
    done = forked.run("train", *words, cwd=folder, network=not missing, missing=missing)
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
    for words, code, said in (
        (("--data", "cut.zip"), 10, "cut.zip is a damaged zip file"),
        (("--data", "letters", "--hold-out", "Greek", "--hold-out", "Rune"), 2,
         "--hold-out 'Rune' names no group or class of letters. Did you mean Runes?"),
    ):  # fmt: skip
        found, line = refused(folder, *words, "--out", "run", missing=())
        assert (found, said in line) == (code, True), line


def test_one_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """An answer in broken English is not believed."""
    gate = {"pages": {"wrong": 1, "images": 20}}
    _say_scores({"held-out one-shot": {}, "held-out gate": gate})
    said = capsys.readouterr().out
    assert (
        said == "pages: 1 of 20 held-out images taken for the other side, of pages and drawings\n"
    )


@pytest.mark.parametrize("out", ["x" * 256, f"{'x' * 256}/run", "/proc/run"])
def test_a_place_that_cannot_be_written_is_refused_at_once(folder: Path, out: str) -> None:
    """Minutes of reading and drawing would end in a traceback."""
    code, line = refused(folder, "--data", "letters", "--out", out)
    assert (code, f"--out {out}: " in line) == (2, True), line


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user who may not write")
@pytest.mark.parametrize("mode", [0o000, 0o444, 0o555, 0o333])
def test_a_folder_of_another_user_is_refused_at_once(folder: Path, mode: int) -> None:
    """Hours of training would come before the message."""
    place = folder / "theirs"
    place.mkdir()
    place.chmod(mode)
    folder.chmod(0o755)
    program = (
        "import os, sys; import typer; from pathlib import Path; import config.errors; "
        "from service.cli.train import _refuse_file; os.chdir(sys.argv[1]); os.setgroups([]); "
        "os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)\n"
        "for out in ('theirs', 'theirs/run'):\n"
        "    try: _refuse_file(Path(out)); print('fine')\n"
        "    except config.errors.UsageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, text=True, check=False
    )
    place.chmod(0o755)
    assert done.stderr == ""
    first, second = done.stdout.splitlines()
    assert "--out theirs: theirs cannot be written: permission denied" in first
    # A folder in one that cannot be listed can still be made and written.
    assert ("fine" if mode == 0o333 else "cannot be written: permission denied") in second
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--seed", "-1"), ("--seed", "4294967296"), ("--threads", "100000000000"),
        ("--solids", "inf"), ("--solids", "nan"), ("--solids", "1001"), ("--learning-rate", "nan"),
        ("--learning-rate", "inf"),
    ],
)  # fmt: skip
def test_a_number_out_of_range_is_refused(option: str, value: str) -> None:
    """It would end in a traceback of NumPy or TensorFlow, some of them after minutes."""
    done = CliRunner().invoke(app, ["train", "--data", "letters", option, value])
    assert done.exit_code == 2
    assert option in done.output


def test_the_run_folder_has_a_name_and_the_home_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shortest command of the manual, and one with the home as everywhere, would be refused."""
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(
        app, ["train", "--data", "gone", "--home", "nowhere", "--threads", "1"]
    )
    assert isinstance(done.exception, DataError), done.output
    assert not (folder / "nowhere").exists()
    (folder / "pigeonhole-run").write_text("mine")
    done = CliRunner().invoke(app, ["train", "--data", "letters"])
    assert "--out pigeonhole-run: pigeonhole-run is not a folder" in str(done.exception)
