from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from config.errors import ConflictError, MissingError
from models.page.scan import Fault, Scan
from service.daemon.corrections.learning import Learning
from service.desk.classes.lessons import answer, lessons_of
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.lock import only_daemon
from service.workers.dispatcher import Dispatcher
from service.workers.process import WorkerDiedError
from service.workers.weighing import Flip, Known, Weighed
from storage.corrections.lessons import LessonBook
from storage.corrections.reclassified import ReclassifiedBook
from tests.service.fakes import SPEC, Desk, Judge

ON = {"learn_from_corrections": True}
FLIPS = Weighed(judged=3, flips=(Flip(2, "", "ticket", "cylinder"), Flip(None, "x/1", "x", "y")))


@pytest.fixture
def used(desk: Desk) -> Desk:
    """Three tickets, a cylinder and a scan of no class; the classes ticket and cylinder."""
    for name in ("ticket", "cylinder"):
        (desk.home.support / name).mkdir(parents=True)
        (desk.home.support / name / "1.png").write_text(f"an example of {name}")
    for name, content in (
        ("a.png", "ticket 1"), ("b.png", "ticket 2"), ("c.png", "unknown 3"), ("d.png", "ticket 4"),
        ("e.png", "cylinder 5"),
    ):  # fmt: skip
        desk.drop(name, content)
        desk.once(Judge())
    return desk


def say(desk: Desk, scan_id: int, class_name: str) -> None:
    """Say it over the API."""
    say_what_it_is(desk.home, desk.ledger, scan_id, class_name, "api")


def examples(desk: Desk) -> set[str]:
    """All examples but the first ones."""
    found = {str(path.relative_to(desk.home.support)) for path in desk.home.support.rglob("*.png")}
    return found - {"ticket/1.png", "cylinder/1.png"}


def states(desk: Desk) -> dict[int, str]:
    """How far each lesson came, by the number of its scan."""
    told = lessons_of(desk.home, desk.ledger, learning=True)
    return {one["scan_id"]: one["state"] for one in told["lessons"]}


def asking(desk: Desk) -> dict[str, Any]:
    """The one that asks."""
    (one,) = lessons_of(desk.home, desk.ledger, learning=True, state="asks")["lessons"]
    return dict(one)


def test_a_corrected_scan_becomes_an_example(used: Desk) -> None:
    """The same mistake would be made again with the next scan of that kind."""
    say(used, 1, "cylinder")
    assert states(used) == {1: "owed"}
    assert used.once(Judge(), **ON)
    assert states(used) == {1: "added"}
    assert examples(used) == {"cylinder/a.png"}
    assert (used.home.support / "cylinder" / "a.png").read_text() == "ticket 1"
    assert (used.home.sorted / "cylinder" / "a.png").exists()


def test_without_the_setting_nothing_is_learned(used: Desk) -> None:
    """Examples would be added behind a person's back."""
    say(used, 1, "cylinder")
    assert used.once(Judge())
    assert examples(used) == set()
    assert lessons_of(used.home, used.ledger, learning=False) == {"lessons": [], "counts": {}}


def test_what_nobody_corrected_never_becomes_an_example(used: Desk) -> None:
    """The network would learn from its own mistakes."""
    say(used, 1, "ticket")  # right as it was: the examples know its kind
    say(used, 3, "unknown")
    say(used, 2, "unknown")  # of no class: of what would it be an example?
    assert used.once(Judge(), **ON)
    assert (examples(used), states(used)) == (set(), {})


def test_only_what_people_said_is_held_against_it(used: Desk) -> None:
    """A wrong prediction would speak against a right correction."""
    held: list[tuple[str, dict[int, str]]] = []

    def weighs(scan: Scan, class_name: str, known: Sequence[Known]) -> Weighed:
        held.append((scan.path.name, {one.scan_id: one.class_name for one in known}))
        return Weighed(judged=len(known))

    say(used, 1, "cylinder")
    say(used, 2, "ticket")
    say(used, 3, "ticket")
    take_back_last(used.home, used.ledger, 3)
    say(used, 5, "unknown")
    assert used.once(Judge(weighs=weighs), **ON)
    assert held == [("a.png", {1: "cylinder", 2: "ticket", 5: "unknown"})]


