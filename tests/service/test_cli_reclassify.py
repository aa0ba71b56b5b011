from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import UsageError
from service.desk.scans import reclassifying
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.reclassifying import Offer
from tests.service.fakes import Desk, Judge, verdict_of
from tests.service.test_cli_repair import run

ROW = {
    "scan_id": 1,
    "file": "review/a.png",
    "from": "unknown",
    "to": "ticket",
    "score": 0.5,
    "decided_by": "support",
}
ASKING = """
import sys
from service.desk.scans import reclassifying
from tests.service.fakes import verdict_of

def judged_otherwise(spec, scans, **told):
    return [reclassifying.Offer(scan, verdict_of("ticket", "later")) for scan in scans]

reclassifying.outdated = judged_otherwise
from service.cli.commands import run
sys.argv = ["pigeonhole", "reclassify", "--home", sys.argv[1]]
run()
"""
"""The command, with a judge that says ticket to everything."""


@pytest.fixture
def used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A scan of no class, which would be a ticket now."""
    (desk.home.support / "ticket").mkdir()
    desk.drop("a.png", "unknown 1")
    desk.once(Judge())
    monkeypatch.setattr(
        reclassifying,
        "outdated",
        lambda _spec, scans, **_told: [Offer(scan, verdict_of("ticket")) for scan in scans],
    )
    return desk


def test_without_a_terminal_it_only_shows(used: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A script that asks what would change would change it."""
    assert run(used, "reclassify") == (
        "1 scan judged, 1 would go elsewhere\n1\treview/a.png\tunknown\tticket\t0.50\n"
    )
    assert json.loads(str(run(used, "reclassify", "--json"))) == ROW
    assert used.filed() == {"review/a.png"}


def test_with_yes_it_moves_and_with_undo_it_goes_back(used: Desk) -> None:
    """What was moved in one step would be taken back in a hundred."""
    assert "review/a.png is now sorted/ticket/a.png\n1 scan moved\n" in str(
        run(used, "reclassify", "--yes")
    )
    assert used.filed() == {"sorted/ticket/a.png"}
    assert run(used, "reclassify", "--undo") == (
        "sorted/ticket/a.png is back as review/a.png\n1 scan put back\n"
    )
    assert run(used, "reclassify", "--undo") == "0 scans put back\n"
    told = json.loads(str(run(used, "reclassify", "--yes", "--json")))
    assert told == {**ROW, "place": "sorted/ticket/a.png", "reason": None}


def test_what_a_person_said_is_left_out(used: Desk) -> None:
    """The table would offer to overturn what somebody has said."""
    say_what_it_is(used.home, used.ledger, 1, "unknown", "api")
    assert run(used, "reclassify", "--yes") == "0 scans judged, 0 would go elsewhere\n"
    assert used.filed() == {"review/a.png"}


@pytest.mark.parametrize(("word", "place"), [("y", "sorted/ticket/a.png"), ("", "review/a.png")])
def test_on_a_terminal_it_asks(used: Desk, word: str, place: str) -> None:
    """Files would move before anybody has seen where to."""
    ours, theirs = pty.openpty()
    with open(ours, "r+b", buffering=0) as terminal, open(theirs, "rb", buffering=0) as stdin:
        terminal.write(f"{word}\n".encode())
        done = subprocess.run(
            [sys.executable, "-c", ASKING, used.home.root],
            cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=stdin, capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    assert "review/a.png\tunknown\tticket" in done.stdout
    assert "Move 1 scan? [y/N]" in done.stderr
    assert ("nothing was moved" in done.stderr) == (not word)
    assert used.filed() == {place}


def test_only_what_was_judged_is_judged_anew(used: Desk) -> None:
    """A failed scan has no class that could have changed."""
    with pytest.raises(UsageError, match="--state failed: no scan in this state was judged"):
        run(used, "reclassify", "--state", "failed")
