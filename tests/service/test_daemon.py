from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.errors import DatabaseError, WorkersError
from config.home import Home
from service.workers.dispatcher import Dispatcher
from service.workers.pipeline import Job
from storage.database import Database
from storage.records import Decision
from tests.service.fakes import PATIENCE, Desk, Judge, scan_of, verdict_of


@pytest.fixture
def judge() -> Judge:
    """Decides by the first word of a file."""
    return Judge()


@pytest.fixture
def gated() -> Iterator[Judge]:
    """Decides when its gate is opened, which it is at the end."""
    judge = Judge(gate=threading.Event())
    yield judge
    assert judge.gate is not None
    judge.gate.set()


def open_gate(judge: Judge) -> None:
    """Let the judge answer."""
    assert judge.gate is not None
    judge.gate.set()


def test_once_closes_all_that_is_there(desk: Desk, judge: Judge) -> None:
    """A cron job would leave scans behind, or miss that some failed."""
    for number in range(40):
        desk.drop(f"{number}.png", f"ticket {number}")
    desk.drop("sub/u.png", "unknown")
    assert desk.once(judge) is True
    assert set(desk.states().values()) == {"filed", "review"}
    assert len(desk.filed()) == 41
    assert not [path for path in desk.home.inbox.rglob("*") if path.is_file()]
    desk.drop("b.png", "broken")
    assert desk.once(judge) is False
    assert desk.once(judge) is True  # that one was told


def test_a_detector_that_is_not_used_is_told_once(desk: Desk) -> None:
    """Nobody would learn of it, or the log would hold nothing else."""

    class Broken(Judge):
        """Has a broken detector."""

        def _answer(self, future: Future[Any], jobs: Sequence[Job]) -> None:
            inner: Future[Any] = Future()
            super()._answer(inner, jobs)
            broken = {"banana": "the detector banana is damaged"}
            future.set_result(replace(inner.result(), broken_detectors=broken))

    for number in range(40):
        desk.drop(f"{number}.png", f"ticket {number}")
    judge = Broken()
    with capture_logs() as logs:
        assert desk.once(judge)
    assert len(judge.batches) > 1
    (told,) = [one for one in logs if one["event"] == "detector not used"]
    assert (told["detector"], told["reason"]) == ("banana", "the detector banana is damaged")


def test_once_ends_at_once_on_an_empty_inbox(desk: Desk, judge: Judge) -> None:
    """A cron job would hang."""
    assert desk.once(judge) is True
    assert judge.batches == []


def test_once_does_not_wait_for_a_truncated_file(desk: Desk, judge: Judge) -> None:
    """A cron job would take a minute longer for each broken upload."""
    desk.drop("a.png", "cut")
    assert desk.once(judge) is False
    assert desk.states() == {"a.png": "failed"}
    assert judge.batches == [["a.png"]]


def test_once_leaves_what_arrives_later(desk: Desk, judge: Judge) -> None:
    """A busy inbox would keep it going for ever."""
    desk.drop("a.png")
    judge.on_batch = lambda _: desk.drop("late.png")
    assert desk.once(judge) is True
    assert desk.states() == {"a.png": "filed"}
    assert (desk.home.inbox / "late.png").exists()


def test_once_rests_while_the_workers_work(desk: Desk, gated: Judge) -> None:
    """After a minute, when a sweep would be due, it would burn a whole core with waiting."""
    desk.drop("a.png")
    daemon = desk.daemon(gated, rescan_interval=0.001)
    looks = 0
    settle = daemon._settle

    def counted(**more: Any) -> Any:
        nonlocal looks
        looks += 1
        return settle(**more)

    daemon._settle = counted  # type: ignore[method-assign]
    thread = threading.Thread(target=daemon.run, kwargs={"once": True})
    thread.start()
    assert gated.started.wait(PATIENCE)
    thread.join(0.3)  # nothing can be waited for: that nothing happens is the point
    open_gate(gated)
    thread.join(PATIENCE)
    assert looks < 10


def test_watching_takes_what_arrives(desk: Desk, judge: Judge) -> None:
    """The service would sort what was there at its start, and nothing after."""
    desk.drop("before.png")
    with desk.watching(judge):
        assert desk.wait_closed() == [("before.png", "filed")]
        desk.drop("after.png", "unknown")
        assert desk.wait_closed() == [("after.png", "review")]
        desk.drop("sub/deep/last.png", "broken")
        assert desk.wait_closed() == [("last.png", "failed")]
    assert desk.rows()[-1]["inbox_path"] == "sub/deep/last.png"


