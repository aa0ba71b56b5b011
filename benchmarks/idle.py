"""A box at rest, and under a flood.

How soon one drop is closed, what idling costs, how long --help takes, and how much memory 5,000
waiting files need.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time

from running import COMMAND, Running, daemon, receipts

DELAY = 0.5
"""Seconds of stability in this run; it is taken off the latencies."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--rest", type=float, default=30.0, help="seconds of idling")
    parser.add_argument("--files", type=int, default=5000)
    asked = parser.parse_args()
    originals = receipts()
    workers = len(os.sched_getaffinity(0))
    with daemon(workers=workers, stability_delay=DELAY) as running:
        latencies = [_latency(running, originals, number) for number in range(asked.drops)]
        used = running.cpu_seconds()
        time.sleep(asked.rest)
        idle = (running.cpu_seconds() - used) / asked.rest
        before = running.peak_memory()
        _flood(running, originals, asked.files)
        after = running.peak_memory()
    helps = [_help() for _ in range(10)]
    answer = {
        "drops": asked.drops,
        "close_after_stable_s": {
            "median": round(statistics.median(latencies), 3),
            "max": round(max(latencies), 3),
        },
        "idle_share_of_a_core": round(idle, 4),
        "help_s": {"median": round(statistics.median(helps), 3), "max": round(max(helps), 3)},
        "files_at_once": asked.files,
        "peak_mib_before": sorted(before.values(), reverse=True),
        "peak_mib_after": sorted(after.values(), reverse=True),
    }
    print(json.dumps(answer))


def _latency(running: Running, originals: list[bytes], number: int) -> float:
    """Seconds from stable to closed, as the ledger has it."""
    partial = running.home / ".drop.tmp"
    partial.write_bytes(originals[number % len(originals)] + f"drop-{number}".encode())
    rows = running.closed()
    dropped = time.time()
    partial.rename(running.inbox / f"drop-{number}.jpg")
    running.wait_for(rows + 1, every=0.02)
    return running.last_finished() - dropped - DELAY


def _flood(running: Running, originals: list[bytes], files: int) -> None:
    rows = running.closed()
    for at in range(files):
        partial = running.home / ".flood.tmp"
        partial.write_bytes(originals[at % len(originals)] + f"flood-{at}".encode())
        partial.rename(running.inbox / f"flood-{at}.jpg")
    running.wait_for(rows + files, every=0.5)


def _help() -> float:
    started = time.perf_counter()
    subprocess.run([COMMAND, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
