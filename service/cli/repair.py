"""``pigeonhole verify``, ``retry``, ``undo``, ``outputs``: mending, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ExitCode, HomeBusyError, UsageError
from config.words import counted
from service.cli.context import HomeOption, JsonOption, open_home
from service.cli.ledger import opened_ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.home import Home
    from storage.ledger import Ledger
    from storage.records import Filed

_JUDGED = ("review", "filed")


def retry(
    ctx: typer.Context,
    scan_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]…", help="Scans, as 'results' shows them.")
    ] = None,
    all_failed: Annotated[
        bool, typer.Option("--all-failed", help="Every scan that failed.")
    ] = False,
    unread: Annotated[
        bool, typer.Option("--unread", help="Every ticket that could not be read.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put what failed, or was not read, back into the inbox."""
    if (all_failed or unread) == bool(scan_ids):
        raise UsageError(
            "retry takes scans, --all-failed or --unread", "See 'pigeonhole results --state failed'"
        )
    states = ["failed"] if all_failed or scan_ids else []
    states += _JUDGED if unread or scan_ids else ()
    with opened_ledger(ctx, home) as (found, ledger):
        # One that was judged and has a fault is a ticket that could not be read.
        scans = ledger.filed(scan_ids=scan_ids, states=states, faulty=True)
        _refuse_others(ledger, scan_ids or (), scans)
        _put_back(found, ledger, scans, as_json=as_json)


def undo(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="[N]", min=1, help="How many scans.")] = 1,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Put the scans that were closed last back where they were dropped."""
    with opened_ledger(ctx, home) as (found, ledger):
        from service.lock import is_held

        if is_held(found.lock_file):
            raise HomeBusyError(
                f"a daemon works in {found.root}, and would sort them again at once",
                "Stop it first",
            )
        _put_back(found, ledger, ledger.filed(newest=number), as_json=as_json)


def outputs(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Have the service make what 'ticket_outputs' asks for and is missing, of old tickets too."""
    found, settings = open_home(ctx, home)
    if not settings.ticket_outputs:
        raise UsageError(
            "ticket_outputs asks for nothing",
            f'Set it, say to ["pdf", "text"], in {found.settings_file} or in '
            "PIGEONHOLE_TICKET_OUTPUTS, which goes before",
        )
    with opened_ledger(ctx, home) as (_, ledger):
        from service.cli.output import notice, print_json, say
        from service.lock import is_held
        from storage.tickets.outputs import OutputBook

        book = OutputBook(ledger.database, found)
        number = book.ask_again(settings.ticket_outputs)
        if as_json:
            print_json({"to_make": number})
        else:
            say(f"{counted(number, 'file')} to make")
        if number and is_held(found.lock_file):
            notice("the service at work makes them, if it was started with these ticket_outputs")
        elif number:
            notice("'pigeonhole watch' will make them")


def verify(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Compare every filed scan with the ledger; exit code 1 where they differ.

    What you deleted is told, and is no difference.
    """
    from service.cli.output import exit_code_counts, print_json, say

    _, settings = open_home(ctx, home)
    with opened_ledger(ctx, home) as (found, ledger), exit_code_counts():
        from dataclasses import asdict

        from config.ignored import Ignored
        from service.cli.progress import progress_bar
        from service.desk.scans.verifying import NOTES
        from service.desk.scans.verifying import verify as findings_of

        number, notes, rows = 0, 0, len(ledger.filed())
        with progress_bar("verifying", rows) as advance:
            for finding in findings_of(found, ledger, advance, Ignored(settings.ignore)):
                noted = finding.kind in NOTES
                number, notes = number + (not noted), notes + noted
                if as_json:
                    print_json(asdict(finding))
                    continue
                scan = "" if finding.scan_id is None else f" (scan {finding.scan_id})"
                say(f"{finding.kind:10} {finding.place}{scan}: {finding.detail}. {finding.advice}")
        if not as_json:
            noted_too = f", {counted(notes, 'note')}" if notes else ""
            say(f"{counted(rows, 'file')} compared, {counted(number, 'finding')}{noted_too}")
    raise typer.Exit(ExitCode.SCANS_FAILED if number else ExitCode.OK)


def _refuse_others(ledger: Ledger, asked: Sequence[int], scans: Sequence[Filed]) -> None:
    """Refuse scans that neither failed nor are unread.

    Raises:
        UsageError: there is no such scan, or it is in another state.
        ConflictError: its file was deleted.
    """
    from service.desk.scans.scans import deleted

    there = {scan.scan_id for scan in scans}
    for scan_id in asked:
        if scan_id not in there:
            row = ledger.result(scan_id)
            if row and row["state"] == "gone":
                raise deleted(scan_id)
            raise UsageError(
                f"scan {scan_id} is {row['state']}: only what failed or was not read is retried"
                if row
                else f"there is no scan {scan_id}",
                "See 'pigeonhole results --state failed' and 'pigeonhole results --unread'",
            )


def _put_back(home: Home, ledger: Ledger, scans: Sequence[Filed], *, as_json: bool) -> None:
    from service.cli.moved import say_moved
    from service.desk.scans.recalling import put_back

    say_moved(home, put_back(home, ledger, scans), as_json=as_json, verb="put back")
