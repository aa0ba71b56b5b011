"""What durability costs: pages a second with it and without, side by side in one run.

Two warm daemons: one as it is, and one that neither syncs nor links (`careless.py`). They get the
same receipts in turns. The ratio is the figure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from running import daemon, receipts, stage

CARELESS = [sys.executable, str(Path(__file__).with_name("careless.py"))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    originals = receipts()
    staging = Path(tempfile.mkdtemp(prefix="pigeonhole-staging-"))
    ratios = []
    try:
        with (
            daemon(workers=asked.workers, stability_delay=0) as careful,
            daemon(workers=asked.workers, stability_delay=0, command=CARELESS) as careless,
        ):
            for number in range(asked.rounds):
                pair = [careful, careless]
                rates = {}
                for one in (
                    pair if number % 2 else reversed(pair)
                ):  # whoever is first has a cold disk
                    paths = stage(staging, originals, asked.files, number)
                    rates[one.home] = one.rate(paths)
                ratios.append(rates[careful.home] / rates[careless.home])
                print(
                    f"round {number + 1}: {rates[careful.home]:.0f} pages/s with durability, "
                    f"{rates[careless.home]:.0f} without; ratio {ratios[-1]:.2f}"
                )
    finally:
        shutil.rmtree(staging)
    answer = {
        "files": asked.files,
        "workers": asked.workers,
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_min": round(min(ratios), 3),
        "ratio_max": round(max(ratios), 3),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
