from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config import links
from config.ignored import Ignored
from service.cli.classify import _line
from service.desk.judging import classify, files_of
from service.workers.engine import Engine
from tests.detectors import put_detector

Draw = Callable[..., Path]

KEYS = [
    "path", "class", "score", "distance", "nearest_class", "nearest_support", "runner_up",
    "runner_up_distance", "branch_id", "index_id", "detectors", "decided_by",
]  # fmt: skip


@pytest.fixture
def judge(engine: Engine, drawn: Draw) -> Callable[..., list[dict[str, Any]]]:
    """Judges files by one ticket and one cylinder."""
    for kind in ("ticket", "cylinder"):
        (engine.spec.support / kind).mkdir()
        shutil.copyfile(drawn(kind), engine.spec.support / kind / f"{kind}.png")

    def judge(*paths: Path, read: bool = False, notice: Any = None) -> list[dict[str, Any]]:
        engine._look_again_at = 0.0
        told = notice or (lambda *_: None)
        return list(classify(engine.spec, paths, read=read, notice=told))

    return judge


def test_the_answer_is_what_the_contract_says(judge: Any, drawn: Draw) -> None:
    """Scripts that read 'classify --json' would break."""
    (answer,) = judge(drawn("ticket"))
    assert list(answer) == KEYS
    assert answer["path"] == str(drawn("ticket"))
    assert answer["class"] == answer["nearest_class"] == "ticket"
    assert answer["nearest_support"] == "ticket/ticket.png"
    assert answer["runner_up"] == "cylinder"
    assert 0 <= answer["distance"] < 1e-3 < answer["runner_up_distance"] <= 2
    assert 0 <= answer["score"] <= 1
    assert answer["detectors"] == {}
    assert answer["decided_by"] == "support"
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.slow
def test_answers_stand_in_the_order_of_the_files(judge: Any, drawn: Draw, tmp_path: Path) -> None:
    """A script would give one file the answer of another."""
    missing = tmp_path / "missing.png"
    paths = [*(drawn("ticket"), missing, drawn("cylinder")) * 7, drawn("ticket", 5)]
    answers = judge(*paths)
    assert [answer["path"] for answer in answers] == [str(path) for path in paths]
    nearest = [answer.get("nearest_class") for answer in answers]
    assert nearest == [*("ticket", None, "cylinder") * 7, "ticket"]


def test_what_cannot_be_judged_is_an_answer_too(judge: Any, tmp_path: Path) -> None:
    """One bad file would end the command before the others."""
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nothing")
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "gone.png", tmp_path / "text.png" / "x"]
    answers = judge(*paths)
    assert [Path(answer["path"]).name for answer in answers] == [path.name for path in paths]
    for answer in answers:
        assert list(answer) == ["path", "error", "stage"]
        assert answer["error"]
        assert answer["stage"] in {"open", "decode"}


def test_a_link_that_a_person_names_is_followed(judge: Any, drawn: Draw, tmp_path: Path) -> None:
    """A file in a folder of links could not be judged."""
    link = tmp_path / "link.png"
    link.symlink_to(drawn("ticket"))
    (answer,) = judge(link)
    assert (answer["path"], answer["nearest_class"]) == (str(link), "ticket")


def test_a_folder_means_the_files_in_it(drawn: Draw, tmp_path: Path) -> None:
    """Who names a folder would get an error, or the files of the NAS beside his own."""
    for name in ("b.png", "a.png", "sub/c.png", ".hidden/x.png", "@eaDir/y.png", "d.part", "e.x"):
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    single = tmp_path / "z.part"
    found = files_of([single, tmp_path / "folder"], Ignored(("*.x",)))
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "z.part", "folder/a.png", "folder/b.png", "folder/sub/c.png",
    ]  # fmt: skip


def test_an_empty_support_folder_answers_unknown(judge: Any, engine: Engine, drawn: Draw) -> None:
    """The first command of a careful user would end in a traceback."""
    shutil.rmtree(engine.spec.support)
    (answer,) = judge(drawn("ticket"))
    assert list(answer) == KEYS
    assert (answer["class"], answer["nearest_class"], answer["score"]) == ("unknown", None, 0.0)


def test_an_unusable_example_is_told_once(judge: Any, engine: Engine, drawn: Draw) -> None:
    """The notice would be repeated for every sixteen files, or never come."""
    (engine.spec.support / "ticket" / "notes.txt").write_text("no picture")
    told: list[tuple[str, str]] = []
    judge(*[drawn("cylinder")] * 40, notice=lambda part, name, _reason: told.append((part, name)))
    assert told == [("support image", "ticket/notes.txt")]


