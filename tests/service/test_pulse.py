"""What the daemon tells ``status``."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from service.pulse import Pulse
from storage.database import Database
from storage.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger without a daemon."""
    home = Home.of(tmp_path, Settings())
    return Ledger(Database.open(home.database), home)


def waiting(ledger: Ledger) -> int | None:
    """What status would say."""
    beat = ledger.heartbeat()
    return beat.waiting if beat else None


def test_an_empty_queue_is_told_at_once(ledger: Ledger) -> None:
    """Status would say that hundreds wait, a minute after the last was filed."""
    pulse = Pulse(ledger)
    pulse.swept(159)
    pulse.waiting(0)
    assert waiting(ledger) == 0
    beat = ledger.heartbeat()
    assert beat is not None
    assert beat.swept_at is not None


def test_a_shrinking_queue_is_not_written_for_every_file(ledger: Ledger) -> None:
    """Each beat costs a commit, which the scans need more."""
    pulse = Pulse(ledger)
    pulse.swept(159)
    pulse.waiting(158)
    assert waiting(ledger) == 159


def test_it_is_written_after_a_while(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long queue would seem to stand still."""
    pulse = Pulse(ledger)
    pulse.swept(159)
    monkeypatch.setattr("service.pulse.LEAST_PAUSE", 0.0)
    pulse.waiting(100)
    assert waiting(ledger) == 100
