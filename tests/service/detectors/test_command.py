"""The command in this process, where Keras is there already."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from config.errors import DataError, PigeonholeError
from config.home import Home
from models.detector.saved.manifest import MANIFEST_FILE
from service.cli.commands import app
from tests.service.detectors.pictures import CLASS, cones, scenes


def run(home: Home, *words: str | Path) -> Result:
    """What ``pigeonhole detector`` answers."""
    done = CliRunner().invoke(app, ["--home", str(home.root), "detector", *map(str, words)])
    if done.exception is not None:
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def objects(done: Result) -> list[dict[str, Any]]:
    """The JSON objects it printed, one a line, of finite numbers."""

    def refuse(word: str) -> None:
        raise ValueError(word)

    return [json.loads(line, parse_constant=refuse) for line in done.stdout.splitlines()]


def test_transfer_without_weights_is_skipped_and_changes_nothing(
    home: Home, cone_folder: Path, other_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback of Keras, or a detector of nothing."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    done = run(home, "train", CLASS, "--positives", cone_folder, "--others", other_folder,
               "--approach", "transfer", "--json")  # fmt: skip
    assert done.stdout == ""
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("transfer is skipped"))
    assert "Bring mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5" in line
    assert "--weights" in line
    assert done.stderr.endswith(
        "cone is not trained: no approach is left, and nothing is changed\n"
    )
    assert list(home.detectors.iterdir()) == []


def test_it_is_measured_on_pictures_it_has_not_seen(
    home: Home, detector: Path, tmp_path: Path, cone_folder: Path, other_folder: Path
) -> None:
    """The figures would be of what it learned by heart."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "note.txt").write_text("Dear Ada")
    words = ("evaluate", CLASS, "--positives", cone_folder, "--positives",
             cones(tmp_path / "new", 2, first=10), "--others",
             scenes(tmp_path / "others", 2, first=10))  # fmt: skip
    done = run(home, *words)
    rows = {row.split("\t")[0]: row.split("\t")[1:] for row in done.stdout.splitlines()}
    assert rows["AUROC"][0] == "1.000"
    assert rows["cone, kept"][1] == "2 of 2"
    left_out, known = done.stderr.splitlines()
    assert left_out.startswith(f"left out: {tmp_path / 'new' / 'note.txt'} ")
    assert known == "left out because it was trained on them: 4 pictures"
    (found,) = objects(run(home, *words, "--json"))
    assert found["pictures"] == {"positives": 2, "others": 2, "trained_on": 4, "left_out": 1}
    assert (found["name"], found["auroc"]) == (CLASS, 1.0)
    (detector / "pictures.tsv").unlink()
    assert "nobody knows what it was trained on" in run(home, *words).stderr


def test_nothing_is_measured_on_what_it_was_trained_on(
    home: Home, detector: Path, cone_folder: Path, other_folder: Path
) -> None:
    """It would look perfect."""
    words = ("evaluate", detector.name, "--positives", cone_folder, "--others", other_folder)
    with pytest.raises(
        DataError,
        match="no picture of cone is left to measure by: 9 pictures left out because it was "
        "trained on them",
    ):
        run(home, *words)


def test_copies_of_what_it_was_trained_on_are_not_measured(
    home: Home, detector: Path, tmp_path: Path, other_folder: Path
) -> None:
    """Training pictures that were saved again would make it look perfect."""
    again = scenes(tmp_path / "others", 2, first=10)
    for file in sorted(other_folder.iterdir())[:3]:
        with Image.open(file) as picture:
            picture.save(again / f"{file.stem}.jpg", quality=60)
    # The last training picture of others is among them by its bytes, another is gone.
    shutil.copy(other_folder / "scene-4.png", again)
    table = detector / "pictures.tsv"
    table.write_text(table.read_text().replace("scene-3.png\n", "gone.png\n"))
    words = ("evaluate", CLASS, "--positives", cones(tmp_path / "new", 2, first=10),
             "--others", again, "--json")  # fmt: skip
    done = run(home, *words)
    (found,) = objects(done)
    assert found["pictures"] == {"positives": 2, "others": 2, "trained_on": 4, "left_out": 0}
    same, shown, gone = done.stderr.splitlines()
    assert same == "left out because it was trained on them: 1 picture"
    assert shown == (
        "left out because they show the same as pictures that it was trained on: 3 pictures"
    )
    assert gone == (
        "it was trained on pictures that are no longer there, or changed: 1; copies of them cannot "
        "be recognised"
    )


