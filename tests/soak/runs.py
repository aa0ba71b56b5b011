"""The file of runs: one line of JSON for each, which `docs/durability.md` sums up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def add_run(record: Path, figures: Mapping[str, object]) -> None:
    """Append a run, with the commit that it was made of."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    with record.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"commit": commit, **figures}) + "\n")
