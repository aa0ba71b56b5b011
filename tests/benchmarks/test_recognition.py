from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[2] / "benchmarks" / "recognition.py"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The benchmark as people start it."""
    return subprocess.run(
        [sys.executable, COMMAND, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere"], 10, "nowhere is no folder"),
        ([".", "--trials", "0"], 2, "--trials 0 is less than 1"),
        ([".", "--weights", "nothing.json"], 7, "nothing.json cannot be read"),
        ([".", "--fold", "x"], 2, "--fold 'x' is not understood"),
        ([".", "--out", "nowhere"], 10, "nowhere is no folder"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], code: int, said: str) -> None:
    """Minutes would pass, or a traceback be shown."""
    done = run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.slow
def test_a_line_is_measured_by_one_command(real_data: Path, tmp_path: Path) -> None:
    """The command of the docs would not run."""
    done = run(real_data, "--line", "pair", "--trials", "50", "--json", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer == json.loads((tmp_path / "recognition.json").read_text(encoding="utf-8"))
    [row] = answer["rows"]
    assert row["total"] == 100
    assert 0.5 < row["value"] <= 1
    assert row["value"] == row["count"] / row["total"]
