"""``pigeonhole watch``."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import ExitCode
from config.stderr import PATIENCE, secure_streams
from service.cli.context import HomeOption, HostOption, PortOption, open_home


def watch(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Close the files that are there now, then end.")
    ] = False,
    web: Annotated[
        bool, typer.Option("--web/--no-web", help="Answer over HTTP as well; never with --once.")
    ] = True,
    host: HostOption = None,
    port: PortOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes; else the setting.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Sort what is dropped in the inbox, until stopped.

    With --once the exit code is 0 if every file was sorted or sent to review, 1 if any failed.
    """
    secure_streams(PATIENCE)
    found, settings = open_home(ctx, home, lay_out=True, workers=workers, host=host, port=port)
    from contextlib import nullcontext

    from service.cli.progress import spinner
    from service.desk.watching import daemon_of
    from service.web.beside import server_beside

    with (
        spinner("sorting", shown=once) as advance,
        daemon_of(found, settings, report=lambda _closed: advance()) as daemon,
        server_beside(found, settings)
        if web and not once
        else nullcontext(lambda: None) as end_server,
    ):
        all_well = daemon.run(once=once, ending=end_server)
    raise typer.Exit(ExitCode.OK if all_well or not once else ExitCode.SCANS_FAILED)
