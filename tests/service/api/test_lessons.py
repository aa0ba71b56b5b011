"""``/lessons``, asked by a real client over a real socket."""

from __future__ import annotations

from service.desk.scans.correcting import say_what_it_is
from service.workers.weighing import Flip, Weighed
from tests.service.api.conftest import Answering
from tests.service.fakes import Desk, Judge
from tests.service.serving import is_problem


def test_a_question_is_told_and_answered(answering: Answering) -> None:
    """Nobody could say that an odd picture is an example all the same."""
    home, ledger = answering.home, answering.office.ledger
    for name in ("ticket", "cylinder"):
        (home.support / name).mkdir()
        (home.support / name / "1.png").write_text(name)
    desk = Desk(home, ledger)
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    say_what_it_is(home, ledger, 1, "cylinder", "api")
    flips = Weighed(judged=1, flips=(Flip(None, "ticket/1.png", "ticket", "cylinder"),))
    desk.once(Judge(weighs=lambda *_: flips), learn_from_corrections=True)

    told = answering.client.get("/lessons").json()
    (one,) = told["lessons"]
    assert told["counts"] == {"asks": 1}
    assert (one["scan_id"], one["class"], one["state"]) == (1, "cylinder", "asks")
    assert one["reason"] == "example ticket/1.png, which is ticket, would be taken for cylinder"
    assert one["flips"] == {"what": "example ticket/1.png", "scan_id": None, "to": "cylinder"}
    assert answering.client.get("/lessons?state=added").json()["lessons"] == []

    is_problem(answering.client.post("/lessons/1", json={"answer": "perhaps"}), 422)
    is_problem(answering.client.post("/lessons/2", json={"answer": "add"}), 404)
    added = answering.client.post("/lessons/1", json={"answer": "add"})
    assert (added.status_code, added.json()["state"]) == (200, "added")
    assert (home.support / "cylinder" / "a.png").exists()
    is_problem(answering.client.post("/lessons/1", json={"answer": "leave"}), 409)
