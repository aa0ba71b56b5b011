"""How good recognition is: every line of the target, on images that were not trained on.

DATA is the folder of real data (its README says what lies where). What the weights were trained
on stands in their manifest: images of DATA are told by their bytes, held-out classes by the
commands that trained. Where a line's images were trained on all the same, its note says so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from recognition_lines import cost, first_run, layouts, letters, scans, strange_kinds, symbols
from recognition_lines.bench import Bench, Network
from recognition_lines.rows import HEADINGS, Row, cells

from config.errors import DataError, PigeonholeError, UsageError
from models.siamese.weights import SHIPPED
from service.cli.output import notice, print_json, print_table

FILE = "recognition.json"


def main() -> int:
    """Measure and print; the exit code."""
    try:
        _answer(_arguments())
    except PigeonholeError as error:
        notice(f"recognition: {error}")
        return int(error.exit_code)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of real data")
    parser.add_argument(
        "--weights", type=Path, default=SHIPPED, help="a run folder or a manifest; else the shipped"
    )
    parser.add_argument(
        "--fold",
        action="append",
        default=[],
        metavar="NAME=MANIFEST",
        help="weights trained without some kinds, to ask for those; repeatable",
    )
    parser.add_argument(
        "--training-data",
        action="append",
        default=[],
        type=Path,
        metavar="FOLDER",
        help="where else the data lie that the manifest's commands name; repeatable",
    )
    parser.add_argument(
        "--line", action="append", choices=[*_LINES], help="measure these alone; repeatable"
    )
    parser.add_argument("--trials", type=int, default=4000, help="queries or episodes of each row")
    parser.add_argument("--seed", type=int, default=1, help="of every drawing and draw")
    parser.add_argument(
        "--only-unseen", action="store_true", help="leave out real images that were trained on"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"write {FILE} there")
    return parser.parse_args()


def _answer(asked: argparse.Namespace) -> None:
    if asked.trials < 1:
        raise UsageError(f"--trials {asked.trials} is less than 1")
    places = [asked.data, *asked.training_data]
    for place in [*places, *([asked.out] if asked.out else [])]:
        if not place.is_dir():
            raise DataError(f"{place} is no folder", "Name one that is there")
    named = [_fold(text) for text in asked.fold]
    if len(dict(named)) < len(named):
        raise UsageError(f"{len(named)} folds have {len(dict(named))} names", "Name each another")
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
        network = Network.opened(_manifest(asked.weights), places, Path(cache))
        folds = {name: Network.opened(_manifest(path), places, Path(cache)) for name, path in named}
        bench = Bench(asked.data, network, asked.trials, asked.seed, asked.only_unseen)
        rows: list[Row] = []
        for line in asked.line or _LINES:
            notice(f"measuring {line}")
            rows += _LINES[line](bench, folds)
    answer = _described(bench, folds, rows)
    if asked.out:
        text = json.dumps(answer, indent=1, ensure_ascii=False) + "\n"
        part = asked.out / f".{FILE}"
        part.write_text(text, encoding="utf-8")
        os.replace(part, asked.out / FILE)
    if asked.json:
        print_json(answer)
    else:
        print_table([cells(row) for row in answer["rows"]], HEADINGS)


_LINES: dict[str, Callable[[Bench, dict[str, Network]], Sequence[Row]]] = {
    "letters": lambda bench, _: letters.measure(bench),
    "symbols": lambda bench, _: symbols.measure(bench),
    "scans": scans.measure,
    "first-run": first_run.measure,
    "kinds": strange_kinds.measure,
    "layouts": lambda bench, _: layouts.measure(bench),
    "pair": lambda bench, _: scans.measure_pair(bench),
    "cost": lambda bench, _: cost.measure(bench),
}


def _described(bench: Bench, folds: dict[str, Network], rows: Iterable[Row]) -> dict[str, Any]:
    return {
        "weights": _network(bench.network),
        "folds": {name: _network(network) for name, network in folds.items()},
        "trials": bench.trials,
        "seed": bench.seed,
        "only_unseen": bench.only_unseen,
        "rows": [row.described() for row in rows],
    }


def _network(network: Network) -> dict[str, Any]:
    return {
        "branch_id": network.gallery.embedder.branch_id,
        "held_out": sorted(network.seen.hold_out),
        "training_data_not_here": list(network.seen.unlisted),
    }


def _manifest(path: Path) -> Path:
    return path / SHIPPED.name if path.is_dir() else path


def _fold(text: str) -> tuple[str, Path]:
    name, sign, path = text.partition("=")
    if not (name and sign and path):
        raise UsageError(f"--fold {text!r} is not understood", "Write --fold NAME=MANIFEST")
    return name, Path(path)


if __name__ == "__main__":
    sys.exit(main())
