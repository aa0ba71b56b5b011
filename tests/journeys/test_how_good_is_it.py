"""A person keeps some scans back and asks how often the program is right about them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.drawing.documents import draw_document
from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from tests import forked

CLASSES = ("cylinder", "puzzle", "ticket")
QUERIES, STRANGERS = 4, 5


def _draw(kind: str, rng: np.random.Generator) -> np.ndarray:
    if kind == "ticket":
        return draw_ticket(rng, width=480, photo=False, strength=0.3).pixels
    if kind == "puzzle":
        return draw_document("number_puzzle", rng, strength=0.3)
    if kind == "stranger":
        return draw_document("staves", rng, strength=0.3)
    return draw_solid(kind, rng, size=400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One example of three classes, four queries of each, one of them in the wrong folder."""
    root, rng = tmp_path_factory.mktemp("kept back"), np.random.default_rng(11)

    def put(place: str, kind: str) -> None:
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_draw(kind, rng)).save(path)

    for name in CLASSES:
        put(f"support/{name}/example.png", name)
        for number in range(QUERIES):
            put(f"queries/{name}/{number}.png", name)
    for number in range(STRANGERS):
        put(f"queries/unknown/{number}.png", "stranger")
    (root / "queries/puzzle/3.png").rename(root / "queries/ticket/misfiled.png")
    return root


def _run(*words: str | Path, code: int = 0, **env: str) -> forked.Done:
    done = forked.run(*words, env=env, network=True)
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.slow
def test_its_figures_are_those_that_a_person_counts(folder: Path, tmp_path: Path) -> None:
    """The figures would be of something else than what sorts the scans."""
    report = tmp_path / "report.html"
    done = _run("evaluate", folder, "--json", "--out", report)
    found = json.loads(done.stdout)
    answers = _answers(folder, tmp_path / "home")

    known = [a for a in answers if a["true_class"] != "unknown"]
    strangers = [a for a in answers if a["true_class"] == "unknown"]
    wrong = [a for a in known if a["nearest_class"] != a["true_class"]]
    assert (found["errors"], found["total"]) == (len(wrong), len(known))
    assert found["strangers"] == len(strangers) == STRANGERS
    assert "queries/ticket/misfiled.png" in {one["query"] for one in found["mistakes"]}
    counted: dict[str, dict[str, int]] = {}
    for a in answers:
        row = counted.setdefault(a["true_class"], {})
        row[a["nearest_class"]] = row.get(a["nearest_class"], 0) + 1
    assert found["confusion"] == counted
    pairs = [(k["score"] > s["score"]) for k in known for s in strangers]
    assert found["auroc"] == pytest.approx(np.mean(pairs), abs=1e-3)
    assert found["kept_at_5_percent_strangers"]["count"] == sum(
        k["score"] > max(s["score"] for s in strangers) for k in known
    )
    decisions = found["decisions"]
    assert decisions["strangers_accepted"]["count"] == sum(
        s["class"] != "unknown" for s in strangers
    )
    assert decisions["known_rejected"]["count"] == sum(k["class"] == "unknown" for k in known)
    assert decisions["known_accepted_right"]["count"] == sum(
        k["class"] == k["true_class"] for k in known
    )
    assert found["branch_id"] == answers[0]["branch_id"]
    assert found["unreadable"] == []

    html = report.read_text(encoding="utf-8")
    assert "misfiled.png" in html
    assert str(report) in done.stderr


def _answers(folder: Path, home: Path) -> list[dict[str, Any]]:
    """What 'classify' says of each query, by the same examples, and the folder that it lies in."""
    done = _run(
        "classify", "--json", folder / "queries",
        PIGEONHOLE_HOME=str(home), PIGEONHOLE_SUPPORT_DIR=str(folder / "support"),
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [answer | {"true_class": Path(answer["path"]).parent.name} for answer in answers]


@pytest.mark.slow
def test_a_person_sees_a_short_table(folder: Path) -> None:
    """The answer would be a wall of JSON."""
    done = _run("evaluate", folder)
    headline, *rows = done.stdout.splitlines()
    assert headline == "3 classes, 3 examples, 12 queries, 5 strangers"
    assert rows[0].split("\t")[0] == "errors"
    assert " of 12" in rows[0]
    assert len(rows) == 10
    assert done.stderr == ""


def test_what_cannot_be_read_is_named_and_the_code_says_so(folder: Path, tmp_path: Path) -> None:
    """A script would take the figures of half the folder for all of it."""
    episodes = tmp_path / "episodes"
    for number in (1, 2):
        for name in CLASSES:
            for part in ("support", "queries"):
                place = episodes / f"run {number}" / part / name
                place.mkdir(parents=True)
                for file in (folder / part / name).iterdir():
                    os.link(file, place / file.name)
    (episodes / "run 2/queries/ticket/cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = _run("evaluate", episodes, "--json", code=1)
    assert done.stderr.count("\n") == 1
    assert "run 2/queries/ticket/cut.png" in done.stderr
    found = json.loads(done.stdout)
    assert [one["episode"] for one in found["episodes"]] == ["run 1", "run 2"]
    assert [one["total"] for one in found["episodes"]] == [12, 12]
    assert found["errors"] == sum(one["errors"] for one in found["episodes"])
    assert found["auroc"] is None
    assert [one["path"] for one in found["unreadable"]] == ["run 2/queries/ticket/cut.png"]
