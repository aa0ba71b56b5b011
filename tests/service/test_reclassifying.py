from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.moving import Moved
from service.desk.scans.reclassifying import Offer, go_back, go_over, outdated, unspoken
from service.lock import only_daemon
from service.workers.engine import Engine
from storage.records import Filed
from tests.service.fakes import Desk, Judge, verdict_of

Draw = Callable[..., Path]


@pytest.fixture
def used(desk: Desk) -> Desk:
    """Two scans of no class, a ticket; the classes ticket and cylinder."""
    for name in ("ticket", "cylinder"):
        (desk.home.support / name).mkdir(parents=True)
    for name, content in (("a.png", "unknown 1"), ("b.png", "unknown 2"), ("c.png", "ticket 3")):
        desk.drop(name, content)
        desk.once(Judge())
    return desk


def over(desk: Desk, **to: str) -> list[Moved]:
    """Have scans go to classes, by the first letters of their names."""
    offers = [
        Offer(scan, verdict_of(to[scan.place.stem], "later"))
        for scan in sorted(desk.ledger.filed(), key=lambda scan: scan.scan_id)
        if scan.place.stem in to
    ]
    return go_over(desk.home, desk.ledger, offers)


def rows(desk: Desk) -> list[tuple[str, str, str, str]]:
    """State, class, destination and index of each scan, oldest first."""
    return [
        (row["state"], row["class"], row["destination"], row["index_id"]) for row in desk.rows()
    ]


BEFORE = [
    ("review", "unknown", "review/a.png", "index"),
    ("review", "unknown", "review/b.png", "index"),
    ("filed", "ticket", "sorted/ticket/c.png", "index"),
]


def test_what_was_judged_anew_goes_to_its_class_at_once(used: Desk) -> None:
    """It would wait in the inbox for a daemon, which might judge it otherwise than was shown."""
    moved = over(used, a="ticket", c="cylinder")
    assert [one.reason for one in moved] == ["", ""]
    assert rows(used) == [
        ("filed", "ticket", "sorted/ticket/a.png", "later"),
        BEFORE[1],
        ("filed", "cylinder", "sorted/cylinder/c.png", "later"),
    ]
    assert used.filed() == {"sorted/ticket/a.png", "review/b.png", "sorted/cylinder/c.png"}
    assert [match.class_name for match in used.ledger.matches(3)] == ["cylinder"]
    assert used.ledger.moves() == []


def test_a_run_is_taken_back_as_a_whole(used: Desk) -> None:
    """Who said yes too early would drag every file by hand."""
    over(used, a="ticket", c="cylinder")
    back = go_back(used.home, used.ledger)
    assert sorted(used.home.relative(one.place) for one in back if one.place) == [
        "review/a.png", "sorted/ticket/c.png",
    ]  # fmt: skip
    assert rows(used) == BEFORE
    assert [match.class_name for match in used.ledger.matches(3)] == ["ticket"]
    assert used.filed() == {"review/a.png", "review/b.png", "sorted/ticket/c.png"}
    assert go_back(used.home, used.ledger) == []


def test_run_after_run_is_taken_back(used: Desk) -> None:
    """The second would be lost, or the first be undone before it."""
    over(used, a="ticket")
    over(used, a="cylinder", b="ticket")
    go_back(used.home, used.ledger)
    assert [row[1] for row in rows(used)] == ["ticket", "unknown", "ticket"]
    go_back(used.home, used.ledger)
    assert rows(used) == BEFORE


def test_what_a_person_said_is_never_overturned(used: Desk) -> None:
    """A correction would hold until the next 'reclassify'."""
    say_what_it_is(used.home, used.ledger, 1, "unknown", "api")
    assert [scan.scan_id for scan in unspoken(used.home, used.ledger, used.ledger.filed())] == [
        3, 2,
    ]  # fmt: skip
    # Said after it was shown, and before it was moved.
    (left,) = over(used, a="ticket")
    assert left.place is None
    assert rows(used) == BEFORE

    over(used, b="ticket", c="cylinder")
    say_what_it_is(used.home, used.ledger, 2, "ticket", "api")
    assert [one.scan.scan_id for one in go_back(used.home, used.ledger)] == [3]
    assert rows(used)[1][:3] == ("filed", "ticket", "sorted/ticket/b.png")


def test_what_was_replaced_or_went_away_is_left_alone(used: Desk) -> None:
    """Another file would be moved under the name of the one that was judged."""
    (used.home.review / "a.png").write_text("another")
    os.unlink(used.home.review / "b.png")
    assert [one.reason for one in over(used, a="ticket", b="ticket")] == [
        "is another file now", "is no longer where it was filed",
    ]  # fmt: skip
    assert rows(used) == BEFORE


def test_nothing_is_overwritten_on_either_way(used: Desk) -> None:
    """Somebody's file would be lost."""
    (used.home.sorted / "ticket" / "a.png").write_text("mine")
    over(used, a="ticket")
    assert rows(used)[0][2] == "sorted/ticket/a (2).png"
    (used.home.review / "a.png").write_text("mine, too")
    go_back(used.home, used.ledger)
    assert rows(used)[0][2] == "review/a (2).png"


def test_what_becomes_a_ticket_is_read(used: Desk) -> None:
    """It would be a ticket without text, and without a total."""
    over(used, a="ticket")
    assert used.once(Judge())
    row = used.ledger.result(1)
    assert row is not None
    assert (row["text"], row["nearest_class"]) == ("read: unknown 1 now", "ticket")


def test_a_daemon_at_work_moves_it(used: Desk) -> None:
    """Two processes would move files in one home."""
    with only_daemon(used.home.lock_file), used.watching(Judge()):
        over(used, a="ticket")
        assert rows(used)[0][2] == "sorted/ticket/a.png"
        go_back(used.home, used.ledger)
    assert rows(used) == BEFORE


def test_only_what_would_go_elsewhere_is_told(engine: Engine, drawn: Draw, tmp_path: Path) -> None:
    """A class that was shown late would leave its scans in review/ for ever."""
    (engine.spec.support / "ticket").mkdir()
    shutil.copyfile(drawn("ticket"), engine.spec.support / "ticket" / "ticket.png")
    engine._look_again_at = 0.0
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    scans = [
        Filed(number, "review", place, place, "", 0, class_name)
        for number, (place, class_name) in enumerate(
            [(drawn("ticket"), "unknown"), (drawn("ticket"), "ticket"), (broken, "unknown")]
        )
    ]
    told: list[str] = []
    left: list[tuple[int, str]] = []
    steps: list[None] = []
    found = outdated(
        engine.spec,
        scans,
        notice=lambda _, name, __: told.append(name),
        left=lambda scan, reason: left.append((scan.scan_id, reason)),
        advance=lambda: steps.append(None),
    )
    assert [(one.scan.scan_id, one.class_name) for one in found] == [(0, "ticket")]
    assert (told, len(steps)) == ([], 3)
    assert left == [(2, "is no image of a kind this version reads")]
