from __future__ import annotations

import json
import os
from datetime import timedelta

from service.desk.overview import status
from service.lock import only_daemon
from storage.records import Heartbeat, now
from tests.service.fakes import Desk, Judge, scan_of


def test_a_new_home_is_stopped_and_empty(desk: Desk) -> None:
    """'status' would fail before the first scan."""
    answer = status(desk.home, desk.ledger)
    assert answer["daemon"] == "stopped"
    assert (answer["pid"], answer["last_sweep"], answer["waiting"]) == (None, None, None)
    assert (answer["trouble"], answer["events"], answer["oldest_waiting"]) == (None, None, None)
    assert answer["free_bytes"]["home"] > 0
    assert (answer["scans"], answer["moving"], answer["classes"]) == ({}, 0, {})
    assert answer["version"]
    assert answer["branch_id"]
    assert json.loads(json.dumps(answer)) == answer


def test_what_a_daemon_did_is_counted(desk: Desk) -> None:
    """An operator would not see that scans fail, or that the daemon is dead."""
    for name, content in (("a", "ticket 1"), ("b", "ticket 2"), ("c", "broken"), ("d", "unknown")):
        desk.drop(name, content)
    (desk.home.support / "empty").mkdir()
    with only_daemon(desk.home.lock_file):
        desk.once(Judge())
        answer = status(desk.home, desk.ledger)
        assert (answer["daemon"], answer["pid"]) == ("running", os.getpid())
        assert answer["waiting"] == 4  # at its last sweep
    assert answer["scans"] == {"filed": 2, "failed": 1, "review": 1}
    assert answer["classes"] == {"empty": 0}
    assert 0 <= answer["last_sweep_age"] < 60
    after = status(desk.home, desk.ledger)
    assert (after["daemon"], after["pid"]) == ("stopped", None)
    assert after["last_sweep"] == answer["last_sweep"]


def test_what_a_daemon_at_work_knows_is_told(desk: Desk) -> None:
    """Nobody would notice that files are heard of no more, or that one has waited since Monday."""
    moment = now()
    waits_since = moment - timedelta(hours=2)
    beat = Heartbeat(os.getpid(), moment, moment, 3, "0.1", "polling", waits_since, "no room")
    desk.ledger.beat(beat)
    assert status(desk.home, desk.ledger)["events"] is None  # nobody works here
    with only_daemon(desk.home.lock_file):
        answer = status(desk.home, desk.ledger)
        assert (answer["events"], answer["trouble"], answer["waiting"]) == ("polling", "no room", 3)
        assert 7200 <= answer["oldest_waiting_age"] < 7260
    path = desk.drop("a")
    desk.ledger.claim([scan_of(path)])
    assert status(desk.home, desk.ledger)["oldest_waiting_age"] < 60  # the ledger knows of it


def test_what_an_earlier_daemon_told_is_not_this_one_s(desk: Desk) -> None:
    """Of one that cannot write, 'status' would say that all is as well as it was."""
    moment = now()
    desk.ledger.beat(Heartbeat(7, moment, moment, 3, "0.1", "native", None, "no room"))
    with only_daemon(desk.home.lock_file):
        answer = status(desk.home, desk.ledger)
    assert (answer["daemon"], answer["pid"]) == ("running", os.getpid())
    assert (answer["events"], answer["trouble"], answer["waiting"]) == (None, None, None)


def test_an_inbox_that_cannot_be_looked_into_is_told(desk: Desk) -> None:
    """A nightly run would say that all is well, every night."""
    desk.home.inbox.rmdir()
    with only_daemon(desk.home.lock_file):
        assert desk.once(Judge()) is False
        trouble = status(desk.home, desk.ledger)["trouble"]
    assert trouble == f"{desk.home.inbox} cannot be looked into: No such file or directory"
