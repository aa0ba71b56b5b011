"""What docs/operations.md says is done, word for word, beside a service at work."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from tests.journeys.running import COMMAND, PATIENCE, Service

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """The commands below a heading."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (found,) = [text for text in section if text.startswith(f"{heading}\n")]
    return re.findall(r"```sh\n(.*?)```", found, re.DOTALL)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder like that of the repository, with ``.venv`` in it."""
    (tmp_path / ".venv").symlink_to(COMMAND.parent.parent)
    return tmp_path


def test_its_commands_run_one_after_the_other(place: Path) -> None:
    """A person follows the page on the day on which the disk has died."""
    service = Service(place / "pigeonhole-home", {"read_classes": ""})
    environment = service.environment | {"HOME": str(place / "me")}

    def follow(heading: str) -> str:
        told = ""
        assert blocks(heading), heading
        for block in blocks(heading):
            done = subprocess.run(
                ["bash", "-euc", block],
                cwd=place, env=environment, capture_output=True, text=True, timeout=PATIENCE,
                check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{block}{done.stdout}{done.stderr}"
            told += done.stdout
        return told

    service.start()
    try:
        rng = np.random.default_rng(5)
        service.drop(draw_ticket(rng, width=560, photo=False, strength=0.2).pixels, "a.png")
        service.drop(draw_solid("cylinder", rng), "b.png")
        service.wait_closed("a.png", "b.png")
        assert "the rows of 2 scans" in follow("Back up")
    finally:
        assert service.stop() == 0
    assert os.listdir(place / "me" / "backups") == ["pigeonhole.tar.gz"]
    assert follow("Restore").endswith("2 files compared, 0 findings\n")
    told = follow("Move to another machine")
    assert told.endswith("2 files compared, 0 findings\n")
    follow("Upgrade")
    follow("Uninstall")
    kept = [path.name for path in (place / "me" / "my-scans").rglob("*.png")]
    assert len(kept) == len(list((place / "pigeonhole-home" / "sorted").rglob("*.png")))
    assert (place / "me" / "my-scans.csv").read_text("utf-8-sig").startswith("scan_id,")