def test_what_arrives_right_after_the_first_sweep_is_seen(desk: Desk, judge: Judge) -> None:
    """A scan dropped while the service starts would lie until the next sweep."""
    daemon = desk.daemon(judge)
    sweep = daemon._inbox.sweep

    def sweep_and_drop() -> None:
        sweep()
        desk.drop("late.png")

    daemon._inbox.sweep = sweep_and_drop  # type: ignore[method-assign]
    thread = threading.Thread(target=daemon.run)
    thread.start()
    try:
        assert desk.wait_closed() == [("late.png", "filed")]
    finally:
        daemon.stop()
        thread.join(PATIENCE)


def test_a_truncated_file_gets_one_more_chance(desk: Desk, judge: Judge) -> None:
    """An upload that pauses longer than the delay would be failed at half its length."""
    with desk.watching(judge, rescan_interval=0.2):
        desk.drop("a.png", "cut")
        assert desk.wait_closed() == [("a.png", "failed")]
    assert judge.batches == [["a.png"], ["a.png"]]
    (row,) = desk.rows()
    assert (row["state"], row["attempts"]) == ("failed", 0)


def test_a_truncated_file_that_grew_is_judged_anew(desk: Desk, judge: Judge) -> None:
    """The whole scan would carry the failure of its first half."""
    requeued = desk.after("requeue")
    with desk.watching(judge):  # the next sweep is an hour away
        desk.drop("a.png", "cut")
        assert requeued.wait(PATIENCE)
        desk.drop("a.png", "ticket, whole now")
        assert desk.wait_closed() == [("a.png", "filed")]
    assert [row["state"] for row in desk.rows()] == ["superseded", "filed"]


def test_a_truncated_file_that_is_taken_away_is_closed(desk: Desk, judge: Judge) -> None:
    """'status' would show a queue that never empties."""
    requeued, abandoned = desk.after("requeue"), desk.after("abandon")
    with desk.watching(judge, rescan_interval=0.5):
        path = desk.drop("a.png", "cut")
        assert requeued.wait(PATIENCE)
        path.unlink()
        assert abandoned.wait(PATIENCE)
    assert desk.states() == {"a.png": "failed"}
    assert "went away" in desk.rows()[0]["error"]


def test_a_second_copy_is_filed_and_linked(desk: Desk, judge: Judge) -> None:
    """A copy would be read by OCR again, or its link to the first be missing."""
    desk.drop("a.png", "ticket 1")
    desk.once(judge)
    desk.drop("b.png", "ticket 1")
    desk.once(judge)
    first, second = desk.rows()
    assert (second["state"], second["duplicate_of"]) == ("filed", first["scan_id"])
    assert second["text"] == first["text"] == "ticket 1\nthank you"
    assert judge.priors == ["b.png"]
    assert desk.filed() == {"sorted/ticket/a.png", "sorted/ticket/b.png"}


@pytest.mark.parametrize("duplicates", ["keep", "skip"])
def test_copies_that_arrive_together_are_linked_too(
    desk: Desk, judge: Judge, duplicates: str
) -> None:
    """Who drops a folder with copies in it would get each judged, and none set aside."""
    for number in range(60):
        desk.drop(f"{number:02}.png", f"ticket {number % 3}")
    assert desk.once(judge, duplicates=duplicates)
    rows = desk.rows()
    firsts = [row for row in rows if row["duplicate_of"] is None]
    assert len(firsts) == 3
    assert sum(map(len, judge.batches)) == (60 if duplicates == "keep" else 3)
    assert len(judge.priors) == (57 if duplicates == "keep" else 0)
    last = {row["state"] for row in rows if row["duplicate_of"] is not None}
    assert last == ({"filed"} if duplicates == "keep" else {"duplicate"})
    assert len(desk.filed()) == 60


def test_copies_of_a_broken_file_all_fail(desk: Desk, judge: Judge) -> None:
    """Copies that wait for a result that never comes would stay in the inbox."""
    for number in range(7):
        desk.drop(f"{number}.png", "broken")
    assert desk.once(judge) is False
    assert list(desk.home.inbox.iterdir()) == []
    assert len([name for name in desk.filed() if name.endswith(".png")]) == 7


