"""Fuzzing of page reading: ``python -m tests.fuzz.pages --seconds 60``.

Damages files and reads each in a process of its own, which may die. The same seed and the same
files to begin with damage the same bytes; ``--first`` and ``--executions 1`` make one file again.
The exit code is 0 where every file became a document or a fault, else 1.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path

import numpy as np

from tests.fuzz.child import Bounds, Child
from tests.fuzz.findings import Findings
from tests.fuzz.mutations import chosen, mutated
from tests.fuzz.seeds import Seed, by_kind, drawn, from_folder


def fuzz(
    seeds: Sequence[Seed],
    numbers: Iterator[int],
    *,
    seed: int,
    out: Path,
    bounds: Bounds,
    reader: str = "pages",
) -> Findings:
    """Read a damaged file for each of ``numbers``.

    Args:
        seeds: whole files.
        numbers: of the files to make; each is made of its number and ``seed`` alone.
        seed: another makes others.
        out: the folder for files that something is wrong with.
        bounds: what a file may ask for.
        reader: the name of one of `tests.fuzz.reading.READERS`.
    """
    findings, kinds = Findings(out, bounds.memory), by_kind(seeds)
    with tempfile.TemporaryDirectory() as folder, Child(reader, bounds) as child:
        path = Path(folder, "scan")
        for number in numbers:
            origin, data = made(kinds, seed, number)
            path.write_bytes(data)
            findings.note(number, origin, data, child.read(path))
    return findings


def made(seeds: Mapping[str, Sequence[Seed]], seed: int, number: int) -> tuple[str, bytes]:
    """The file of this number, and what it was made of."""
    random = np.random.default_rng([seed, number])
    one, other = chosen(random, seeds), chosen(random, seeds)
    return f"{one.name} + {other.name}", mutated(random, one.data, other.data)


def until(seconds: float, numbers: Iterator[int]) -> Iterator[int]:
    """``numbers`` as long as there is time."""
    end = time.monotonic() + seconds
    for number in numbers:
        if time.monotonic() >= end:
            return
        yield number


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.pages", description="Fuzz page reading.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--executions", type=int, help="so many files, however long it takes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--corpus", type=Path, help="more files; else PIGEONHOLE_TEST_DATA/hostile")
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"))
    parser.add_argument("--pixels", type=int, default=Bounds().pixels, help="max_image_pixels")
    parser.add_argument("--memory", type=int, default=Bounds().memory >> 20, help="MiB a file")
    parser.add_argument("--each", type=float, default=Bounds().seconds, help="seconds a file")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    corpus: Path | None = asked.corpus
    if corpus is None and "PIGEONHOLE_TEST_DATA" in os.environ:
        corpus = Path(os.environ["PIGEONHOLE_TEST_DATA"], "hostile")
    seeds = drawn() + (from_folder(corpus) if corpus is not None else [])
    numbers: Iterator[int] = count(asked.first)
    if asked.executions is None:
        numbers = until(asked.seconds, numbers)
    else:
        numbers = iter(range(asked.first, asked.first + asked.executions))
    bounds = Bounds(memory=asked.memory << 20, seconds=asked.each, pixels=asked.pixels)
    findings = fuzz(seeds, numbers, seed=asked.seed, out=asked.out, bounds=bounds)
    told = findings.told() | {"seeds": len(seeds), "seed": asked.seed}
    print(json.dumps(told) if asked.json else json.dumps(told, indent=2, ensure_ascii=False))
    return 1 if findings.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