def test_what_would_turn_a_word_around_is_asked(used: Desk) -> None:
    """One slip of a person would spoil what ten others have said."""
    say(used, 1, "cylinder")
    assert used.once(Judge(weighs=lambda *_: FLIPS), **ON)
    assert examples(used) == set()
    one = asking(used)
    assert (
        one["reason"]
        == "scan 2, which is ticket, would be taken for cylinder; 2 of 3 pictures in all"
    )
    assert one["flips"] == {"what": "scan 2", "scan_id": 2, "to": "cylinder"}
    # It is asked once, and not weighed again.
    assert used.once(Judge(weighs=lambda *_: Weighed()), **ON)
    assert states(used) == {1: "asks"}


def test_a_person_answers(used: Desk) -> None:
    """What only looks like poison could never be learned."""
    say(used, 1, "cylinder")
    say(used, 2, "cylinder")
    used.once(Judge(weighs=lambda *_: FLIPS), **ON)
    told = answer(used.home, used.ledger, 1, "add")
    assert (told["state"], told["example"]) == ("added", "cylinder/a.png")
    assert examples(used) == {"cylinder/a.png"}
    assert answer(used.home, used.ledger, 2, "leave")["state"] == "declined"
    assert answer(used.home, used.ledger, 2, "add")["state"] == "added"
    with pytest.raises(ConflictError, match="the example of scan 1 is added"):
        answer(used.home, used.ledger, 1, "leave")
    with pytest.raises(MissingError, match="nothing is asked of scan 4"):
        answer(used.home, used.ledger, 4, "add")


def test_a_daemon_at_work_does_what_was_answered(used: Desk) -> None:
    """Two processes would add it twice."""
    say(used, 1, "cylinder")
    used.once(Judge(weighs=lambda *_: FLIPS), **ON)
    with only_daemon(used.home.lock_file):
        assert answer(used.home, used.ledger, 1, "add")["state"] == "adding"
    assert used.once(Judge())
    assert states(used) == {1: "added"}
    assert examples(used) == {"cylinder/a.png"}


def test_a_word_that_is_taken_back_takes_its_example_along(used: Desk) -> None:
    """A slip would stay an example for ever."""
    say(used, 1, "cylinder")
    used.once(Judge(), **ON)
    (used.home.support / "cylinder" / "a.png").rename(used.home.support / "cylinder" / "z.png")
    take_back_last(used.home, used.ledger, 1)
    assert used.once(Judge())
    assert (examples(used), states(used)) == (set(), {})
    assert (used.home.removed / "cylinder" / "z.png").read_text() == "ticket 1"
    say(used, 1, "cylinder")
    used.once(Judge(), **ON)
    assert examples(used) == {"cylinder/a.png"}


def test_another_word_takes_it_to_another_class(used: Desk) -> None:
    """It would be an example of two classes."""
    say(used, 3, "cylinder")
    used.once(Judge(), **ON)
    say(used, 3, "ticket")
    used.once(Judge(), **ON)
    assert examples(used) == {"ticket/c.png"}


def test_what_a_person_made_an_example_stays_one(used: Desk) -> None:
    """Taking a word back would take away an example that was given by hand."""
    mine = used.home.support / "cylinder" / "mine.png"
    mine.write_text("ticket 1")
    say(used, 1, "cylinder")
    used.once(Judge(weighs=lambda *_: Weighed(same="cylinder/mine.png")), **ON)
    assert states(used) == {1: "there"}
    take_back_last(used.home, used.ledger, 1)
    used.once(Judge())
    assert (states(used), mine.exists()) == ({}, True)


def test_a_picture_that_is_an_example_of_another_class_is_asked(used: Desk) -> None:
    """One picture would be an example of two classes."""
    say(used, 1, "cylinder")
    used.once(Judge(weighs=lambda *_: Weighed(same="ticket/1.png")), **ON)
    assert asking(used)["reason"] == "the same picture is the example ticket/1.png already"


