"""Pages a second from inbox to closed row, beside plain decoding of the same files.

Receipts that are not read, a warm daemon, the stability wait left out. In the same run, before
and after, as many processes as there are workers do nothing but a full-size grayscale
``cv2.imread`` of the same files. The ratio is the figure.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import cv2
from running import Running, daemon, options, receipts, spread, stage


def main() -> None:
    """Measure and print."""
    asked = options(__doc__)
    originals = receipts()
    staging = Path(tempfile.mkdtemp(prefix="pigeonhole-staging-"))
    ratios = []
    try:
        with (
            daemon(workers=asked.workers, stability_delay=0) as running,
            multiprocessing.get_context("spawn").Pool(asked.workers) as pool,
        ):
            for number in range(asked.rounds):
                paths = stage(staging, originals, asked.files, number)
                plain = [_plain(pool, paths)]
                ours = running.rate(paths)
                plain.append(_plain(pool, _filed(running, number)))
                baseline = statistics.mean(plain)
                ratios.append(ours / baseline)
                print(
                    f"round {number + 1}: {ours:.0f} pages/s from inbox to closed row, "
                    f"{plain[0]:.0f} and {plain[1]:.0f} pages/s decoded; ratio {ratios[-1]:.2f}"
                )
            memory = running.peak_memory()
            print(f"sorted: {running.counts()}")
    finally:
        shutil.rmtree(staging)
    answer = {
        "files": asked.files,
        "workers": asked.workers,
        **spread(ratios),
        "peak_mib": sorted(memory.values(), reverse=True),
    }
    print(json.dumps(answer))


def _plain(pool: multiprocessing.pool.Pool, paths: list[Path]) -> float:
    started = time.perf_counter()
    pool.map(_decode, [os.fspath(path) for path in paths], chunksize=16)
    return len(paths) / (time.perf_counter() - started)


def _decode(path: str) -> int:
    cv2.setNumThreads(1)
    pixels = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    return int(pixels.size)


def _filed(running: Running, number: int) -> list[Path]:
    folders = (running.home / "sorted", running.home / "review")
    return [path for folder in folders for path in folder.rglob(f"r{number}-*.jpg")]


if __name__ == "__main__":
    main()
