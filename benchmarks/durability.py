"""What durability costs: pages a second with it and without, side by side in one run.

Two warm daemons: one as it is, and one that neither syncs nor links (`careless.py`). They get the
same receipts in turns. The ratio is the figure.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from running import daemon, options, receipts, spread, stage

CARELESS = [sys.executable, str(Path(__file__).with_name("careless.py"))]


def main() -> None:
    """Measure and print."""
    asked = options(__doc__)
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
        **spread(ratios),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
