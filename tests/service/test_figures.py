"""Figures with known answers, over a real ledger that is written in its own ways."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.errors import UsageError
from config.home import Home
from indexer.evaluation.measures import Proportion
from models.page.scan import Fault
from service.desk.figures import Confused, Figures, Took, Week, figures
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.desk.scans.recalling import put_back
from service.lock import only_daemon
from storage.corrections.feedback import Correction, FeedbackBook
from storage.corrections.reclassified import Change, ReclassifiedBook
from storage.database import Database
from storage.ledger import Ledger
from storage.records import Decision, Heartbeat, Move
from tests.service.fakes import scan_of, verdict_of

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday


class Past:
    """A ledger whose clock is set by hand, and scans that came when they are said to."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home, self.now = home, NOW
        self.ledger = Ledger(database, home, lambda: self.now)
        self.book = FeedbackBook(database, home, lambda: self.now)
        for name in ("ticket", "cylinder"):
            (home.support / name).mkdir()
            (home.support / name / "1.png").write_text(name)

    def scan(self, came: datetime, class_name: str | None, took: float = 2.0) -> int:
        """Receives, judges and files a scan; without a class it fails. Its number."""
        self.now = came
        number = len(list(self.ledger.results()))
        path = self.home.inbox / f"{number}.png"
        path.write_text(f"scan {number}")
        (claim,) = self.ledger.claim([scan_of(path)])
        folder = self.home.failed if class_name is None else self.home.sorted / class_name
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / path.name
        if class_name is None:
            fault = Fault("decode", "is broken")
            decision = Decision(claim.scan_id, claim.scan, "failed", place, fault=fault)
        else:
            state = "review" if class_name == "unknown" else "filed"
            verdict = verdict_of(class_name)
            decision = Decision(claim.scan_id, claim.scan, state, place, verdict)
        self.ledger.decide([decision])
        path.rename(place)
        self.now = came + timedelta(seconds=took)
        self.ledger.close([claim.scan_id])
        return claim.scan_id

    def say(self, scan_id: int, class_name: str) -> None:
        """A person says what it is."""
        say_what_it_is(self.home, self.ledger, scan_id, class_name, "page")

    def figures(self, days: int = 3, zone: str = "UTC") -> Figures:
        """The figures of now."""
        return figures(self.home, self.ledger, days=days, zone=ZoneInfo(zone), now=NOW)


@pytest.fixture
def past(home: Home) -> Iterator[Past]:
    """A home with nothing in it but two classes."""
    database = Database.open(home.database)
    yield Past(home, database)
    database.close()


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of November."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_of_an_empty_ledger_there_is_nothing_to_tell(past: Past) -> None:
    """The first look at a new home would be an error."""
    found = past.figures(days=30)
    assert len(found.periods) == 30
    assert (found.periods[0].first, found.periods[-1].first) == (
        date(2026, 10, 20),
        date(2026, 11, 18),
    )
    assert all((one.classes, one.without, one.took) == ({}, 0, None) for one in found.periods)
    assert found.periods[0].to_review == Proportion(0, 0)
    assert [one.first for one in found.weeks] == [
        date(2026, 10, 19), date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9),
        date(2026, 11, 16),
    ]  # fmt: skip
    assert (found.confusion, found.states, found.classes) == ((), {}, {})
    assert found.right.share is None
    queue = found.queue
    assert (queue.waiting, queue.queued, queue.working, queue.moving, queue.oldest) == (
        None, 0, 0, 0, None,
    )  # fmt: skip


def test_scans_are_counted_by_day_and_class(past: Past) -> None:
    """A bar would be too high, or stand on the wrong day."""
    for day, name in (
        (16, "ticket"),
        (16, "ticket"),
        (16, "unknown"),
        (17, None),
        (18, "cylinder"),
    ):
        past.scan(at(day), name)
    past.scan(at(15), "ticket")  # before the first day
    found = past.figures()
    assert [(one.first.day, one.classes, one.without) for one in found.periods] == [
        (16, {"ticket": 2, "unknown": 1}, 0), (17, {}, 1), (18, {"cylinder": 1}, 0),
    ]  # fmt: skip
    assert [one.to_review for one in found.periods] == [
        Proportion(1, 3), Proportion(0, 0), Proportion(0, 1),
    ]  # fmt: skip
    assert found.states == {"filed": 4, "review": 1, "failed": 1}
    assert found.classes == {"ticket": 3, "cylinder": 1, "unknown": 1}


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", [1, 3, 0]), ("Asia/Kathmandu", [0, 3, 1]), ("America/New_York", [3, 1, 0]),
    ],
)  # fmt: skip
def test_a_day_is_a_day_of_whoever_looks(past: Past, zone: str, expected: list[int]) -> None:
    """What was scanned in the evening would stand under the day after."""
    past.scan(at(16, 23, 59), "ticket")
    past.scan(at(17, 0, 0), "ticket")
    past.scan(at(17, 4), "ticket")
    past.scan(at(17, 18, 30), "ticket")
    assert [sum(one.classes.values()) for one in past.figures(zone=zone).periods] == expected


