"""What the detectors of a home add to a page: the same pages with and without them, in turns.

One thread, as a worker of the service has; pages come one at a time, and in batches.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from config.errors import DataError, PigeonholeError
from config.home import SETTINGS_FILE, Home
from config.settings import load_settings
from models.page.opening import first_page, scan_of
from models.page.prepare import grayscale
from models.page.scan import Fault, Page
from service.cli.output import notice, print_json
from service.workers.engine import Engine, EngineSpec


def main() -> int:
    """Print one JSON object a batch size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="with detectors")
    parser.add_argument("pictures", type=Path, help="a folder of pictures")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    settings = load_settings(asked.home / SETTINGS_FILE)
    spec = EngineSpec.of(Home.of(asked.home, settings), settings, threads=1)
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as empty:
        engines = {
            "without": Engine(replace(spec, detectors=Path(empty))),
            "with": Engine(spec),
        }
        pages = _pages(asked.pictures, engines["with"])
        for size in (1, 16):
            taken: dict[str, list[float]] = {name: [] for name in engines}
            for turn in range(asked.rounds + 1):
                for name, engine in engines.items():
                    seconds = _seconds(engine, pages, size)
                    if turn:  # the first one warms up
                        taken[name].append(1000 * seconds / len(pages))
            middle = {name: statistics.median(values) for name, values in taken.items()}
            print_json(
                {
                    "pages": len(pages),
                    "batch": size,
                    "ms a page without": round(middle["without"], 2),
                    "ms a page with": round(middle["with"], 2),
                    "added ms": round(middle["with"] - middle["without"], 2),
                    "ratio": round(middle["with"] / middle["without"], 3),
                }
            )
    return 0


def _pages(folder: Path, engine: Engine) -> list[Page]:
    found = []
    for path in sorted(folder.iterdir()):
        scan = scan_of(path, engine.spec.limits)
        page = (
            scan
            if isinstance(scan, Fault)
            else first_page(scan, engine.spec.limits, engine.least_side)
        )
        if not isinstance(page, Fault):
            found.append(replace(page, pixels=grayscale(page.pixels, engine.least_side)))
    if not found:
        raise DataError(f"{folder} has no picture", "Name a folder of pictures")
    return found[:64]


def _seconds(engine: Engine, pages: list[Page], size: int) -> float:
    started = time.perf_counter()
    for start in range(0, len(pages), size):
        engine.judge(pages[start : start + size])
    return time.perf_counter() - started


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PigeonholeError as error:
        notice(f"{error}")
        sys.exit(error.exit_code)
