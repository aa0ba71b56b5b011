from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.fields.ticket import Ticket
from models.page.read import read_scan
from models.page.scan import Fault, Page
from service.workers import pipeline, tickets
from service.workers.engine import Engine, EngineSpec
from service.workers.pipeline import Batch, Examined, Job, Prior, examine
from service.workers.trials import MOST_DEATHS, REASON, Trials
from tests.service.fakes import scan_of

Draw = Callable[..., Path]


class Counted:
    """The engine's embedder, with a count of the pages it was asked to embed."""

    def __init__(self, engine: Engine) -> None:
        self.pages = 0
        self._embed = engine._embedder.embed

    def __call__(self, pages: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """As the embedder does."""
        self.pages += len(pages)
        return self._embed(pages)


@pytest.fixture
def counted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Counts what is embedded during the test."""
    counted = Counted(engine)
    monkeypatch.setattr(engine._embedder, "embed", counted)
    return counted


@pytest.fixture
def classes(engine: Engine, drawn: Draw) -> Iterator[Path]:
    """The support folder, with two examples of two classes."""
    for kind in ("ticket", "cylinder"):
        for seed in (1, 2):
            give(engine, kind, drawn(kind, seed))
    return engine.spec.support


def give(engine: Engine, class_name: str, file: Path) -> Path:
    """Put an example into the support folder."""
    place = engine.spec.support / class_name / file.name
    place.parent.mkdir(exist_ok=True)
    shutil.copyfile(file, place)
    return place


def look(engine: Engine) -> None:
    """Refresh as if a second had passed."""
    engine._look_again_at = 0.0
    engine.refresh()


def judge(engine: Engine, *files: Path, **more: Any) -> Batch:
    """Examine files as a worker does, a second later."""
    engine._look_again_at = 0.0
    return examine(engine.spec, [Job(scan_of(file), **more) for file in files])


def nearest(batch: Batch) -> list[str | None]:
    """The nearest class of each."""
    found = []
    for one in batch.examined:
        assert one.verdict is not None
        found.append(one.verdict.nearest.class_name if one.verdict.nearest else None)
    return found


def test_without_classes_everything_is_unknown(engine: Engine, drawn: Draw) -> None:
    """The first scan in a home whose classes were deleted would end the service."""
    (one,) = judge(engine, drawn("ticket", 5)).examined
    assert one.verdict is not None
    assert (one.verdict.class_name, one.verdict.nearest, one.verdict.score) == ("unknown", None, 0)
    assert one.ticket is None


def test_a_new_folder_is_a_new_class_at_once(
    engine: Engine, classes: Path, drawn: Draw, counted: Counted
) -> None:
    """A new class would need a restart, or a new embedding of all examples each time."""
    before = judge(engine, drawn("ticket", 5), drawn("cylinder", 5))
    assert nearest(before) == ["ticket", "cylinder"]
    counted.pages = 0
    give(engine, "receipt", drawn("ticket", 5))
    look(engine)
    assert counted.pages == 1
    after = judge(engine, drawn("ticket", 5), drawn("cylinder", 5))
    assert nearest(after) == ["receipt", "cylinder"]
    verdicts = [batch.examined[0].verdict for batch in (before, after)]
    assert verdicts[0] is not None
    assert verdicts[1] is not None
    assert verdicts[0].index_id != verdicts[1].index_id
    assert verdicts[0].branch_id == verdicts[1].branch_id
    assert verdicts[1].matches[0].distance < 1e-3


def test_a_removed_class_is_gone_at_once(
    engine: Engine, classes: Path, drawn: Draw, counted: Counted
) -> None:
    """Scans would still be filed under a class that was deleted."""
    look(engine)
    counted.pages = 0
    shutil.rmtree(classes / "ticket")
    look(engine)
    assert counted.pages == 0
    assert nearest(judge(engine, drawn("ticket", 5))) == ["cylinder"]


def test_a_changed_example_counts_as_it_is_now(
    engine: Engine, classes: Path, drawn: Draw, counted: Counted
) -> None:
    """Who corrects a wrong example would be judged by the old one."""
    look(engine)
    counted.pages = 0
    give(engine, "cylinder", drawn("cylinder", 7)).rename(classes / "cylinder" / "cylinder-1.png")
    look(engine)
    assert counted.pages == 1


def test_one_image_in_two_classes_is_embedded_once(
    engine: Engine, drawn: Draw, counted: Counted
) -> None:
    """Copies of examples would cost as much as new ones."""
    give(engine, "a", drawn("ticket", 11))
    give(engine, "b", drawn("ticket", 11))
    look(engine)
    assert counted.pages == 1
    assert engine._judge.index.examples_by_class == {"a": 1, "b": 1}


def test_the_next_process_need_not_embed_again(
    engine: Engine, classes: Path, counted: Counted
) -> None:
    """Every worker would embed all examples when it starts."""
    look(engine)
    counted.pages = 0
    engine._stamp = None
    look(engine)
    assert counted.pages == 0


def test_a_large_folder_is_not_listed_for_every_scan(
    engine: Engine, classes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listing ten thousand examples would take longer than judging."""
    listings = 0

    def slow_stamp(_support: Path) -> str:
        nonlocal listings
        listings += 1
        return "stamp"

    monkeypatch.setattr("service.workers.engine.support_stamp", slow_stamp)
    # As if one listing took minutes, and the next look were far off however busy the machine is.
    monkeypatch.setattr("service.workers.engine.LOOKING_SHARE", 1e-12)
    monkeypatch.setattr("service.workers.engine.RECHECK", 1e9)
    engine._look_again_at = 0.0
    engine.refresh()
    engine.refresh()
    assert listings == 1


def test_an_example_that_ended_its_processes_is_told_and_passed_over(
    engine: Engine, classes: Path, drawn: Draw
) -> None:
    """It would end each process that judges, and each command, for ever."""
    path = classes / "ticket" / "evil.png"
    shutil.copyfile(drawn("cylinder", 9), path)
    evil = scan_of(path).sha256
    for _ in range(MOST_DEATHS):
        if os.fork() == 0:
            with Trials(engine.spec.cache).trying(evil):
                os._exit(1)
        os.wait()
    batch = judge(engine, drawn("ticket", 5))
    assert batch.unreadable == {"ticket/evil.png": REASON}
    assert nearest(batch) == ["ticket"]


def test_an_unreadable_example_is_told_and_passed_over(
    engine: Engine, classes: Path, drawn: Draw
) -> None:
    """One broken picture would take all classes down, or vanish without a word."""
    (classes / "ticket" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (classes / "ticket" / "notes.txt").write_text("these are tickets")
    (classes / "ticket" / "empty.png").touch()
    batch = judge(engine, drawn("ticket", 5))
    assert set(batch.unreadable) == {
        "ticket/broken.png", "ticket/empty.png", "ticket/notes.txt",
    }  # fmt: skip
    assert all(batch.unreadable.values())
    assert nearest(batch) == ["ticket"]
    for name in ("broken.png", "notes.txt", "empty.png"):
        (classes / "ticket" / name).unlink()
    assert judge(engine, drawn("ticket", 5)).unreadable == {}


def test_what_cannot_be_read_is_a_fault_and_stops_no_other(
    engine: Engine, classes: Path, drawn: Draw, tmp_path: Path
) -> None:
    """One broken scan would take its whole batch with it, or shift the verdicts by one."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(drawn("ticket", 5).read_bytes()[:500])
    text = tmp_path / "text.png"
    text.write_text("no picture")
    batch = judge(engine, broken, drawn("cylinder", 5), text, drawn("ticket", 5))
    stages = [one.fault.stage if one.fault and not one.verdict else "" for one in batch.examined]
    assert stages == ["decode", "", "decode", ""]
    assert batch.examined[0].fault is not None
    assert batch.examined[0].fault.truncated
    assert [one.scan.path.name for one in batch.examined] == [
        "broken.png", "cylinder-5.png", "text.png", "ticket-5.png",
    ]  # fmt: skip
    assert batch.examined[1].pages == 1


def test_a_scan_that_changed_since_it_was_hashed_is_a_fault(
    engine: Engine, classes: Path, drawn: Draw, tmp_path: Path
) -> None:
    """The verdict of one content would be written to the hash of another."""
    path = tmp_path / "a.png"
    shutil.copyfile(drawn("ticket", 5), path)
    job = Job(scan_of(path))
    shutil.copyfile(drawn("cylinder", 5), path)
    (one,) = examine(engine.spec, [job]).examined
    assert one.verdict is None
    assert one.fault is not None
    assert one.fault.stage == "open"


def test_an_earlier_result_is_used_as_long_as_it_holds(
    engine: Engine, classes: Path, drawn: Draw, counted: Counted
) -> None:
    """A copy would be judged and read again; or an old verdict outlive the classes it is of."""
    first = judge(engine, drawn("ticket", 5)).examined[0]
    assert first.verdict is not None
    counted.pages = 0
    prior = Prior(first.verdict, Ticket("what was read"), 1)
    again = judge(engine, drawn("ticket", 5), prior=prior).examined[0]
    assert again == Examined(again.scan, first.verdict, None, Ticket("what was read"), 1)
    assert counted.pages == 0
    give(engine, "receipt", drawn("ticket", 5))
    anew = judge(engine, drawn("ticket", 5), prior=prior).examined[0]
    assert anew.verdict is not None
    assert anew.verdict.matches[0].class_name == "receipt"


def test_only_classes_that_are_to_be_read_are_read(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every drawing would cost half a second of Tesseract, or no ticket be read."""
    read: list[Path] = []

    def reading(scan: Any, _spec: Any) -> Fault:
        read.append(scan.path)
        return Fault("ocr", "took too long")

    monkeypatch.setattr(pipeline, "read_ticket", reading)
    ticket = give(engine, "ticket", drawn("ticket", 5))  # the same picture: certainly accepted
    cylinder = give(engine, "cylinder", drawn("cylinder", 5))
    batch = judge(engine, ticket, cylinder)
    assert [one.verdict.class_name for one in batch.examined if one.verdict] == [
        "ticket", "cylinder",
    ]  # fmt: skip
    assert read == [ticket]
    assert batch.examined[0].fault == Fault("ocr", "took too long")
    read.clear()
    judge(engine, cylinder, read=True)
    assert read == [cylinder]


def test_a_ticket_is_read(engine: Engine, classes: Path, drawn: Draw) -> None:
    """The text of tickets would be missing from the ledger."""
    ticket = give(engine, "ticket", drawn("ticket", 5))
    (one,) = judge(engine, ticket).examined
    assert one.fault is None
    assert one.ticket
    assert len(one.ticket.text.split()) > 5


def test_the_spec_crosses_processes() -> None:
    """Workers could not be started."""
    import pickle

    from tests.service.fakes import SPEC

    assert pickle.loads(pickle.dumps(SPEC)) == SPEC
    assert hash(replace(SPEC)) == hash(SPEC)
    assert isinstance(SPEC, EngineSpec)


def test_a_cache_that_cannot_be_written_blames_no_scan(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk healthy scans would be parked in failed/ one after the other."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("indexer.cache.EmbeddingCache.save", full)
    shutil.copy(drawn("cylinder", 71), classes / "ticket" / "odd.png")
    batch = judge(engine, drawn("cylinder", 71))
    assert batch.examined[0].fault is None
    assert nearest(batch) == ["ticket"]
    (classes / "ticket" / "odd.png").unlink()


def test_classes_that_cannot_be_taken_up_leave_the_known_ones(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache folder that may not be written would take the service down in the middle of work."""
    before = engine.index_id

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as locked:
        locked.setattr("indexer.cache.EmbeddingCache.locked", refused)
        shutil.copy(drawn("cylinder", 72), classes / "ticket" / "late.png")
        assert judge(engine, drawn("ticket", 73)).examined[0].verdict is not None
        assert engine.index_id == before
    judge(engine, drawn("ticket", 73))
    assert engine.index_id != before
    (classes / "ticket" / "late.png").unlink()


def test_a_known_result_is_decided_anew(engine: Engine, classes: Path, drawn: Draw) -> None:
    """A change of `reject` would never reach bytes that were seen before."""
    path = drawn("ticket", 74)
    give(engine, "ticket", path)
    verdict = judge(engine, path).examined[0].verdict
    assert verdict is not None
    stale = replace(verdict, class_name="unknown")
    again = pipeline._known(Job(scan_of(path), Prior(stale, Ticket("text"), 1)), engine)
    assert again is not None
    assert again.verdict == verdict


def test_a_text_that_is_missing_is_read(engine: Engine, classes: Path, drawn: Draw) -> None:
    """A ticket that Tesseract once failed on would never be read, however often it is dropped."""
    path = drawn("ticket", 75)
    give(engine, "ticket", path)
    verdict = judge(engine, path).examined[0].verdict
    assert verdict is not None
    assert verdict.class_name in engine.spec.read_classes
    assert pipeline._known(Job(scan_of(path), Prior(verdict, None, 1)), engine) is None


# -- memory ---------------------------------------------------------------------------------

Embed = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]]
TOO_MUCH = "needs more memory than there is"


def at_most(pages: int, embed: Embed) -> Embed:
    """An embedder that has no memory for more pages at once."""

    def embed_few(asked: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        if len(asked) > pages:
            raise MemoryError
        return embed(asked)

    return embed_few


def test_a_batch_that_takes_too_much_memory_is_judged_one_by_one(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty healthy scans would fail because they came together."""
    scans = [drawn(kind, seed) for seed in (5, 6) for kind in ("ticket", "cylinder")]
    expected = [one.verdict for one in judge(engine, *scans).examined]
    monkeypatch.setattr(engine._embedder, "embed", at_most(1, engine._embedder.embed))
    examined = judge(engine, *scans).examined
    assert [one.fault for one in examined] == [None] * 4
    for one, verdict in zip(examined, expected, strict=True):
        assert one.verdict is not None
        assert verdict is not None
        assert one.verdict.class_name == verdict.class_name
        assert one.verdict.score == pytest.approx(verdict.score, abs=1e-4)


def test_one_scan_for_which_memory_does_not_suffice_is_a_fault(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be tried again and again, and its worker be blamed."""
    monkeypatch.setattr(engine._embedder, "embed", at_most(0, engine._embedder.embed))
    (one,) = judge(engine, drawn("ticket", 5)).examined
    assert one.verdict is None
    assert one.fault is not None
    assert (one.fault.stage, one.fault.reason) == ("limits", TOO_MUCH)


class ResourceExhaustedError(Exception):
    """What TensorFlow raises, by name."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ResourceExhaustedError("OOM when allocating tensor"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_libraries_say_in_many_ways_that_memory_ran_out(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A user would read of a tensor, and not of the setting that helps."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(engine._embedder, "embed", fail)
    with pytest.raises(MemoryError):
        engine.judge([Page(1, np.zeros((9, 9), np.uint8))])


def test_other_errors_are_not_taken_for_want_of_memory(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the program would be told as a scan that is too large."""

    def fail(*_: object) -> None:
        raise ValueError("shapes")

    monkeypatch.setattr(engine._embedder, "embed", fail)
    with pytest.raises(ValueError, match="shapes"):
        engine.judge([Page(1, np.zeros((9, 9), np.uint8))])


def test_a_batch_of_large_pages_is_not_kept_in_memory(engine: Engine, tmp_path: Path) -> None:
    """Thirty-two allowed scans of 150 megapixels would take 5 GB together."""
    large = tmp_path / "large.png"
    rng = np.random.default_rng(1)
    cv2.imwrite(str(large), rng.integers(0, 256, (1500, 2100), np.uint8))
    document = pipeline._read(scan_of(large), engine)
    assert not isinstance(document, Fault)
    (page,) = document.pages
    assert max(page.pixels.shape) == engine.least_side
    # And what is judged is the same to the last bit.
    whole = read_scan(scan_of(large), engine.spec.limits)
    assert not isinstance(whole, Fault)
    small, full = (engine._embedder.embed([each.pages[0].pixels]) for each in (document, whole))
    assert np.array_equal(small, full)


def test_a_ticket_that_cannot_be_read_for_want_of_memory_keeps_its_class(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large ticket would fail, though it was recognised."""

    def too_large(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(tickets, "read_text", too_large)
    (one,) = judge(engine, drawn("ticket", 5), read=True).examined
    assert one.verdict is not None
    assert one.fault is not None
    assert one.fault.reason == TOO_MUCH


def test_a_damaged_second_page_is_a_fault_of_the_text_alone(
    engine: Engine, classes: Path, drawn: Draw, tmp_path: Path
) -> None:
    """Pages are decoded as they are read: a late fault would be raised, or half a text kept."""
    path = tmp_path / "two.tif"
    pages = [Image.open(drawn("ticket", 5)), Image.new("L", (400, 300), 255)]
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_lzw")
    data = bytearray(path.read_bytes())
    with Image.open(path) as image:
        image.seek(1)
        (at, *_) = image.tag_v2[273]
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(data)
    (one,) = judge(engine, path, read=True).examined
    assert one.verdict is not None
    assert one.pages == 2
    assert one.ticket is None
    assert one.fault is not None
    assert one.fault.stage == "decode"


def test_classes_that_memory_does_not_suffice_for_leave_the_known_ones(
    engine: Engine, classes: Path, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every scan would fail because one example is too large."""
    before = judge(engine, drawn("ticket", 5)).examined[0].verdict
    assert before is not None

    def too_much() -> None:
        raise MemoryError

    monkeypatch.setattr(engine, "_rebuild", too_much)
    give(engine, "receipt", drawn("ticket", 5))
    (one,) = judge(engine, drawn("ticket", 5)).examined
    assert one.verdict is not None
    assert one.verdict.index_id == before.index_id
