from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from config.errors import DataError
from service.reports.training import write_training
from tests.service.reports.reading import Page


def epoch(number: int, **more: Any) -> dict[str, Any]:
    """One line of a history, as 'train' writes it."""
    return {
        "epoch": number, "loss": 2.0 / number, "errors": 40 - number, "trials": 400, "ways": 20,
        "images": 25600 * number, "seconds": 30.0, "learning_rate": 0.001,
        "held_out": {
            "omniglot": {"errors": 40 - number, "trials": 400, "ways": 20},
            "kinds <b>": {"errors": number, "trials": 50, "ways": 5},
        },
        **more,
    }  # fmt: skip


def run_of(folder: Path, rows: list[dict[str, Any]], settings: object = None) -> Path:
    """A run folder with this history."""
    folder.mkdir(exist_ok=True)
    (folder / "history.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    if settings is not None:
        (folder / "settings.json").write_text(json.dumps(settings))
    return folder


def page_of(run: Path) -> tuple[Page, str]:
    """The page of a run, as a browser reads it and as it is."""
    file = write_training(run)
    assert file == run / "curves.html"
    html = file.read_text(encoding="utf-8")
    return Page(html), html


def test_the_curves_of_a_run(tmp_path: Path) -> None:
    """Nobody would see that a run went astray."""
    settings = {"plan": {"epochs": 9, "sources": [{"name": "a"}, {"name": "b"}]}, "seeds": [1, 2]}
    page, html = page_of(run_of(tmp_path / "run", [epoch(1), epoch(2), epoch(3)], settings))
    assert "3 epochs, 76,800 images, 1.5 minutes" in page.words
    for chart in ("held-out", "loss", "learning-rate"):
        assert f'id="{chart}"' in html
    # The last errors of each source, and its best.
    assert "37 of 400" in page.words
    assert "3 of 50" in page.words
    for setting in ("plan.epochs", "plan.sources.1.name", "plan.sources.2.name", "seeds"):
        assert setting in page.words
    assert page.count("b") == 0


def test_a_run_that_goes_on_can_be_looked_at(tmp_path: Path) -> None:
    """The page could only be made at the end; or a page of yesterday stay."""
    run = run_of(tmp_path / "run", [epoch(1)])
    page_of(run)
    with (run / "history.jsonl").open("a") as file:
        file.write(json.dumps(epoch(2)) + "\n" + json.dumps(epoch(3))[:40])
    page, _ = page_of(run)
    assert "2 epochs" in page.words


def test_what_a_run_did_not_say_is_left_out(tmp_path: Path) -> None:
    """The run folder of an earlier version would end in a traceback."""
    page, html = page_of(run_of(tmp_path / "old", [{"epoch": 1, "loss": 0.5}]))
    assert 'id="loss"' in html
    assert 'id="held-out"' not in html
    page, html = page_of(
        run_of(tmp_path / "older", [{"epoch": 1, "errors": 3, "trials": 40, "ways": 5.0}])
    )
    assert "3 of 40" in page.words
    assert 'id="loss"' not in html
    assert "Settings" not in page.words


def test_a_loss_that_ran_away_is_a_gap(tmp_path: Path) -> None:
    """The whole page would be empty because of one NaN."""
    _, html = page_of(run_of(tmp_path / "run", [epoch(1), epoch(2, loss=math.nan), epoch(3)]))
    assert '"y":[2.0,null,0.6666666666666666]' in html


def test_what_is_no_run_folder_is_told_in_one_line(tmp_path: Path) -> None:
    """A mistyped folder would end in a traceback, or get a page of nothing."""
    (tmp_path / "binary").mkdir()
    (tmp_path / "binary" / "history.jsonl").write_bytes(b"\xff\xfe")
    for run, said in (
        (tmp_path / "gone", "no such file"),
        (tmp_path / "binary", "no text"),
        (run_of(tmp_path / "empty", []), "has 0 epochs"),
        (run_of(tmp_path / "other", [epoch(1), {"step": 1}]), "line 2 of"),
        (run_of(tmp_path / "list", [[1]]), "line 1 of"),  # type: ignore[list-item]
        (run_of(tmp_path / "more", [epoch(1, held_out={"a": {"errors": 9, "trials": 3, "ways": 2}})]),
         "9 of 3"),
        (run_of(tmp_path / "settings", [epoch(1)], [1, 2]), "no JSON object but list"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=said):
            write_training(run)
        assert not (run / "curves.html").exists()
    (tmp_path / "settings" / "settings.json").write_text("{")
    with pytest.raises(DataError, match="is not JSON"):
        write_training(tmp_path / "settings")
