"""Detectors at work: taken up live, asked with every page, left out when they are broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.verdict import Verdict
from models.detector.saved.manifest import HEAD_FILE, MANIFEST_FILE, Manifest
from models.detector.saved.running import Detector
from models.page.read import read_scan
from models.page.scan import Page
from service.workers import detectors as module
from service.workers.engine import Engine
from service.workers.pipeline import Batch, Job, Prior, examine
from service.workers.sideways import judged_upright
from tests.detectors import between, put_detector
from tests.service.conftest import Draw
from tests.service.fakes import LIMITS, scan_of

Put = Callable[..., Manifest]


@pytest.fixture
def put(engine: Engine, drawn: Draw) -> Put:
    """Puts a detector of cylinders into the engine's folder; another by ``of`` and ``name``."""

    def put(name: str = "cylinder", of: str = "cylinder", **more: float) -> Manifest:
        other = {"cylinder": "ticket", "ticket": "cylinder"}[of]
        weights, bias = between(
            [embedded(engine, drawn(of, seed)) for seed in (1, 2)],
            [embedded(engine, drawn(other, seed)) for seed in (1, 2)],
        )
        folder = engine.spec.detectors
        return put_detector(folder, name, weights, bias, branch_id=engine.branch_id, **more)

    return put


def page_of(file: Path) -> Page:
    """The first page of a file."""
    found = read_scan(scan_of(file), LIMITS)
    return found.pages[0]  # type: ignore[union-attr]


def embedded(engine: Engine, file: Path) -> np.ndarray:
    """The embedding of a file's first page."""
    return engine.embed(page_of(file))


def dim_of(engine: Engine) -> int:
    """Length of an embedding."""
    return int(engine.index.embeddings.shape[1])


def judge(engine: Engine, *files: Path, **more: Prior) -> Batch:
    """Examine files as a worker does, a second later."""
    engine._look_again_at = 0.0
    return examine(engine.spec, [Job(scan_of(file), **more) for file in files])


def verdicts(batch: Batch) -> list[Verdict]:
    """The verdict of each."""
    found = [one.verdict for one in batch.examined]
    assert all(found)
    return found  # type: ignore[return-value]


def test_a_detector_decides_where_there_is_no_class_at_all(
    engine: Engine, drawn: Draw, put: Put
) -> None:
    """A fresh home with a detector would send everything to review."""
    manifest = put()
    cylinder, ticket = verdicts(judge(engine, drawn("cylinder", 3), drawn("ticket", 3)))
    assert (cylinder.class_name, cylinder.decided_by, cylinder.score) == ("cylinder", "detector", 0)
    assert (ticket.class_name, ticket.decided_by) == ("unknown", None)
    (said,) = cylinder.detections
    assert (said.name, said.detector_id, said.accepted) == ("cylinder", manifest.detector_id, True)
    assert cylinder.sureness == said.probability > 0.5
    assert not ticket.detections[0].accepted


