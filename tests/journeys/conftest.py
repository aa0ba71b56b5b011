"""A service for the stories of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.running import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for the stories of a module."""
    running = Service(tmp_path_factory.mktemp("home") / "pigeonhole-home")
    running.start()
    yield running
    running.stop()
