"""The log cannot be written: its reader has left. Scans are sorted all the same."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from models.drawing.tickets import draw_ticket
from tests.journeys.running import COMMAND, PATIENCE, Service


@pytest.mark.slow
def test_a_service_whose_log_nobody_reads_sorts_on(tmp_path: Path) -> None:
    """``pigeonhole watch 2>&1 | head`` ended with exit code 1, and nothing was sorted any more."""
    service = Service(tmp_path / "home")
    service.drop(draw_ticket(np.random.default_rng(1)).pixels, "a.png")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [COMMAND, "--home", service.home, "watch", "--once", "--workers", "1"],
        env=service.environment, stderr=write, timeout=PATIENCE, check=False,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 0
    ((state,),) = service.ask("select state from results")
    assert state in ("filed", "review")
