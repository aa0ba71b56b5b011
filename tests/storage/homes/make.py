"""Make a home with the code of an earlier commit, and write down its ledger as text.

``python -m tests.storage.homes.make COMMIT`` checks the commit out into a temporary folder, runs
*its* ``pigeonhole`` under this Python, and writes ``tests/storage/homes/<revision>.sql``. The home
stays with ``--keep``. All scans are drawn here; nothing is anybody's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket

HERE = Path(__file__).parent
HOME = "{home}"
"""Stands for the home's path in what is written down."""
_MAIN = "from service.cli.main import main; main()"
_PATIENCE = 120.0


class Old:
    """The command of an earlier commit, on a home.

    Args:
        code: its sources.
        home: the home.
        libraries: folders with what it needs and this version does not.
    """

    def __init__(self, code: Path, home: Path, libraries: Sequence[Path]) -> None:
        self._home = home
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._how: dict[str, Any] = {
            "cwd": code,
            "env": os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(code), *map(str, libraries)]),
                "PIGEONHOLE_STABILITY_DELAY": "0.2",
                "PIGEONHOLE_PORT": str(self._port),
                "PIGEONHOLE_WORKERS": "1",
            },
        }

    def run(self, *words: str) -> None:
        """Run a command; some scans may fail."""
        command = [sys.executable, "-c", _MAIN, "--home", str(self._home), *words]
        code = subprocess.run(command, check=False, timeout=600, **self._how).returncode
        if code not in (0, 1):
            raise SystemExit(f"{words} ended with {code}")

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """The daemon at work, with its API."""
        command = [sys.executable, "-c", _MAIN, "--home", str(self._home), "watch"]
        with subprocess.Popen(command, **self._how) as process:
            try:
                self.until(lambda: self.ask("GET", "/") is not None)
                yield
            finally:
                process.send_signal(signal.SIGINT)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """What the API answers; None where nobody answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.read().decode()}") from None
        except OSError:
            return None

    def until(self, done: Callable[[], object]) -> None:
        """Wait for it."""
        end = time.monotonic() + _PATIENCE
        while not done():
            if time.monotonic() > end:
                raise SystemExit("it took too long")
            time.sleep(0.2)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """What its ledger answers."""
        with closing(sqlite3.connect(self._home / "pigeonhole.db")) as connection:
            return connection.execute(query).fetchall()


def drawings(folder: Path, seed: int = 20) -> dict[str, Path]:
    """Scans for every end: filed, read, in review, failed."""
    rng = np.random.default_rng(seed)
    tickets = [
        draw_ticket(rng, width=300, extras=False, photo=False, strength=0.0).pixels
        for _ in range(3)
    ]
    cylinder = draw_solid("cylinder", rng, size=200, elevation=25, extent=3, proportion=1.0)
    noise = rng.integers(0, 255, (120, 90), np.uint8)
    pixels = {
        "ticket.png": tickets[0], "café ticket.png": tickets[1], "late.png": tickets[2],
        "cylinder.png": cylinder, "strange.png": noise, "gone.png": cylinder[:, ::-1],
    }  # fmt: skip
    made = {}
    for name, page in pixels.items():
        made[name] = folder / name
        Image.fromarray(np.ascontiguousarray(page)).save(made[name])
    return made


def live(old: Old, home: Path, scans: dict[str, Path]) -> None:
    """What people and the service of that time did to the home."""
    old.run("classes", "add", "extra", str(scans["cylinder.png"]))
    inbox = home / "inbox"
    inbox.mkdir(exist_ok=True)
    for name in ("ticket.png", "café ticket.png", "cylinder.png", "strange.png", "gone.png"):
        shutil.copy(scans[name], inbox / name)
    shutil.copy(scans["ticket.png"], inbox / "copy.png")
    (inbox / "no picture.png").write_text("not an image")
    whole = scans["late.png"].read_bytes()
    (inbox / "late.png").write_bytes(whole[: len(whole) // 2])
    old.run("watch", "--once")
    (inbox / "late.png").write_bytes(whole)
    old.run("watch", "--once")
    tables = {name for (name,) in old.sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "feedback" not in tables:
        return
    with old.watching():
        ids = dict(
            old.sql("SELECT original_name, scan_id FROM results WHERE state != 'superseded'")
        )
        old.ask("POST", f"/scans/{ids['strange.png']}/correction", {"class": "ticket"})
        old.ask("POST", f"/scans/{ids['cylinder.png']}/correction", {"class": "cylinder"})
        old.ask("POST", f"/scans/{ids['gone.png']}/correction", {"class": "unknown"})
        old.ask("DELETE", f"/scans/{ids['gone.png']}/correction")
        if "edits" in tables:
            old.ask("PATCH", f"/scans/{ids['ticket.png']}/fields", {"vendor": "Corner shop"})
        gone = old.sql(f"SELECT destination FROM results WHERE scan_id = {ids['gone.png']}")
        (home / gone[0][0]).unlink()
        old.until(lambda: old.sql("SELECT 1 FROM scans WHERE gone_at IS NOT NULL"))


def written_down(database: Path, home: Path) -> str:
    """The ledger as SQL that makes it again; paths in the home begin with `HOME`."""
    with closing(sqlite3.connect(database)) as connection:
        objects = connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        tables = [
            (name, sql) for kind, name, sql in objects
            if kind == "table" and not name.startswith(("text_search", "sqlite_"))
        ]  # fmt: skip
        lines = [f"{sql};" for _, sql in tables]
        for name, _ in [*tables, ("sqlite_sequence", "")]:
            if name == "sqlite_sequence":
                lines.append("DELETE FROM sqlite_sequence;")
            rows = [
                f"({', '.join(map(_literal, row))})"
                for row in connection.execute(f'SELECT * FROM "{name}"')
            ]
            if rows:
                lines.append(f'INSERT INTO "{name}" VALUES\n' + ",\n".join(rows) + ";")
        last = ("index", "table", "trigger", "view")
        lines += [
            f"{sql};" for kind, name, sql in sorted(objects, key=lambda one: last.index(one[0]))
            if kind != "table" or name == "text_search"
        ]  # fmt: skip
        lines.append("INSERT INTO text_search(text_search) VALUES ('rebuild');")
    return "\n".join(lines).replace(str(home), HOME) + "\n"


def read_back(text: str, home: Path) -> Path:
    """The ledger of `written_down`, in a home that is made."""
    home.mkdir(parents=True)
    database = home / "pigeonhole.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(text.replace(HOME, str(home)))
    return database


def _literal(value: object) -> str:
    if isinstance(value, bytes):
        return f"CAST({_literal(value.decode())} AS BLOB)"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else repr(value)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.storage.homes.make")
    parser.add_argument("commit")
    parser.add_argument("--keep", type=Path, help="where the home is put; must not exist")
    parser.add_argument(
        "--libraries", type=Path, nargs="*", default=[], help="folders of pip install --target"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        code, home = Path(scratch, "code"), Path(scratch, "home")
        code.mkdir()
        archive = subprocess.Popen(["git", "archive", asked.commit], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-x", "-C", code], stdin=archive.stdout, check=True)
        old = Old(code, home, asked.libraries)
        live(old, home, drawings(Path(scratch)))
        ((revision,),) = old.sql("SELECT version_num FROM alembic_version")
        (HERE / f"{revision}.sql").write_text(written_down(home / "pigeonhole.db", home))
        if asked.keep:
            shutil.copytree(home, asked.keep, symlinks=True)


if __name__ == "__main__":
    main()
