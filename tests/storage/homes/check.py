"""Open a home that `tests.storage.homes.make` kept, with this version, and say what changed.

``python -m tests.storage.homes.check HOME SCRATCH`` copies the home to ``SCRATCH``, runs
``status``, ``results``, ``verify`` and ``watch --once`` with a new scan there, and prints every
value of the view and every file that is not as it was. The exit code is 0 where nothing changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.storage.homes.make import drawings

COMMAND = Path(sys.executable).with_name("pigeonhole")
NEW = "new one.png"
USERS = ("inbox", "support", "sorted", "review", "failed", "duplicates", "removed")


def view(home: Path) -> dict[int, dict[str, Any]]:
    """The view ``results``, by scan."""
    with closing(sqlite3.connect(f"file:{home}/pigeonhole.db?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {row["scan_id"]: dict(row) for row in connection.execute("SELECT * FROM results")}


def files(home: Path) -> dict[str, tuple[str, int, int]]:
    """Hash, time and mode of every file of a user's."""
    return {
        str(path.relative_to(home)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for folder in USERS
        for path in sorted((home / folder).rglob("*"))
        if path.is_file()
    }


def failed(home: Path, *words: str) -> list[str]:
    """Run a command on the home; how it ended, where that was not well."""
    command = [COMMAND, "--home", str(home), *words]
    environment = os.environ | {"PIGEONHOLE_STABILITY_DELAY": "0.2"}
    code = subprocess.run(
        command, check=False, env=environment, stdout=subprocess.DEVNULL, timeout=600
    ).returncode
    return [f"{words[0]} ended with {code}"] if code else []


def changed(old: Path, home: Path) -> list[str]:
    """What is not as it was, a line each."""
    shutil.copytree(old, home, symlinks=True)
    rows, held = view(home), files(home)
    found = [*failed(home, "status"), *failed(home, "results", "--json"), *failed(home, "verify")]
    scratch = home.with_name(f"{home.name}-drawn")
    scratch.mkdir()
    shutil.copy(drawings(scratch, seed=99)["ticket.png"], home / "inbox" / NEW)
    found += [*failed(home, "watch", "--once", "--no-web"), *failed(home, "verify")]
    now, there = view(home), files(home)
    for scan_id, row in rows.items():
        for name, value in row.items():
            if now[scan_id].get(name) != value:
                found.append(f"scan {scan_id}: {name} was {value!r}, is {now[scan_id].get(name)!r}")
    new = [row for scan_id, row in now.items() if scan_id not in rows]
    if [(row["original_name"], row["state"]) for row in new] != [(NEW, "filed")]:
        found.append(f"new rows: {new}")
    found += [f"{name} is another file" for name in held if there.get(name) != held[name]]
    added = there.keys() - held.keys()
    if added != {row["destination"] for row in new}:
        found.append(f"new files: {added}")
    return found


if __name__ == "__main__":
    said = changed(Path(sys.argv[1]), Path(sys.argv[2]))
    print("\n".join(said) or "nothing changed but the migration")
    sys.exit(bool(said))
