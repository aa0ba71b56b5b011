"""``pigeonhole evaluate --tickets``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import typer

from config.errors import ExitCode
from config.home import Home
from config.settings import Settings


def evaluate_tickets(
    folder: Path, root: Path, settings: Settings, *, as_json: bool, out: Path | None
) -> NoReturn:
    """Measure how well tickets are read whose text or fields are known, and leave.

    Args:
        folder: of the tickets.
        root: of the home; it need not be there.
        settings: language, date order and limits.
        as_json: one object in place of a table.
        out: where to write a report, if at all.

    Raises:
        Exit: always.
    """
    from indexer.evaluation.tickets import summarise_tickets
    from models.scoring.truth.folder import find_tickets
    from service.cli.output import notice, print_figures, print_json, say
    from service.cli.progress import progress_bar
    from service.desk.evaluation.evaluated_tickets import describe_tickets
    from service.desk.evaluation.tickets import evaluate_tickets as read
    from service.reports.ticket_wording import ticket_figures, tickets_headline
    from service.workers.engine import EngineSpec

    found = find_tickets(folder)
    spec = EngineSpec.of(Home.of(root, settings), settings)
    with progress_bar("reading", len(found)) as advance:
        evaluation = read(
            folder, found, spec, workers=len(os.sched_getaffinity(0)), advance=advance
        )
    for one in evaluation.outcomes:
        if one.fault:
            notice(f"{one.truth.name} is not read: {one.fault.reason}")
    summary = summarise_tickets(evaluation.outcomes)
    if as_json:
        print_json(describe_tickets(evaluation, summary))
    else:
        say(tickets_headline(summary))
        print_figures(ticket_figures(evaluation, summary))
    if out is not None:
        from service.reports.tickets import write_tickets

        write_tickets(out, evaluation, summary, spec.limits)
        notice(f"the report is {out}")
    raise typer.Exit(ExitCode.SCANS_FAILED if summary.faults else ExitCode.OK)
