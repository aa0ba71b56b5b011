"""``pigeonhole reclassify``: judging scans anew, and moving those that belong elsewhere now."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import ExitCode, UsageError
from config.words import counted
from service.cli.context import HomeOption, open_home
from service.cli.ledger import opened_ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.home import Home
    from config.settings import Settings
    from service.desk.scans.reclassifying import Offer
    from storage.ledger import Ledger
    from storage.records import Filed

_JUDGED = ("review", "filed")
_SHOWN = {"scan_id": "scan", "file": "file", "from": "from", "to": "to", "score": "score"}


def reclassify(
    ctx: typer.Context,
    state: Annotated[
        str, typer.Option("--state", metavar="S", help="Scans in this state: review or filed.")
    ] = "review",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Move them without a question.")] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what was moved the last time.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line; moves nothing without --yes.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Judge scans anew by the classes of now, show which would go elsewhere, and move those."""
    if state not in _JUDGED:
        raise UsageError(
            f"--state {state}: no scan in this state was judged", f"Choose {' or '.join(_JUDGED)}"
        )
    _, settings = open_home(ctx, home)
    with opened_ledger(ctx, home) as (found, ledger):
        if undo:
            _take_back(found, ledger, as_json=as_json)
            return
        offers, faulty = _offers(found, settings, ledger, state, say_sum=not as_json)
        told = {offer.scan.scan_id: _told(found, offer) for offer in offers}
        if not (as_json and yes):
            _show(list(told.values()), as_json=as_json)
        if offers and _wanted(len(offers), yes=yes, as_json=as_json):
            from service.cli.moved import say_moved
            from service.desk.scans.reclassifying import go_over

            moved = go_over(found, ledger, offers)
            say_moved(found, moved, as_json=as_json, verb="moved", more=told)
        if faulty:
            raise typer.Exit(ExitCode.SCANS_FAILED)


def _offers(
    home: Home, settings: Settings, ledger: Ledger, state: str, *, say_sum: bool
) -> tuple[list[Offer], bool]:
    """What would go elsewhere, and whether a scan could not be judged."""
    from service.cli.output import notice, say, unusable
    from service.cli.progress import progress_bar
    from service.desk.scans.reclassifying import outdated, unspoken
    from service.workers.engine import EngineSpec

    all_scans = ledger.filed(states=(state,))
    scans = unspoken(home, ledger, all_scans)
    spec = EngineSpec.of(home, settings, threads=len(os.sched_getaffinity(0)))
    faults: list[tuple[Filed, str]] = []
    with progress_bar("judging", len(scans)) as advance:
        offers = list(
            outdated(
                spec,
                scans,
                notice=unusable,
                left=lambda *fault: faults.append(fault),
                advance=advance,
            )
        )
    for scan, reason in faults:
        notice(f"{home.relative(scan.place)} is not judged: it {reason}")
    if spoken_of := len(all_scans) - len(scans):
        notice(f"{counted(spoken_of, 'scan')} left out: a person has said what they are")
    if say_sum:
        judged = counted(len(scans) - len(faults), "scan")
        say(f"{judged} judged, {len(offers)} would go elsewhere")
    return offers, bool(faults)


def _told(home: Home, offer: Offer) -> dict[str, Any]:
    return {
        "scan_id": offer.scan.scan_id,
        "file": home.relative(offer.scan.place),
        "from": offer.scan.class_name,
        "to": offer.class_name,
        "score": offer.verdict.score,
        "decided_by": offer.verdict.decided_by,
    }


def _show(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    from service.cli.output import print_json, print_table

    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        print_table(rows, _SHOWN)


def _wanted(number: int, *, yes: bool, as_json: bool) -> bool:
    """Whether the person wants them moved."""
    from service.cli.output import finish, notice

    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        notice("nothing was moved; with --yes they are")
        return False
    finish()
    if typer.confirm(f"Move {counted(number, 'scan')}?", default=False, err=True):
        return True
    notice("nothing was moved")
    return False


def _take_back(home: Home, ledger: Ledger, *, as_json: bool) -> None:
    from service.cli.moved import say_moved
    from service.cli.output import notice
    from service.desk.scans.reclassifying import go_back

    moved = go_back(home, ledger)
    if not moved:
        notice("there is nothing that could be taken back")
    say_moved(home, moved, as_json=as_json, verb="put back")
