from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.reading_lines.rows import goals, variants
from models.drawing.tickets import draw_ticket

COMMAND = Path(__file__).parents[2] / "benchmarks" / "reading.py"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The benchmark as people start it."""
    return subprocess.run(
        [sys.executable, COMMAND, *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Drawn tickets in place of both sets."""
    for place in ("receipts_sroie/img", "receipts_sroie/key", "receipts_german_scans/A", "out"):
        (tmp_path / place).mkdir(parents=True)
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        ticket = draw_ticket(rng, width=700, extras=False, photo=False, strength=0)
        image, total = Image.fromarray(ticket.pixels), ticket.total
        image.save(tmp_path / f"receipts_sroie/img/{seed}.jpg")
        key = {"company": ticket.vendor, "date": f"{ticket.date}", "total": f"{total}"}
        (tmp_path / f"receipts_sroie/key/{seed}.json").write_text(json.dumps(key))
        name = f"shop_{ticket.date:%d%m%Y}_02_{int(total * 100):05}_B.jpg"
        image.save(tmp_path / "receipts_german_scans/A" / name)
    return tmp_path


def test_bad_input_is_one_line(data: Path) -> None:
    """Minutes would pass, or a traceback be shown."""
    (data / "receipts_german_scans/A/receipt.jpg").touch()
    for arguments, said in (
        (["nowhere"], "nowhere is no folder"),
        ([data, "--out", "nowhere"], "nowhere is no folder"),
        ([data / "out"], "receipts_sroie cannot be opened"),
        ([data], "receipt.jpg does not say what it holds"),
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (10, "", 1)
        assert said in done.stderr


@pytest.mark.slow
def test_variants_and_the_pace_are_measured_by_one_command(data: Path) -> None:
    """The command of the docs would not run."""
    names = ["as shipped", "raw Tesseract, mode 6"]
    done = run(data, "--variant", names[0], "--variant", names[1], "--out", data / "out")
    assert done.returncode == 0, done.stderr
    answer = json.loads((data / "out" / "reading.json").read_text(encoding="utf-8"))
    assert [row["variant"] for row in answer["rows"]] == [names[0]] * 2 + [names[1]] * 2
    assert all(row["fields"]["total"]["read"]["total"] == 2 for row in answer["rows"])
    assert answer["pace"]["tickets"] == 2
    assert 0 < answer["pace"]["processor_ratio"] < 50
    table = goals(answer, names[0])
    assert "| German scans | total |" in table
    # Without true words these are not known.
    assert "F1" not in table
    assert "true words" not in table
    assert table in done.stdout
    assert "| raw Tesseract, mode 6 |" in variants(answer, "receipts_sroie")
    assert "merchant in the vendor" in variants(answer, "receipts_german_scans")
