"""Seconds of reading a ticket, from file to fields, by those of ``tesseract FILE - --psm 6``.

The same ticket one right after the other, all cores at work with both. The ratio is the figure.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from reading_lines import pace
from running import options, receipts, spread

from config.home import Home
from config.settings import load_settings
from service.workers.engine import EngineSpec


def main() -> None:
    """Measure and print."""
    asked = options(__doc__, files=63, rounds=1)
    originals = receipts()
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        paths = []
        for number in range(asked.files):
            paths.append(Path(folder, f"{number:05}.jpg"))
            paths[-1].write_bytes(originals[number % len(originals)])
        settings = load_settings(None, {})
        spec = EngineSpec.of(Home.of(Path(folder, "home"), settings), settings)
        ratios = []
        for number in range(asked.rounds):
            found = pace.measure(paths, spec, workers=asked.workers)
            ratios.append(found["ratio"])
            print(
                f"round {number + 1}: {found['seconds']:.2f} s a ticket, {found['raw_seconds']:.2f} s "
                f"raw Tesseract; ratio {found['ratio']:.2f}, of processor time "
                f"{found['processor_ratio']:.2f}"
            )
    print(json.dumps({"files": asked.files, "workers": asked.workers, **spread(ratios)}))


if __name__ == "__main__":
    main()