def test_skipped_copies_go_to_duplicates(desk: Desk, judge: Judge) -> None:
    """'duplicates = skip' would lose the copy, or file it twice."""
    desk.drop("a.png", "ticket 1")
    desk.once(judge, duplicates="skip")
    desk.drop("b.png", "ticket 1")
    assert desk.once(judge, duplicates="skip") is True
    assert desk.states() == {"a.png": "filed", "b.png": "duplicate"}
    assert desk.filed() == {"sorted/ticket/a.png", "duplicates/b.png"}


def test_a_failed_file_that_is_dropped_again_is_a_new_row(desk: Desk, judge: Judge) -> None:
    """A retry would be lost in the history of the failure, and its note stay."""
    path = desk.drop("a.png", "broken")
    desk.once(judge)
    (desk.home.failed / "a.png").rename(path)
    desk.once(judge)
    assert [row["state"] for row in desk.rows()] == ["superseded", "failed"]
    assert desk.filed() == {"failed/a.png", "failed/a.png.error.json"}
    (desk.home.failed / "a.png").rename(path)
    assert desk.once(Judge(says={"broken": "ticket"})) is True
    assert [row["state"] for row in desk.rows()] == ["superseded", "superseded", "filed"]
    assert desk.filed() == {"sorted/ticket/a.png"}


def test_a_file_that_vanishes_while_it_is_judged(desk: Desk, gated: Judge) -> None:
    """The daemon would end, or the row be 'working' for ever."""
    with desk.watching(gated):
        path = desk.drop("a.png")
        assert gated.started.wait(PATIENCE)
        path.unlink()
        open_gate(gated)
        assert desk.wait_closed() == [("a.png", "failed")]
        desk.drop("b.png")
        assert desk.wait_closed() == [("b.png", "filed")]
    assert "a.png" not in {Path(name).name for name in desk.filed()}


@pytest.mark.parametrize("how", ["in place", "moved away and dropped anew"])
def test_a_file_that_is_replaced_while_it_is_judged(desk: Desk, gated: Judge, how: str) -> None:
    """The verdict on the old content would file the new one, or the daemon end over it."""
    with desk.watching(gated, rescan_interval=0.05):
        path = desk.drop("a.png", "ticket")
        assert gated.started.wait(PATIENCE)
        if how != "in place":
            path.rename(desk.home.root / "elsewhere.png")
        desk.drop("a.png", "invoice, quite another")
        desk.drop("b.png", "unknown")
        while "b.png" not in gated.submitted.get(timeout=PATIENCE):
            pass
        open_gate(gated)
        ends = desk.wait_closed(3)
    assert sorted(ends) == [("a.png", "filed"), ("a.png", "superseded"), ("b.png", "review")]
    assert desk.filed() == {"sorted/invoice,/a.png", "review/b.png"}
    assert (desk.home.sorted / "invoice," / "a.png").read_text() == "invoice, quite another"


def test_a_scan_that_kills_its_worker_is_parked_and_its_neighbours_finish(
    desk: Desk, judge: Judge
) -> None:
    """One poisonous file would stop the whole inbox, day after day."""
    for name in "abd":
        desk.drop(name, f"ticket {name}")
    desk.drop("c", "killer")
    assert desk.once(judge, max_attempts=3) is False
    assert desk.states() == {"a": "filed", "b": "filed", "d": "filed", "c": "failed"}
    (row,) = desk.rows(state="failed")
    assert row["attempts"] == 3
    assert "exit code -9" in row["error"]
    assert "3 times" in row["error"]
    assert judge.batches.count(["c"]) == 3
    assert "failed/c.error.json" in desk.filed()


@pytest.mark.parametrize("word", ["slow", "poison"])
def test_a_scan_that_ends_otherwise_is_parked_too(desk: Desk, judge: Judge, word: str) -> None:
    """A scan that takes for ever would be tried for ever."""
    desk.drop("a", word)
    desk.drop("b", "ticket")
    assert desk.once(judge, max_attempts=2) is False
    assert desk.states() == {"a": "failed", "b": "filed"}


def test_attempts_are_remembered_over_restarts(desk: Desk) -> None:
    """A scan that takes the daemon down with it would be tried at every start."""
    path = desk.drop("a", "killer")
    (claim,) = desk.ledger.claim([scan_of(path)])
    desk.ledger.requeue([claim.scan_id], spent_attempt=True)
    judge = Judge()
    desk.once(judge, max_attempts=2)
    assert judge.batches == [["a"]]
    assert desk.states() == {"a": "failed"}


