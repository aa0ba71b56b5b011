"""A real daemon in a home of its own, for the benchmarks to load and to look at."""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from models.drawing.tickets import draw_ticket

COMMAND = Path(sys.executable).with_name("pigeonhole")
_CLOSED = "'filed', 'review', 'failed', 'duplicate', 'superseded'"


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon at work."""

    home: Path
    process: subprocess.Popen[bytes]

    @property
    def inbox(self) -> Path:
        """Where to drop."""
        return self.home / "inbox"

    def closed(self) -> int:
        """Number of closed rows."""
        return int(self._ask(f"SELECT count(*) FROM results WHERE state IN ({_CLOSED})"))

    def last_finished(self) -> float:
        """Unix time at which the last row was closed."""
        return float(
            self._ask("SELECT (julianday(max(finished_at)) - 2440587.5) * 86400.0 FROM results")
        )

    def counts(self) -> dict[str, int]:
        """Closed rows by class, failed ones under their state."""
        with sqlite3.connect(self.home / "pigeonhole.db") as connection:
            rows = connection.execute(
                "SELECT coalesce(class, state), count(*) FROM results GROUP BY 1"
            )
            return dict(rows.fetchall())

    def wait_for(self, rows: int, *, every: float = 0.05) -> None:
        """Until so many rows are closed."""
        while self.closed() < rows:
            if self.process.poll() is not None:
                raise SystemExit(f"the daemon ended with {self.process.returncode}")
            time.sleep(every)

    def rate(self, paths: Sequence[Path]) -> float:
        """Pages a second from the inbox, into which ``paths`` are moved now, to the closed row."""
        before = self.closed()
        started = time.time()
        for path in paths:
            path.rename(self.inbox / path.name)
        self.wait_for(before + len(paths), every=0.2)
        return len(paths) / (self.last_finished() - started)

    def processes(self) -> list[int]:
        """Ids of the daemon and of all below it."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                children.setdefault(parent, []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def peak_memory(self) -> dict[int, int]:
        """Highest resident size so far, in MiB, by process."""
        return {pid: _status(pid, "VmHWM") for pid in self.processes()}

    def cpu_seconds(self) -> float:
        """Processor time used so far by the daemon and all below it."""
        ticks = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _ask(self, query: str) -> float:
        with sqlite3.connect(self.home / "pigeonhole.db", timeout=30) as connection:
            return connection.execute(query).fetchone()[0] or 0


def options(description: str, *, files: int = 2000, rounds: int = 3) -> argparse.Namespace:
    """How much to measure: files a round, rounds, workers."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--files", type=int, default=files)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args()


def spread(ratios: Sequence[float]) -> dict[str, float]:
    """The ratios of all rounds: median, least and most."""
    return {
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3),
    }


@contextmanager
def daemon(
    *,
    workers: int,
    stability_delay: float,
    read: bool = False,
    command: Sequence[str | Path] = (COMMAND,),
    port: int | None = None,
) -> Iterator[Running]:
    """Start a daemon and warm it: each worker has judged something before this yields.

    Args:
        workers: how many.
        stability_delay: seconds that files must rest.
        read: whether tickets are read.
        command: in place of ``pigeonhole``.
        port: of its server; none without.
    """
    root = Path(tempfile.mkdtemp(prefix="pigeonhole-bench-"))
    env = os.environ | {
        "PIGEONHOLE_STABILITY_DELAY": str(stability_delay),
        "PIGEONHOLE_READ_CLASSES": "ticket" if read else "",
        "PIGEONHOLE_LOG_LEVEL": "error",
    }
    home = root / "home"
    process = subprocess.Popen(
        [
            *command, "--home", home, "watch", "--no-web" if port is None else "--web",
            "--workers", str(workers),
        ],
        env=env | ({} if port is None else {"PIGEONHOLE_PORT": str(port)}),
    )  # fmt: skip
    running = Running(home, process)
    try:
        while not (home / "pigeonhole.db").exists() or not running.inbox.is_dir():
            if process.poll() is not None:
                raise SystemExit(f"the daemon ended with {process.returncode}")
            time.sleep(0.05)
        time.sleep(0.5)
        rng = np.random.default_rng(0)
        for number in range(8 * workers):
            drop(running.inbox, f"warm-{number}.png", draw_ticket(rng, width=220).pixels)
        running.wait_for(8 * workers)
        yield running
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(root)


def drop(inbox: Path, name: str, pixels: np.ndarray) -> None:
    """Write a PNG beside the inbox and rename it in, whole."""
    partial = inbox.parent / f".{name}.tmp"
    Image.fromarray(pixels).save(partial, format="png")
    partial.rename(inbox / name)


def receipts() -> list[bytes]:
    """The real receipts of PIGEONHOLE_TEST_DATA, or drawn ones where there are none."""
    data = os.environ.get("PIGEONHOLE_TEST_DATA")
    folder = Path(data, "receipts_sroie", "img") if data else None
    if folder and folder.is_dir():
        return [path.read_bytes() for path in sorted(folder.iterdir())]
    print("PIGEONHOLE_TEST_DATA is not set: drawn receipts instead of real ones")
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(60):
        path = Path(tempfile.gettempdir(), f"receipt-{os.getpid()}.jpg")
        Image.fromarray(draw_ticket(rng, width=800).pixels).save(path)
        drawn.append(path.read_bytes())
        path.unlink()
    return drawn


def stage(staging: Path, originals: list[bytes], files: int, number: int) -> list[Path]:
    """The real files under other names and with other bytes: a few behind the end of image."""
    paths = []
    for at in range(files):
        path = staging / f"r{number}-{at:05}.jpg"
        path.write_bytes(originals[at % len(originals)] + f"{number}-{at}".encode())
        paths.append(path)
    os.sync()
    return paths


def _status(pid: int, key: str) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{key}:"):
                return int(line.split()[1]) // 1024
    except OSError:
        pass
    return 0
