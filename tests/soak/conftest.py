"""Options of the soak."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

_KILLS = int(os.environ.get("SOAK_KILLS", "200"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """As in ``pytest tests/soak -m slow -s --kills 20 --soak-seed 7``.

    Or in the environment: ``SOAK_KILLS``, ``SOAK_SEED``, and ``SOAK_RECORD``, the file to which a run is added.
    """
    parser.addoption("--kills", type=int, default=_KILLS, help="processes that the soak kills")
    parser.addoption("--soak-seed", type=int, default=None, help="of what the soak draws")
    parser.addoption("--files", type=int, default=20_000, help="files that are dropped at once")


@pytest.fixture
def files(request: pytest.FixtureRequest) -> int:
    """How many files are to be dropped at once."""
    return int(request.config.getoption("--files", 20_000))


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How many processes are to be killed."""
    # The option exists only where tests/soak was named on the command line.
    return int(request.config.getoption("--kills", _KILLS))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of all that is drawn; printed, so that a failure can be told."""
    asked = request.config.getoption("--soak-seed", None) or os.environ.get("SOAK_SEED")
    drawn = random.randrange(10**6) if asked is None else int(asked)
    print(f"\nseed {drawn}", flush=True)
    return drawn


@pytest.fixture
def record() -> Path | None:
    """The file to which the run is added."""
    named = os.environ.get("SOAK_RECORD")
    return Path(named) if named else None