def test_an_unwritable_folder_loses_nothing_and_stops_nothing(desk: Desk, judge: Judge) -> None:
    """A full or unmounted disk under sorted/ would end the service, or scatter scans."""
    desk.home.sorted.rmdir()
    desk.home.sorted.write_text("in the way")
    path = desk.drop("a.png")
    with desk.watching(judge, rescan_interval=0.2):
        desk.drop("u.png", "unknown")
        assert desk.wait_closed() == [("u.png", "review")]
        assert path.read_text() == "ticket"
        assert desk.states()["a.png"] == "moving"
        desk.home.sorted.unlink()
        assert desk.wait_closed() == [("a.png", "filed")]
    assert judge.batches.count(["a.png"]) <= 1


def test_once_tells_that_a_file_could_not_be_filed(desk: Desk, judge: Judge) -> None:
    """A cron job would report success while scans pile up."""
    desk.home.sorted.rmdir()
    desk.home.sorted.write_text("in the way")
    path = desk.drop("a.png")
    for number in range(5):
        desk.drop(f"u{number}.png", f"unknown {number}")
    assert desk.once(judge) is False
    assert path.exists()
    assert desk.once(judge) is False  # still so, and it is not judged again
    assert sum(batch.count("a.png") for batch in judge.batches) == 1
    desk.home.sorted.unlink()
    assert desk.once(judge) is True
    assert desk.states()["a.png"] == "filed"