def test_lists_are_for_people_and_for_programs(home: Home, detector: Path) -> None:
    """A program would have to read a table, or a person JSON."""
    (one,) = objects(run(home, "list", "--json"))
    assert set(one) == {
        "name", "detector_id", "approach", "head", "threshold", "made_at", "scores", "verdict", "report",
        "trouble",
    }  # fmt: skip
    assert (one["name"], one["approach"], one["report"], one["trouble"]) == (
        CLASS, "branch", True, None,
    )  # fmt: skip
    # One of another version beside it is told, and stops nothing.
    broken = detector.with_name("older")
    broken.mkdir()
    (broken / MANIFEST_FILE).write_text('{"format": 0}')
    done = run(home, "list")
    assert [row.split("\t")[0] for row in done.stdout.splitlines()] == [CLASS, "older"]
    assert done.stderr.startswith("the detector older is not used: the detector older was saved by")
    assert "Train it again" in done.stderr
    assert [one["trouble"] is None for one in objects(run(home, "list", "--json"))] == [True, False]
    assert f"lies at {home.removed / 'detectors' / 'older'}" in run(home, "remove", "older").stdout
    assert not broken.exists()


@pytest.mark.parametrize(
    ("kept", "auroc", "interval"),
    [
        ({"auroc": 0.9, "auroc_interval": [0.8, 1.0]}, "0.900", "0.800 to 1.000"),
        ({"auroc": 0.9, "auroc_interval": [1]}, "0.900", ""),
        ({"auroc": "0.9", "auroc_interval": ["0.8", "1.0"]}, "", ""),
        ({"auroc": float("nan"), "auroc_interval": [float("nan"), 1.0]}, "", ""),
        ({"auroc_interval": {"low": 0.8, "high": 1.0}}, "", ""),
        (5, "", ""),
        (None, "", ""),
    ],
)
def test_a_list_stands_whatever_scores_a_manifest_tells(
    home: Home, detector: Path, kept: object, auroc: str, interval: str
) -> None:
    """One line that a person edited would hide all detectors."""
    file = detector / MANIFEST_FILE
    told = json.loads(file.read_text())
    # Another approach, that was not kept, stands first.
    told["scores"] = {"x": {"auroc": 0.5, "auroc_interval": [0.4, 0.6]}}
    told["scores"][told["training"]["title"]] = kept
    file.write_text(json.dumps(told))
    (row,) = run(home, "list").stdout.splitlines()
    assert row.split("\t")[2:4] == [auroc, interval]
    (one,) = objects(run(home, "list", "--json"))
    assert one["scores"]["x"]["auroc"] == 0.5


def test_an_empty_home_says_how_to_begin(home: Home) -> None:
    """An empty answer looks like a fault."""
    done = run(home, "list")
    assert (done.stdout, "'pigeonhole detector train'" in done.stderr) == ("", True)
    assert run(home, "list", "--json").stdout == ""


def test_an_answer_in_json_is_one_object(home: Home, cone_folder: Path, other_folder: Path) -> None:
    """A program would choke on a table."""
    done = run(home, "train", CLASS, "--positives", cone_folder, "--others", other_folder,
               "--approach", "branch", "--json")  # fmt: skip
    (found,) = objects(done)
    assert (found["name"], found["approach"], found["trouble"]) == (CLASS, "branch", None)
    assert next(iter(found["scores"].values()))["auroc"] == 1.0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("train", "a/b", "--positives", "cones"), 2, "'a/b' is not the name of a folder"),
        (("train", "..", "--positives", "cones"), 2, "'..' is not the name of a folder"),
        (("train", "", "--positives", "cones"), 2, "'' is not the name of a folder"),
        (("train", "unknown", "--positives", "cones"), 2, "means none of the classes"),
        (("train", "x" * 201, "--positives", "cones"), 2, "is longer than 200 bytes"),
        (("train", "new"), 2, "no pictures of new are named"),
        (("train", "new", "--positives", "gone"), 10, "gone does not exist"),
        (("train", "new", "--positives", "cones", "--others", "cones"), 10, "same folder"),
        (("train", "new", "--positives", "cones", "--approach", "cnn"), 2, "with --others"),
        (("train", "new", "--positives", "cones", "--weights", "gone.h5"), 7, "is no file"),
        (("train", "new", "--from-ledger"), 9, "there is no database"),
        (("evaluate", "new", "--positives", "cones", "--others", "others"), 12, "detector 'new'"),
        (("remove", "new"), 12, "there is no detector 'new'"),
        (("remove", "../support"), 12, "there is no detector '../support'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    cone_folder: Path,
    other_folder: Path,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """A person would face a page of Python."""
    monkeypatch.chdir(cone_folder.parent)
    named = {"cones": cone_folder, "others": other_folder}
    given = [str(named.get(word, word)) for word in words]
    done = CliRunner().invoke(app, ["--home", str(home.root), "detector", *given])
    assert isinstance(done.exception, PigeonholeError), done.output
    assert (done.output, done.exception.exit_code) == ("", code)
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)
    assert list(home.detectors.iterdir()) == []
