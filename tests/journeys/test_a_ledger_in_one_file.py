"""The file pigeonhole.db alone, of a service at work, and what becomes of a log that is deleted."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from models.drawing.solids import draw_solid
from tests.journeys.running import PATIENCE, Service


def test_a_copy_of_the_file_has_the_rows_and_a_deleted_log_ends_the_service(
    tmp_path: Path,
) -> None:
    """A nightly copy of pigeonhole.db would be empty; rows would go into a file without a name."""
    service = Service(tmp_path / "home")
    service.start()
    try:
        service.wait_closed(service.drop(draw_solid("cylinder", np.random.default_rng(3)), "a.png"))
        copy, until = tmp_path / "copy.db", time.monotonic() + PATIENCE
        rows: list[tuple[str, str]] = []
        while not rows and time.monotonic() < until:
            threading.Event().wait(0.5)
            shutil.copyfile(service.home / "pigeonhole.db", copy)
            with closing(sqlite3.connect(copy)) as plain:
                # Tables are there from the start; the closed row follows within ten seconds.
                found = plain.execute("SELECT original_name, state FROM results").fetchall()
            rows = [row for row in found if row[1] in {"filed", "review"}]
        assert [name for name, _ in rows] == ["a.png"]
        (service.home / "pigeonhole.db-wal").unlink()
        line = service.wait_for(lambda line: "was removed while it was in use" in line["event"])
        assert "pigeonhole.db-wal" in line["event"]
        service.process.wait(PATIENCE)
    finally:
        code = service.stop()
    assert code == 9
    assert [name for (name,) in service.ask("SELECT original_name FROM results")] == ["a.png"]
