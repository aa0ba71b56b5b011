from __future__ import annotations

import json
import os

from service.desk.overview import status
from service.lock import only_daemon
from tests.service.fakes import Desk, Judge


def test_a_new_home_is_stopped_and_empty(desk: Desk) -> None:
    """'status' would fail before the first scan."""
    answer = status(desk.home, desk.ledger)
    assert answer["daemon"] == "stopped"
    assert (answer["pid"], answer["last_sweep"], answer["waiting"]) == (None, None, None)
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
