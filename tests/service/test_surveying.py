from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.errors import WorkersError
from indexer.audit import Finding
from indexer.support import whole_stamp
from service.desk.classes.surveying import MOST, Surveys, Told, evenly, tell
from service.workers.engine import Engine
from tests.service.conftest import Draw
from tests.service.fakes import PATIENCE


class Worker:
    """Tells of a folder as it is, when it may; or fails."""

    def __init__(self, support: Path) -> None:
        self.support = support
        self.times = 0
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def run(self, job: Any) -> Told:
        """Tell."""
        assert job is tell
        self.times += 1
        told = Told(
            whole_stamp(self.support),
            (Finding("single", "warning", (os.fsdecode(b"\xff"),), (), None, None, "one", "more"),),
            2,
            (("a", "1.png"), ("b", os.fsdecode(b"\xff.png"))),
            np.eye(2, dtype=np.float32),
        )
        assert self.gate.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        return told


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """What is asked."""
    return Worker(tmp_path)


@pytest.fixture
def surveys(worker: Worker) -> Iterator[Surveys]:
    """Surveys of a folder, by that worker."""
    found = Surveys(worker, worker.support)  # type: ignore[arg-type]
    yield found
    found.close()


def test_a_survey_holds_until_the_folder_changes(surveys: Surveys, worker: Worker) -> None:
    """Each look at the page would compare all examples anew."""
    survey = surveys.now().result(PATIENCE)
    assert surveys.now().result(PATIENCE) is survey
    assert worker.times == 1
    assert [(one.class_name, one.name) for one in survey.points] == [
        ("a", "1.png"), ("b", "\\xff.png"),
    ]  # fmt: skip
    assert survey.findings[0].classes == ("\\xff",)
    (worker.support / "a").mkdir()
    (worker.support / "a" / "1.png").touch()
    assert surveys.now().result(PATIENCE).stamp != survey.stamp
    assert worker.times == 2
    (worker.support / "a" / "deeper").mkdir()  # no example, and yet something to be said of it
    surveys.now().result(PATIENCE)
    assert worker.times == 3


def test_all_who_ask_meanwhile_get_the_same(surveys: Surveys, worker: Worker) -> None:
    """Eight people who open the page would make eight maps."""
    worker.gate.clear()
    asked = [surveys.now() for _ in range(8)]
    assert not asked[0].cancel()
    worker.gate.set()
    assert len({id(one.result(PATIENCE)) for one in asked}) == 1
    assert worker.times == 1


def test_what_failed_is_tried_again(surveys: Surveys, worker: Worker) -> None:
    """After one dead worker the page would show no map until a restart."""
    worker.error = WorkersError("killed", "")
    with pytest.raises(WorkersError):
        surveys.now().result(PATIENCE)
    worker.error = None
    assert surveys.now().result(PATIENCE).examples == 2


def test_each_class_is_on_the_map() -> None:
    """One class of thousands would push the others off it."""
    labels = ["a"] * 5 + ["b"] * 2 + ["c"]
    assert evenly(labels, 5) == [0, 1, 5, 6, 7]
    assert evenly(labels, 100) == list(range(8))
    assert evenly([], 3) == []
    assert MOST > 100


def test_a_worker_tells_of_what_is_there_now(engine: Engine, drawn: Draw) -> None:
    """A class that was just added would be missing until somebody adds another."""
    for kind in ("ticket", "cylinder"):
        (engine.spec.support / kind).mkdir()
        shutil.copy(drawn(kind), engine.spec.support / kind)
        told = tell(engine.spec)
        assert told.stamp == whole_stamp(engine.spec.support)
    assert told.places == (("cylinder", "cylinder-1.png"), ("ticket", "ticket-1.png"))
    assert told.embeddings.shape == (2, 256)
    assert [one.kind for one in told.findings] == ["single", "single"]
