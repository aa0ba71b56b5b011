from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.runs import add_run
from tests.soak.soaking import soak

MOMENTS = (
    "while it moves",
    "while it recovers",
    "a worker",
    "at full load",
    "while it starts",
)


@pytest.mark.slow
@pytest.mark.timeout(3 * 60 * 60)
def test_nothing_is_lost_however_often_it_is_killed(
    kills: int, seed: int, record: Path | None
) -> None:
    """The only copy of a receipt would be gone, or filed twice, after a power cut or a crash."""
    with soak(seed=seed, most=300, workers=(1, 1, 2)) as soaking:
        passed = False
        try:
            soaking.run(kills, every=20)
            passed = True
        finally:
            print(soaking.summary(), flush=True)
            if record is not None:
                add_run(record, {**soaking.figures(), "passed": passed})


def test_nothing_is_lost_when_it_is_killed_a_few_times(seed: int) -> None:
    """A change that loses files under load would be noticed only by the long soak, days later."""
    with soak(seed=seed, most=100, workers=(1,)) as soaking:
        soaking.run(len(MOMENTS), every=len(MOMENTS), moments=MOMENTS)
        print(soaking.summary(), flush=True)
