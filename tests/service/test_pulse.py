"""What the daemon tells ``status``."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from service.daemon.pulse import Condition, Pulse
from storage.database import Database
from storage.ledger import Ledger
from storage.records import now


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
    pulse.swept(Condition(159))
    pulse.feel(Condition(0))
    assert waiting(ledger) == 0
    beat = ledger.heartbeat()
    assert beat is not None
    assert beat.swept_at is not None


def test_a_shrinking_queue_is_not_written_for_every_file(ledger: Ledger) -> None:
    """Each beat costs a commit, which the scans need more."""
    pulse = Pulse(ledger)
    pulse.swept(Condition(159))
    pulse.feel(Condition(158))
    assert waiting(ledger) == 159


def test_it_is_written_after_a_while(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long queue would seem to stand still."""
    pulse = Pulse(ledger)
    pulse.swept(Condition(159))
    monkeypatch.setattr("service.daemon.pulse.LEAST_PAUSE", 0.0)
    pulse.feel(Condition(100))
    assert waiting(ledger) == 100


def test_trouble_is_told_at_once_and_so_is_its_end(ledger: Ledger) -> None:
    """Whoever asks why nothing is sorted would be told that all is well."""
    pulse = Pulse(ledger)
    pulse.swept(Condition(159, 12.0, "native"))
    for trouble in ("the disk is full", ""):
        pulse.feel(Condition(159, 12.0, "native", trouble))
        beat = ledger.heartbeat()
        assert beat is not None
        assert (beat.trouble, beat.events) == (trouble, "native")
        assert beat.oldest_at is not None
        assert 12 <= (now() - beat.oldest_at).total_seconds() < 60


def test_each_further_scan_in_trouble_is_not(ledger: Ledger) -> None:
    """A read-only disk under ten thousand scans would cost ten thousand commits."""
    pulse = Pulse(ledger)
    pulse.swept(Condition(3, trouble="1 scan cannot be filed"))
    pulse.feel(Condition(3, trouble="2 scans cannot be filed"))
    beat = ledger.heartbeat()
    assert beat is not None
    assert beat.trouble == "1 scan cannot be filed"
