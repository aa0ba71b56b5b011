from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import forked


def run(*words: str | Path, missing: Sequence[str] = ()) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``pigeonhole evaluate``."""
    done = forked.run("evaluate", *words, network=True, missing=missing)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An evaluation folder, of files that are no images."""
    for name in ("support/cat/a.png", "queries/cat/b.png"):
        path = tmp_path / "cats" / name
        path.parent.mkdir(parents=True)
        path.write_text("no picture")
    return tmp_path / "cats"


def test_each_mistake_has_its_code_and_one_line(folder: Path, tmp_path: Path) -> None:
    """A script could not tell a mistyped folder from a bad network; a person would see a traceback."""
    (tmp_path / "letter.html").write_text("Dear Ada")
    (tmp_path / "nothing").mkdir()
    for words, code, said in (
        ([tmp_path / "gone"], 10, "gone cannot be opened"),
        ([tmp_path / "nothing"], 10, "no evaluation folder"),
        ([folder, "--home", tmp_path / "gone"], 4, "there is no home"),
        ([folder, "--out", tmp_path / "letter.html"], 2, "is not a report"),
        ([folder, "--out", tmp_path / "gone" / "x.html"], 2, "is not a folder"),
    ):
        found, out, err = run(*words)
        assert (found, out, said in err, err.count("\n")) == (code, "", True, 1), (words, err)
        assert err.startswith("pigeonhole: ")
    assert (tmp_path / "letter.html").read_text() == "Dear Ada"


def test_a_report_without_plotly_says_so_before_any_work(folder: Path, tmp_path: Path) -> None:
    """The light installation would fail with an ImportError, after minutes."""
    code, out, err = run(folder, "--out", tmp_path / "report.html", missing=["plotly"])
    assert (code, out) == (2, "")
    assert "pip install 'pigeonhole[web]'" in err
    assert not (tmp_path / "report.html").exists()
    # Without a report nothing needs it: this gets as far as the network and the images.
    code, out, err = run(folder, missing=["plotly"])
    assert (code, out) == (10, "")
    assert "can be read" in err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('{"format": 1, "plan": {"epochs": 9}}', "it has come to epoch 0 of 9"),
        ('{"format": 1, "join": {}}', "it has no siamese.manifest.json"),
    ],
)
def test_a_run_that_is_not_finished_is_told(
    folder: Path, tmp_path: Path, settings: str, said: str
) -> None:
    """A person would look for a lost file, and the training only needs to go on."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "settings.json").write_text(settings)
    code, out, err = run(folder, "--weights", tmp_path / "run")
    assert (code, out, err.count("\n")) == (7, "", 1)
    assert f"the training in {tmp_path / 'run'} is not finished" in err
    assert said in err
    assert "Give the command that began it again" in err
    (tmp_path / "run" / "settings.json").write_text("{")
    code, out, err = run(folder, "--weights", tmp_path / "run")
    assert (code, out, err.count("\n")) == (7, "", 1)
    assert "settings.json is not the settings of a run. Name a finished run with --weights" in err


def test_weights_that_are_none_are_told(folder: Path, tmp_path: Path) -> None:
    """Another network than the one that was named would be measured."""
    code, _, err = run(folder, "--weights", tmp_path)
    assert code == 7
    assert str(tmp_path / "siamese.manifest.json") in err
    assert err.count("\n") == 1


def test_a_report_that_could_not_be_written_is_told_before_any_work(
    folder: Path, tmp_path: Path
) -> None:
    """Minutes of work would be lost for a mistyped name."""
    before = sorted(tmp_path.rglob("*"))
    for out in (Path("/proc/report.html"), tmp_path / f"{'x' * 250}.html", tmp_path / ("y" * 251)):
        code, said, err = run(folder, "--out", out)
        assert (code, said, err.count("\n")) == (2, "", 1), err
        assert "cannot be written: " in err
    assert sorted(tmp_path.rglob("*")) == before


def test_weights_of_a_name_that_no_system_takes_are_told(folder: Path) -> None:
    """A person would see a traceback."""
    code, _, err = run(folder, "--weights", "x" * 300)
    assert (code, err.count("\n")) == (7, 1)
    assert "File name too long" in err
