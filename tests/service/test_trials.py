from __future__ import annotations

import multiprocessing
import signal
import time
from pathlib import Path

import pytest

from service.workers import trials
from service.workers.trials import MOST_DEATHS, Trials


def test_what_is_read_is_no_longer_suspected(tmp_path: Path) -> None:
    """An example at which a worker was stopped would be left out for ever."""
    held = Trials(tmp_path)
    for number in range(10):
        with held.trying("good"):
            assert held.deaths == 1
        with pytest.raises(MemoryError), held.trying(f"odd {number}"):
            raise MemoryError
        assert held.deaths == 0
    assert not held.refuses("good")
    assert not held.refuses("odd 3")


def endless(folder: Path) -> None:
    """Read an example for ever, as a decoder in C does: no exception reaches it."""
    trials.SECONDS = 0.05  # type: ignore[misc]
    with Trials(folder).trying("endless"):
        while True:
            time.sleep(60)


def test_one_that_is_never_read_to_its_end_ends_its_worker(tmp_path: Path) -> None:
    """A document of a thousand million drawings would keep each worker for five minutes, and then the next."""
    held = Trials(tmp_path)
    for died in range(1, MOST_DEATHS + 1):
        assert not held.refuses("endless")
        worker = multiprocessing.get_context("spawn").Process(target=endless, args=(tmp_path,))
        worker.start()
        worker.join(60)
        assert worker.exitcode == -signal.SIGALRM
        assert held.deaths == died
    assert held.refuses("endless")
    assert not held.refuses("another")


@pytest.mark.parametrize(
    "held", [b"", b"{}", b"[1]", b'{"deaths": "x", "of": {}}', b'{"deaths": 1, "of": []}', b"\xff"]
)
def test_a_damaged_record_is_none(tmp_path: Path, held: bytes) -> None:
    """No worker would come up."""
    (tmp_path / "support-trials.json").write_bytes(held)
    found = Trials(tmp_path)
    assert not found.refuses("a")
    with found.trying("a"):
        assert found.deaths == 1


def test_a_record_that_cannot_be_kept_stops_nothing(tmp_path: Path) -> None:
    """A full disk would keep all examples from being used."""
    with Trials(tmp_path / "missing").trying("a"):
        pass