def test_a_day_on_which_the_clocks_change_is_whole(past: Past) -> None:
    """An hour of scans would be missing, or be counted twice."""
    past.now = NOW
    for hour in range(25):  # the 25th of October in Berlin: 22:00 UTC until 23:00 UTC
        past.scan(datetime(2026, 10, 24, 22, 30, tzinfo=UTC) + timedelta(hours=hour), "ticket")
    seen = figures(
        past.home, past.ledger, days=3, zone=ZoneInfo("Europe/Berlin"),
        now=datetime(2026, 10, 26, 12, tzinfo=UTC),
    )  # fmt: skip
    assert [one.classes for one in seen.periods] == [{}, {"ticket": 25}, {}]


def test_what_people_said_tells_how_often_the_network_was_right(past: Past) -> None:
    """The share would count a scan twice, or a word that was taken back."""
    ids = [past.scan(at(day), name) for day, name in (
        (9, "ticket"), (16, "ticket"), (17, "ticket"), (17, "cylinder"), (17, "unknown"), (18, "ticket"),
    )]  # fmt: skip
    past.say(ids[0], "ticket")
    past.say(ids[1], "ticket")
    past.say(ids[2], "cylinder")
    past.say(ids[2], "ticket")  # changed their mind: it was right
    past.say(ids[3], "ticket")
    past.say(ids[4], "ticket")
    past.say(ids[5], "cylinder")
    take_back_last(past.home, past.ledger, ids[5])  # nothing holds of it
    found = past.figures(days=10)
    assert found.weeks == (
        Week(date(2026, 11, 9), Proportion(1, 1)), Week(date(2026, 11, 16), Proportion(2, 4)),
    )  # fmt: skip
    assert set(found.confusion) == {
        Confused("ticket", "ticket", 3), Confused("cylinder", "ticket", 1),
        Confused("unknown", "ticket", 1),
    }  # fmt: skip
    assert found.confusion[0].scans == 3
    assert found.right == Proportion(3, 5)
    low, high = found.weeks[0].right.interval
    assert (round(low, 3), high) == (0.207, 1.0)  # Wilson (1927), 1 of 1


def test_what_was_corrected_still_went_to_review(past: Past) -> None:
    """With every scan that a person sorts, the network would look better than it is."""
    ids = [past.scan(at(18), name) for name in ("unknown", "unknown", "ticket", None, "ticket")]
    past.say(ids[0], "ticket")
    past.say(ids[2], "unknown")
    past.say(ids[3], "ticket")  # the network could not judge it
    day = past.figures().periods[-1]
    assert day.classes == {"ticket": 3, "unknown": 2}
    assert (day.without, day.to_review) == (0, Proportion(2, 4))
    assert past.figures().right == Proportion(0, 2)


def test_seconds_are_those_of_the_machine(past: Past) -> None:
    """A correction after a week would make the machine look as slow as the person."""
    ids = [past.scan(at(17), "ticket", took) for took in (1.0, 2.0, 3.0, 4.0, 10.0)]
    past.scan(at(17), None, 500.0)
    assert past.figures().periods[1].took == Took(5, 3.0, pytest.approx(8.8))
    past.now = NOW
    past.say(ids[4], "cylinder")
    past.say(ids[0], "ticket")  # confirmed: it did not move
    assert past.figures().periods[1].took == Took(4, 2.5, pytest.approx(3.85))
    take_back_last(past.home, past.ledger, ids[4])
    assert past.figures().periods[1].took == Took(4, 2.5, pytest.approx(3.85))
    place = past.home.sorted / "cylinder" / "1.png"
    past.book.moved([Correction("cylinder", move(past, ids[1], place))])
    assert past.figures().periods[1].took == Took(4, 2.5, pytest.approx(3.85))


