"""How well and how fast tickets are read: every line of the reading target, and variants of reading.

DATA is the folder of real data (its README says what lies where). Figures are those of
``pigeonhole evaluate --tickets``; the time is taken beside raw Tesseract on the same receipts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from reading_lines import pace, rows
from reading_lines.sets import GERMAN, SROIE, merchants, tickets_of
from reading_lines.variants import SHIPPED, VARIANTS

from config.errors import DataError, PigeonholeError
from config.home import Home
from config.settings import load_settings
from indexer.evaluation.tickets import summarise_tickets
from models.scoring.truth.ticket import TrueTicket
from models.ticket.tesseract.command import check_tesseract
from service.cli.output import notice
from service.cli.progress import progress_bar
from service.desk.evaluation.evaluated import described_proportion
from service.desk.evaluation.evaluated_tickets import describe_tickets
from service.desk.evaluation.tickets import evaluate_tickets
from service.workers.engine import EngineSpec

FILE = "reading.json"


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of real data")
    parser.add_argument(
        "--variant", action="append", choices=[*VARIANTS], help="measure these alone; repeatable"
    )
    parser.add_argument("--language", default="eng", help="as the setting ocr_language")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--most", type=int, help="tickets of each set, to try something out")
    parser.add_argument("--no-pace", action="store_true", help="take no time beside raw Tesseract")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"write {FILE} there")
    try:
        _answer(parser.parse_args())
    except PigeonholeError as error:
        notice(f"reading: {error}")
        return int(error.exit_code)
    return 0


def _answer(asked: argparse.Namespace) -> None:
    for place in [asked.data, *([asked.out] if asked.out else [])]:
        if not place.is_dir():
            raise DataError(f"{place} is no folder", "Name one that is there")
    settings = load_settings(None, {"ocr_language": asked.language})
    # No home is there, and none is needed: its folders are only named.
    spec = EngineSpec.of(Home.of(asked.data / "no-home", settings), settings)
    sets = {name: tickets[: asked.most] for name, tickets in tickets_of(asked.data).items()}
    answer: dict[str, Any] = {
        "tesseract": check_tesseract(asked.language),
        "language": asked.language,
        "workers": asked.workers,
        "rows": [
            _measured(asked.data / name, tickets, variant, spec, asked.workers)
            for variant in asked.variant or VARIANTS
            for name, tickets in sets.items()
        ],
    }
    if not asked.no_pace:
        notice("measuring the time beside raw Tesseract")
        answer["pace"] = pace.measure(
            [ticket.path for ticket in sets[SROIE]], spec, workers=asked.workers
        )
    if asked.out:
        part = asked.out / f".{FILE}"
        part.write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(part, asked.out / FILE)
    print(rows.goals(answer, SHIPPED))
    for name in sets:
        print(f"\n{rows.SETS[name]}\n\n{rows.variants(answer, name)}")


def _measured(
    folder: Path, tickets: list[TrueTicket], variant: str, spec: EngineSpec, workers: int
) -> dict[str, Any]:
    with progress_bar(f"{folder.name}, {variant}", len(tickets)) as advance:
        found = evaluate_tickets(
            folder, tickets, spec, workers=workers, advance=advance, read=VARIANTS[variant]
        )
    described = describe_tickets(found, summarise_tickets(found.outcomes))
    for name in ("each", "folder", "language", "date_order", "workers"):
        del described[name]
    row = {"set": folder.name, "variant": variant, **described}
    if folder.name == GERMAN:
        row["merchant"] = described_proportion(merchants(found.outcomes))
    return row


if __name__ == "__main__":
    sys.exit(main())