def test_several_detectors_come_and_go_while_it_runs(
    engine: Engine, drawn: Draw, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new detector would need a restart, or each change would load all of them again."""
    loaded: list[str] = []
    load = module.load_detector

    def counting(folder: Path, *, branch_id: str) -> Detector:
        loaded.append(folder.name)
        return load(folder, branch_id=branch_id)

    monkeypatch.setattr(module, "load_detector", counting)
    assert verdicts(judge(engine, drawn("ticket", 3)))[0].detections == ()
    put()
    put("receipt", "ticket")
    (found,) = verdicts(judge(engine, drawn("ticket", 3)))
    assert [one.name for one in found.detections] == ["cylinder", "receipt"]
    assert (found.class_name, found.decided_by) == ("receipt", "detector")
    judge(engine, drawn("ticket", 3))
    assert loaded == ["cylinder", "receipt"]
    put("receipt", "ticket", threshold=1.0)
    (found,) = verdicts(judge(engine, drawn("ticket", 3)))
    assert (found.class_name, loaded) == ("unknown", ["cylinder", "receipt", "receipt"])
    shutil.rmtree(engine.spec.detectors / "receipt")
    (found,) = verdicts(judge(engine, drawn("ticket", 3)))
    assert [one.name for one in found.detections] == ["cylinder"]


def test_a_broken_detector_stops_neither_the_others_nor_the_engine(
    engine: Engine, drawn: Draw, put: Put
) -> None:
    """One damaged file would end the service."""
    put()
    folder = engine.spec.detectors
    for name in ("cut", "fat", "nan", "renamed", "unknown", "wrong"):
        put(name)
    (folder / "cut" / HEAD_FILE).write_bytes(b"PK")
    (folder / "renamed").rename(folder / "other")
    (folder / "empty").mkdir()
    (folder / ".new").mkdir()
    (folder / "half.tmp").mkdir()
    (folder / "linked").symlink_to(folder / "cylinder")
    (folder / "notes.txt").write_text("mine")
    put_detector(folder, "wrong", np.ones(4), 0.0, branch_id="another")
    put_detector(folder, "fat", np.ones(4), 0.0, branch_id=engine.branch_id)
    put_detector(folder, "nan", np.full(dim_of(engine), np.nan), 0.0, branch_id=engine.branch_id)
    batch = judge(engine, drawn("cylinder", 3))
    (found,) = verdicts(batch)
    assert (found.class_name, len(found.detections)) == ("cylinder", 1)
    assert set(batch.broken_detectors) == {
        "cut", "empty", "fat", "nan", "other", "unknown", "wrong",
    }  # fmt: skip
    assert "is not the one of its manifest" in batch.broken_detectors["cut"]
    assert "other weights of the network" in batch.broken_detectors["wrong"]
    put_detector(folder, "wrong", np.ones(dim_of(engine)), 0.0, branch_id=engine.branch_id)
    (folder / "empty").rmdir()
    batch = judge(engine, drawn("cylinder", 3))
    assert set(batch.broken_detectors) == {"cut", "fat", "nan", "other", "unknown"}
    assert [one.name for one in verdicts(batch)[0].detections] == ["cylinder", "wrong"]


def test_a_copy_is_judged_anew_when_the_detectors_changed(
    engine: Engine, drawn: Draw, put: Put
) -> None:
    """A second copy would get the answer of a detector that is gone, or that was trained anew."""
    put()
    file = drawn("cylinder", 3)
    (found,) = verdicts(judge(engine, file))
    prior = Prior(found, None, 7)
    assert judge(engine, file, prior=prior).examined[0].pages == 7
    # What a person made of it, or a threshold that held then, is not what is reused.
    said = replace(prior, verdict=replace(found, class_name="ticket"))
    assert verdicts(judge(engine, file, prior=said))[0].class_name == "cylinder"
    put(threshold=0.6)
    again = judge(engine, file, prior=prior)
    assert again.examined[0].pages == 1
    assert verdicts(again)[0].detections != found.detections
    shutil.rmtree(engine.spec.detectors)
    again = judge(engine, file, prior=prior)
    assert (again.examined[0].pages, verdicts(again)[0].class_name) == (1, "unknown")


def test_a_detector_that_lacks_memory_is_asked_about_each_page_alone(
    engine: Engine, drawn: Draw, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of scans would fail, or the detector be left out, for want of memory."""
    put()
    ask = Detector.probabilities

    def starved(self: Detector, pages: list[np.ndarray], rows: np.ndarray) -> np.ndarray:
        if len(pages) > 1:
            raise MemoryError
        return ask(self, pages, rows)

    monkeypatch.setattr(Detector, "probabilities", starved)
    batch = judge(engine, drawn("cylinder", 3), drawn("ticket", 3))
    assert [one.class_name for one in verdicts(batch)] == ["cylinder", "unknown"]

    def always(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Detector, "probabilities", always)
    batch = judge(engine, drawn("cylinder", 3))
    fault = batch.examined[0].fault
    assert fault is not None
    assert (fault.stage, batch.broken_detectors) == ("limits", {})


def test_what_a_detector_accepts_is_not_turned(
    engine: Engine, drawn: Draw, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each scan that only a detector knows would be decoded a second time."""
    put()
    file = drawn("cylinder", 3)
    (found,) = verdicts(judge(engine, file))
    monkeypatch.setattr(engine, "judge", lambda _pages: pytest.fail("it was looked at again"))
    assert judged_upright(scan_of(file), found, engine) is found


def test_a_damaged_manifest_is_told_and_mended(engine: Engine, drawn: Draw, put: Put) -> None:
    """Nobody would learn why a detector says nothing, or it would need a restart to speak again."""
    put()
    place = engine.spec.detectors / "cylinder" / MANIFEST_FILE
    whole = place.read_text()
    place.write_text("{")
    assert "is not a manifest" in judge(engine, drawn("cylinder", 3)).broken_detectors["cylinder"]
    place.write_text(whole)
    batch = judge(engine, drawn("cylinder", 3))
    assert (batch.broken_detectors, verdicts(batch)[0].class_name) == ({}, "cylinder")