def test_it_is_weighed_until_all_are_embedded(used: Desk) -> None:
    """A long history would hold a worker for minutes, or be left out."""
    answers = [Weighed(waiting=2, unreadable=(2,)), Weighed(waiting=1), Weighed(judged=1)]
    known: list[int] = []

    def weighs(_scan: Scan, _class_name: str, held: Sequence[Known]) -> Weighed:
        known.append(len(held))
        return answers[len(known) - 1]

    say(used, 2, "ticket")
    say(used, 1, "cylinder")
    assert used.once(Judge(weighs=weighs), **ON)
    assert (states(used), known) == ({1: "added"}, [2, 1, 1])


def test_what_cannot_be_weighed_is_told(used: Desk) -> None:
    """The service would try it for ever, or end."""

    def dies(*_: object) -> Weighed:
        raise WorkerDiedError(-9)

    for scan_id in (1, 2):
        say(used, scan_id, "cylinder")
    assert used.once(Judge(weighs=lambda *_: Fault("decode", "is broken")), **ON)
    say(used, 3, "cylinder")
    assert used.once(Judge(weighs=dies), **ON)
    (used.home.support / "cylinder" / "1.png").unlink()
    say(used, 5, "ticket")
    take_back_last(used.home, used.ledger, 5)
    assert states(used) == {1: "failed", 2: "failed", 3: "failed"}
    told = lessons_of(used.home, used.ledger, learning=True)
    assert {one["scan_id"]: one["reason"] for one in told["lessons"]} == {
        1: "it is broken", 2: "it is broken",
        3: "its worker process died (exit code -9, SIGKILL)",
    }  # fmt: skip


def test_of_a_detector_s_class_nothing_is_learned_by_example(used: Desk) -> None:
    """A class of one example would compete with the detector that was trained for it."""
    (used.home.detectors / "banana").mkdir()
    say(used, 1, "banana")
    used.once(Judge(), **ON)
    assert examples(used) == set()
    (told,) = lessons_of(used.home, used.ledger, learning=True)["lessons"]
    assert (told["state"], told["reason"]) == ("failed", "it has no examples, but a detector")


def test_a_class_that_was_taken_away_does_not_come_back(used: Desk) -> None:
    """Who removed a class would find it again, with an example that nobody put there."""
    say(used, 1, "cylinder")
    (used.home.support / "cylinder" / "1.png").unlink()
    used.once(Judge(), **ON)
    assert examples(used) == set()
    assert states(used) == {1: "failed"}


def test_what_a_dead_daemon_had_begun_is_done_once(used: Desk) -> None:
    """A crash would leave two examples, or one that nobody takes out again."""
    say(used, 1, "cylinder")
    book = LessonBook(used.ledger.database, used.home)
    (one,) = book.owed(2)
    book.decide(one, "adding")
    (used.home.support / "cylinder" / "a.png").write_text("ticket 1")
    used.once(Judge())
    assert (examples(used), states(used)) == ({"cylinder/a.png"}, {1: "added"})


def test_status_tells_of_questions(used: Desk) -> None:
    """Nobody would know that something is asked."""
    from service.desk.overview import status

    assert status(used.home, used.ledger)["asks"] is None
    say(used, 1, "cylinder")
    used.once(Judge(weighs=lambda *_: FLIPS), **ON)
    assert status(used.home, used.ledger)["asks"] == 1
    assert ReclassifiedBook(used.ledger.database, used.home).spoken_of() == {1}


def test_while_scans_are_judged_nothing_is_weighed(used: Desk) -> None:
    """A pile that was dropped would wait for what can wait."""
    weighed: list[str] = []

    def weighs(scan: Scan, *_: object) -> Weighed:
        weighed.append(scan.path.name)
        return Weighed()

    say(used, 1, "cylinder")
    dispatcher = Dispatcher(Judge(weighs=weighs), SPEC, workers=1, wake=lambda: None)
    book = LessonBook(used.ledger.database, used.home)
    learning = Learning(used.home, book, dispatcher, on=True)
    dispatcher.in_flight = 1
    learning.go_on()
    assert (weighed, learning.idle) == ([], False)
    dispatcher.in_flight = 0
    learning.go_on()
    assert (weighed, learning.busy) == (["a.png"], True)