def test_reading_adds_text_and_fields(judge: Any, drawn: Draw) -> None:
    """'--read' would read tickets only, or leave the keys out."""
    ticket, cylinder = judge(drawn("ticket"), drawn("cylinder"), read=True)
    for answer in (ticket, cylinder):
        assert [key for key in answer if key in KEYS] == KEYS
        assert list(answer["fields"]) == ["vendor", "ticket_date", "total", "currency", "tax"]
        said = {name for name, value in answer["fields"].items() if value is not None}
        assert said == set(answer["field_details"])
    assert ticket["fields"]["total"] in ticket["text"].replace(",", ".")
    where = ticket["field_details"]["total"]
    assert 0 < where["confidence"] <= 1
    assert (where["page"], len(where["box"])) == (1, 4)
    assert set(cylinder["fields"].values()) == {None}
    assert len(ticket["text"].split()) > 5


def test_a_name_that_is_no_text_is_shown(judge: Any, drawn: Draw, tmp_path: Path) -> None:
    """A name from an old Windows share would end the command."""
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    shutil.copyfile(drawn("ticket"), path)
    (answer,) = judge(path)
    assert answer["path"] == f"{tmp_path}/caf\\xe9.png"


def test_a_folder_that_cannot_be_opened_is_an_answer(
    judge: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its files would be left out without a word, and the command end well."""
    (tmp_path / "set" / "closed").mkdir(parents=True)
    open_folder = links.open_folder

    def closed(path: str | Path) -> int:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return open_folder(path)

    monkeypatch.setattr(links, "open_folder", closed)
    files = files_of([tmp_path / "set"], Ignored(()))
    assert files == [tmp_path / "set" / "closed"]
    (answer,) = judge(*files)
    assert (answer["stage"], answer["error"]) == ("open", "cannot be opened: permission denied")


def test_a_path_that_no_system_takes_is_an_answer(judge: Any, tmp_path: Path) -> None:
    """One mistyped name would end the command before the others."""
    (path,) = files_of([tmp_path / ("x" * 300)], Ignored(()))
    (answer,) = judge(path)
    assert answer["error"] == "cannot be opened: file name too long"


def test_a_detector_s_word_is_in_the_answer(judge: Any, engine: Engine, drawn: Draw) -> None:
    """A script could not tell which model has decided, and how sure it was."""
    dim = engine.index.embeddings.shape[1]
    folder = engine.spec.detectors
    put_detector(folder, "banana", np.zeros(dim), 1.0, branch_id=engine.branch_id)
    put_detector(folder, "cube", np.zeros(dim), -0.01, branch_id=engine.branch_id)
    put_detector(folder, "sphere", np.zeros(dim), 0.0, branch_id="another")
    told: list[tuple[str, str, str]] = []
    answers = judge(*[drawn("ticket")] * 20, notice=lambda *one: told.append(one))
    assert [one[:2] for one in told] == [("detector", "sphere")]
    answer = answers[0]
    assert list(answer) == KEYS
    assert (answer["class"], answer["decided_by"]) == ("banana", "detector")
    assert answer["nearest_class"] == "ticket"
    assert answer["detectors"] == {
        "banana": pytest.approx(1.0), "cube": pytest.approx(1 / (1 + np.exp(0.4))),
    }  # fmt: skip
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({}, "p: ticket (score 0.50, like ticket/1.png)"),
        ({"class": "unknown", "decided_by": None}, "p: unknown (nearest ticket, score 0.50, like"),
        (
            {"class": "banana", "decided_by": "detector", "detectors": {"banana": 0.75}},
            "p: banana (detector banana, probability 0.75; nearest ticket, score 0.50, like",
        ),
        (
            {
                "class": "banana", "decided_by": "detector", "detectors": {"banana": 0.75},
                "nearest_class": None,
            },
            "p: banana (detector banana, probability 0.75)",
        ),
        (
            {"class": "unknown", "decided_by": None, "nearest_class": None},
            "p: unknown (there are no classes yet)",
        ),
        (
            {
                "class": "unknown", "decided_by": None, "nearest_class": None,
                "detectors": {"banana": 0.25},
            },
            "p: unknown (no detector knows it)",
        ),
    ],
)  # fmt: skip
def test_people_are_told_who_decided(told: dict[str, Any], line: str) -> None:
    """A detector's answer would be told with the score of another class."""
    answer = {
        "path": "p", "class": "ticket", "score": 0.5, "nearest_class": "ticket",
        "nearest_support": "ticket/1.png", "detectors": {}, "decided_by": "support",
    }  # fmt: skip
    assert _line({**answer, **told}).startswith(line)