def test_seconds_of_what_was_judged_anew_are_left_out(past: Past) -> None:
    """Reclassifying a month of scans would make that month look as slow as a month."""
    first = past.scan(at(17), "unknown", 3.0)
    past.scan(at(17), "ticket", 1.0)
    past.now = NOW
    (filed,) = past.ledger.filed(scan_ids=[first])
    place = past.home.sorted / "cylinder" / filed.place.name
    book = ReclassifiedBook(past.ledger.database, past.home, lambda: past.now)
    moved = Move(first, filed.place, place, filed.sha256, filed.size, "filed")
    assert book.change([Change(verdict_of("cylinder"), moved)]) == [moved]
    past.ledger.close([first])
    day = past.figures().periods[1]
    assert (day.classes, day.took) == ({"cylinder": 1, "ticket": 1}, Took(1, 1.0, 1.0))
    assert day.to_review == Proportion(0, 2)


def move(past: Past, scan_id: int, place: object) -> Move:
    """A file that a person has moved."""
    (filed,) = past.ledger.filed(scan_ids=[scan_id])
    target = past.home.root / str(place)
    return Move(scan_id, filed.place, target, filed.sha256, filed.size, "filed")


def test_a_scan_that_was_retried_counts_once(past: Past) -> None:
    """Each retry would be another scan, and each word be counted again."""
    first = past.scan(at(17), "ticket")
    past.say(first, "cylinder")
    put_back(past.home, past.ledger, past.ledger.filed(scan_ids=[first]))
    found = past.figures()
    assert [sum(one.classes.values()) for one in found.periods] == [0, 0, 0]
    assert (found.confusion, found.classes) == ((), {})
    (inbox,) = past.home.inbox.iterdir()
    inbox.unlink()
    past.scan(at(18), "ticket")
    found = past.figures()
    assert [sum(one.classes.values()) for one in found.periods] == [0, 0, 1]
    assert found.classes == {"ticket": 1}


def test_the_queue_is_that_of_now(past: Past) -> None:
    """A person would wait for what is long done, or believe that nothing waits."""
    waiting = [past.home.inbox / f"w{number}.png" for number in range(3)]
    for number, path in enumerate(waiting):
        path.write_text(f"w{number}")
    past.now = at(18, 11)
    claims = past.ledger.claim([scan_of(path) for path in waiting])
    past.ledger.requeue([claims[0].scan_id], spent_attempt=False)
    past.ledger.decide([
        Decision(claims[1].scan_id, claims[1].scan, "filed", past.home.sorted / "x", verdict_of("ticket"))
    ])  # fmt: skip
    queue = past.figures().queue
    assert (queue.queued, queue.working, queue.moving) == (1, 1, 1)
    assert (queue.waiting, queue.oldest) == (None, at(18, 11))


def test_only_a_daemon_at_work_knows_what_waits(past: Past) -> None:
    """The count of a daemon that died last month would still be shown."""

    def beat(pid: int) -> Heartbeat:
        return Heartbeat(pid, NOW, None, 7, "1", oldest_at=at(18, 10))

    past.ledger.beat(beat(1))
    assert past.figures().queue.waiting is None
    assert past.figures().queue.oldest is None
    with only_daemon(past.home.lock_file):
        past.ledger.beat(beat(os.getpid()))
        queue = past.figures().queue
    assert (queue.waiting, queue.oldest) == (7, at(18, 10))


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_days_that_cannot_be_told_of_are_refused(past: Past, days: int) -> None:
    """A slip would end in a traceback, or hold the ledger for minutes."""
    with pytest.raises(UsageError, match="1 to 366 days"):
        past.figures(days=days)


def test_without_a_zone_the_days_are_those_of_this_machine(past: Past) -> None:
    """Who asks on the command line would see the days of another country."""
    found = figures(past.home, past.ledger, days=1, now=NOW)
    assert found.periods[0].first == NOW.astimezone().date()


def test_of_a_long_time_whole_weeks_are_told(past: Past) -> None:
    """A year would be bars of a pixel each; a week that is cut at its beginning looks like a slow one."""
    for day, took in ((2, 1.0), (8, 3.0), (9, 2.0), (18, 4.0)):
        past.scan(at(day), "ticket", took)
    unknown = past.scan(at(15), "unknown")
    past.say(unknown, "ticket")
    found = figures(past.home, past.ledger, days=15, by_week=True, zone=UTC, now=NOW)
    assert found.step == 7
    assert [(one.first.day, one.classes, one.to_review) for one in found.periods] == [
        (2, {"ticket": 2}, Proportion(0, 2)), (9, {"ticket": 2}, Proportion(1, 2)),
        (16, {"ticket": 1}, Proportion(0, 1)),
    ]  # fmt: skip
    assert found.periods[0].took == Took(2, 2.0, pytest.approx(2.9))
    assert [one.first.day for one in found.weeks] == [2, 9, 16]
