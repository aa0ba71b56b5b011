from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.calibration import Calibration
from indexer.index import Example
from models.page.scan import Fault, Scan
from service.workers import weighing
from service.workers.engine import Engine
from service.workers.judge import Judge
from service.workers.weighing import Flip, Known, Weighed, flips_of, weigh
from tests.service.fakes import scan_of

Draw = Callable[..., Path]
Row = NDArray[np.float32]


CALIBRATION = Calibration(
    sharpness=50.0, known=(4.0, -10.0, 0.0, 0.0), choice=20.0, shares=(0.01, 0.99), crowds=(1,),
    limits=((2.0, -20.0),), kin=(0.01, 0.1),
)  # fmt: skip
"""Lets in whoever is nearer than 0.2 to a class; with ``reject`` 0.99, everybody."""


def at(angle: float) -> Row:
    """A point on a circle, in degrees."""
    return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle)), 0], np.float32)


def judge(**classes: list[float]) -> Judge:
    """Judges by examples on a circle, which are called as they stand; nobody is unknown."""
    examples = [
        (Example(name, f"{name}/{angle:g}", f"{angle:g}"), at(angle))
        for name, angles in classes.items()
        for angle in angles
    ]
    rows = np.stack([row for _, row in examples])
    named = [one for one, _ in examples]
    return Judge.of(named, rows, CALIBRATION, reject=0.99, branch_id="branch")


def flips(by: Judge, name: str, angle: float, **known: list[float]) -> list[Flip]:
    """Who would be turned around by an example of a class at an angle."""
    scans = [
        Known(int(place), Scan(Path("x.png"), f"scan {place:g}", 1), class_name)
        for class_name, places in known.items()
        for place in places
    ]
    rows = {one.scan.sha256: at(one.scan_id) for one in scans}
    found, judged = flips_of(by, Example(name, f"{name}/new", "new"), at(angle), scans, rows)
    assert judged == len(scans) + len(by.index.examples)
    return found


def test_an_example_among_its_own_turns_nobody_around() -> None:
    """Nothing could ever be learned."""
    assert flips(judge(a=[0, 10], b=[90, 100]), "a", 30, a=[5, 20], b=[80]) == []


def test_an_example_among_others_turns_them_around() -> None:
    """A slip of a person would take a whole class along."""
    found = flips(judge(a=[0, 4], b=[90]), "b", 30, a=[25, 33, 2])
    assert [(one.scan_id, one.class_name, one.taken_for) for one in found] == [
        (25, "a", "b"), (33, "a", "b"),
    ]  # fmt: skip


def test_who_was_wrong_before_does_not_count() -> None:
    """A mistake that is there anyhow would forbid to learn."""
    assert flips(judge(a=[0], b=[90]), "b", 80, a=[85]) == []


def test_what_goes_to_review_after_all_does_not_count() -> None:
    """Every odd example of a class would be asked about: a person sees in review what it did."""
    strict = judge(a=[0], b=[90])
    strict = Judge(strict.index, strict.calibration, 0.01, "branch")
    assert flips(strict, "a", 180, a=[36]) == []


def test_an_example_is_judged_without_itself() -> None:
    """It would be nearest to itself, and never be turned around."""
    assert flips(judge(a=[0, 20], b=[90]), "b", 21) == [Flip(None, "a/20", "a", "b")]
    by = judge(a=[0, 20], b=[90])
    known = [Known(7, Scan(Path("x.png"), "20", 1), "a")]
    (one,), judged = flips_of(by, Example("b", "b/new", "new"), at(21), known, {"20": at(20)})
    assert (one.scan_id, one.taken_for, judged) == (7, "b", 3)


def test_who_would_be_let_in_is_turned_around_as_well() -> None:
    """What people said to be of no class would be filed."""
    strict = judge(a=[0], b=[90])
    strict = Judge(strict.index, strict.calibration, 0.01, "branch")
    (before,) = strict.judge(at(45)[None])
    assert before.class_name == "unknown"
    (one,) = flips(strict, "a", 45, unknown=[45])
    assert (one.scan_id, one.taken_for) == (45, "a")


@pytest.fixture
def shown(engine: Engine, drawn: Draw) -> Engine:
    """The real engine, with a ticket and a cylinder as examples."""
    for kind in ("ticket", "cylinder"):
        (engine.spec.support / kind).mkdir()
        shutil.copyfile(drawn(kind), engine.spec.support / kind / f"{kind}.png")
    return engine


def known(drawn: Draw, *seeds: int) -> list[Known]:
    """Tickets that a person has confirmed."""
    return [Known(seed, scan_of(drawn("ticket", seed)), "ticket") for seed in seeds]


def weighed(found: Weighed | Fault) -> Weighed:
    """It could be weighed."""
    assert isinstance(found, Weighed)
    return found


def test_real_pictures_are_weighed(shown: Engine, drawn: Draw) -> None:
    """A ticket would be learned as a cylinder."""
    held = known(drawn, 2, 3, 4)
    right = weighed(weigh(shown.spec, scan_of(drawn("ticket", 5)), "ticket", held))
    assert (right.judged, right.flips, right.waiting) == (5, (), 0)
    wrong = weighed(weigh(shown.spec, scan_of(drawn("ticket", 5)), "cylinder", held))
    assert {one.scan_id for one in wrong.flips} & {2, 3, 4}
    assert {one.taken_for for one in wrong.flips} == {"cylinder"}


def test_each_scan_is_embedded_once(
    shown: Engine, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A correction would cost as many embeddings as there were confirmations."""
    held = known(drawn, 2, 3)
    weigh(shown.spec, scan_of(drawn("ticket", 5)), "ticket", held)
    asked: list[Scan] = []
    embed = weighing._embed

    def counting(engine: Engine, scan: Scan, rows: dict[str, Row]) -> Fault | None:
        if scan.sha256 not in rows:
            asked.append(scan)
        return embed(engine, scan, rows)

    monkeypatch.setattr(weighing, "_embed", counting)
    new = scan_of(drawn("ticket", 6))
    weigh(shown.spec, new, "ticket", held)
    assert asked == [new]


def test_a_long_history_is_embedded_bit_by_bit(
    shown: Engine, drawn: Draw, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Scans that are to be sorted would wait for minutes."""
    monkeypatch.setattr(weighing, "BUDGET", -1.0)
    new = scan_of(drawn("ticket", 5))
    assert weighed(weigh(shown.spec, new, "ticket", known(drawn, 2, 3))).waiting == 2
    monkeypatch.setattr(weighing, "BUDGET", 60.0)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    held = [*known(drawn, 2, 3), Known(9, scan_of(broken), "ticket")]
    found = weighed(weigh(shown.spec, new, "ticket", held))
    assert (found.waiting, found.unreadable, found.judged) == (0, (9,), 4)


def test_what_is_an_example_already_is_told(shown: Engine, drawn: Draw) -> None:
    """One picture would be an example twice, or of two classes."""
    found = weighed(weigh(shown.spec, scan_of(drawn("ticket")), "cylinder", []))
    assert found.same == "ticket/ticket.png"


def test_what_cannot_be_read_is_a_fault(shown: Engine, tmp_path: Path) -> None:
    """The service would end."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    assert isinstance(weigh(shown.spec, scan_of(broken), "ticket", []), Fault)
