from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from service.desk.reclassifying import outdated
from service.workers.engine import Engine
from storage.records import Filed

Draw = Callable[..., Path]


def test_only_what_would_go_elsewhere_is_told(engine: Engine, drawn: Draw, tmp_path: Path) -> None:
    """A class that was shown late would leave its scans in review/ for ever."""
    (engine.spec.support / "ticket").mkdir()
    shutil.copyfile(drawn("ticket"), engine.spec.support / "ticket" / "ticket.png")
    engine._look_again_at = 0.0
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    scans = [
        Filed(number, "review", place, place, "", 0, class_name)
        for number, (place, class_name) in enumerate(
            [(drawn("ticket"), "unknown"), (drawn("ticket"), "ticket"), (broken, "unknown")]
        )
    ]
    told: list[str] = []
    left: list[tuple[int, str]] = []
    steps: list[None] = []
    found = outdated(
        engine.spec,
        scans,
        notice=lambda name, _: told.append(name),
        left=lambda scan, reason: left.append((scan.scan_id, reason)),
        advance=lambda: steps.append(None),
    )
    assert [one.scan_id for one in found] == [0]
    assert (told, len(steps)) == ([], 3)
    assert left == [(2, "is no image of a kind this version reads")]