def test_a_ledger_that_another_program_holds_is_waited_for(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup or a forgotten window of a database browser would end the service over night."""
    monkeypatch.setattr("service.daemon.daemon.RETRY", 0.1)
    impatient = Database.open(desk.home.database, timeout=0.1)
    desk.ledger.database = impatient
    refused = threading.Event()
    begin = impatient.write

    @contextmanager
    def watched() -> Iterator[Any]:
        try:
            with begin() as connection:
                yield connection
        except DatabaseError:
            refused.set()
            raise

    monkeypatch.setattr(impatient, "write", watched)
    with desk.watching(judge, rescan_interval=0.2):
        with closing(sqlite3.connect(desk.home.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for number in range(5):
                desk.drop(f"{number}.png", f"ticket {number}")
            assert refused.wait(PATIENCE)
            other.execute("ROLLBACK")
        assert {state for _, state in desk.wait_closed(5)} == {"filed"}
    assert [row["state"] for row in desk.rows()] == ["filed"] * 5
    impatient.close()


def test_stopping_closes_what_is_under_way(desk: Desk, gated: Judge) -> None:
    """Ctrl-C would leave scans half done, to be judged a second time."""
    for number in range(30):
        desk.drop(f"{number:02}", f"ticket {number}")
    with desk.watching(gated, workers=1) as daemon:
        assert gated.started.wait(PATIENCE)
        daemon.stop()
        open_gate(gated)
    states = [row["state"] for row in desk.rows()]
    assert 0 < len(states) < 30
    assert set(states) == {"filed"}
    assert len(list(desk.home.inbox.iterdir())) == 30 - len(states)


def test_once_that_is_interrupted_does_not_say_that_all_is_well(desk: Desk, gated: Judge) -> None:
    """A script would go on as if every scan had been sorted."""
    for number in range(60):
        desk.drop(f"{number:02}", f"ticket {number}")
    daemon = desk.daemon(gated, workers=1)
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(daemon.run(once=True)))
    thread.start()
    assert gated.started.wait(PATIENCE)
    daemon.stop()
    open_gate(gated)
    thread.join(PATIENCE)
    assert answers == [False]
    assert list(desk.home.inbox.iterdir())


def test_stopping_before_the_start_is_heard(desk: Desk, judge: Judge) -> None:
    """Ctrl-C in the first second would be ignored."""
    desk.drop("a")
    daemon = desk.daemon(judge)
    daemon.stop()
    assert daemon.run() is True
    assert desk.rows() == []


def test_an_inbox_that_goes_away_and_comes_back(desk: Desk, judge: Judge) -> None:
    """A share that is unmounted for a moment would end the service."""
    away = desk.home.root / "away"
    missed = threading.Event()
    with desk.watching(judge, rescan_interval=0.1) as daemon:
        sweep = daemon._inbox.sweep

        def watched_sweep() -> None:
            try:
                sweep()
            except OSError:
                missed.set()
                raise

        daemon._inbox.sweep = watched_sweep
        desk.drop("a")
        desk.wait_closed()
        desk.home.inbox.rename(away)
        assert missed.wait(PATIENCE)
        desk.home.inbox.mkdir()
        desk.drop("b")
        assert desk.wait_closed() == [("b", "filed")]


def test_an_engine_that_cannot_be_made_ends_the_daemon(desk: Desk, judge: Judge) -> None:
    """With broken weights the whole inbox would be moved to failed/."""

    def broken(_: Sequence[Job]) -> None:
        raise WorkersError("the engine cannot be started")

    judge.on_batch = broken
    path = desk.drop("a")
    with pytest.raises(WorkersError):
        desk.once(judge)
    assert path.exists()
    assert desk.once(Judge()) is True
    assert [row["state"] for row in desk.rows()] == ["filed"]


def test_what_a_dead_daemon_left_is_taken_up(desk: Desk, judge: Judge) -> None:
    """Rows in every state of the way would stay there for ever."""
    moving, working, gone = desk.drop("moving"), desk.drop("working", "unknown"), desk.drop("gone")
    claims = desk.ledger.claim([scan_of(path) for path in (moving, working, gone)])
    place = desk.home.sorted / "ticket" / "moving"
    desk.ledger.decide(
        [Decision(claims[0].scan_id, claims[0].scan, "filed", place, verdict_of("ticket"))]
    )
    gone.unlink()
    assert desk.once(judge) is True
    assert desk.states() == {"moving": "filed", "working": "review", "gone": "failed"}
    assert len(desk.rows()) == 3
    assert judge.batches == [["working"]]


def test_a_move_that_is_refused_at_the_start_is_not_claimed_again(desk: Desk, judge: Judge) -> None:
    """A second row would be made for the same file at each start."""
    path = desk.drop("a")
    (claim,) = desk.ledger.claim([scan_of(path)])
    desk.home.sorted.rmdir()
    desk.home.sorted.write_text("in the way")
    place = desk.home.sorted / "ticket" / "a"
    desk.ledger.decide([Decision(claim.scan_id, claim.scan, "filed", place, verdict_of("ticket"))])
    assert desk.once(judge) is False
    assert [row["state"] for row in desk.rows()] == ["moving"]
    assert judge.batches == []


def test_the_heartbeat_tells_how_it_is_doing(desk: Desk, judge: Judge) -> None:
    """'status' could not tell whether anything happens."""
    desk.drop("a")
    desk.once(judge)
    beat = desk.ledger.heartbeat()
    assert beat is not None
    assert (beat.pid, beat.waiting) == (os.getpid(), 1)


def test_no_more_is_claimed_than_the_workers_have_room_for(desk: Desk) -> None:
    """After a crash the whole inbox would be 'working'."""
    seen = []

    class Counting(Judge):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            seen.append(dispatchers[0].in_flight)
            return super().submit(fn, *args, **kwargs)

    dispatchers: list[Dispatcher] = []
    judge = Counting()
    daemon = desk.daemon(judge, workers=1)
    dispatchers.append(daemon._dispatcher)
    for number in range(50):
        desk.drop(str(number), f"ticket {number}")
    assert daemon.run(once=True)
    assert max(seen) <= 2


KILLED_IN_THE_MIDDLE = """
import sys, time
from pathlib import Path
from config.home import Home
from config.settings import Settings
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge

home = Home.of(Path(sys.argv[1]), Settings())
desk = Desk(home, Ledger(Database.open(home.database), home))
judge = Judge(on_batch=lambda jobs: print(*(job.scan.path.name for job in jobs), flush=True))
desk.once(judge)
print("done", flush=True)
"""


@pytest.mark.parametrize("after", [1, 3, 6])
def test_nothing_is_lost_when_it_is_killed(home: Home, desk: Desk, after: int) -> None:
    """After a power cut scans would be missing, doubled, or stuck on their way."""
    contents = {f"{number:02}.png": f"ticket {number}" for number in range(40)}
    for name, content in contents.items():
        desk.drop(name, content)
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_IN_THE_MIDDLE, home.root],
        stdout=subprocess.PIPE, text=True, cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline().strip() != "done"
        process.send_signal(signal.SIGKILL)
    left = {path.name: path.read_text() for path in home.inbox.iterdir()}
    sorted_ = {path.name: path.read_text() for path in home.sorted.rglob("*.png")}
    assert left | sorted_ == contents

    assert desk.once(Judge()) is True
    assert {path.name: path.read_text() for path in home.sorted.rglob("*.png")} == contents
    assert list(home.inbox.iterdir()) == []
    assert desk.ledger.counts() == {"filed": 40}
