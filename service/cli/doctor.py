"""``pigeonhole doctor``."""

from __future__ import annotations

import typer

from config.errors import ExitCode
from service.cli.context import HomeOption, JsonOption, open_home


def doctor(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Look at everything that the service needs; exit code 1 if there is a problem."""
    found, settings = open_home(ctx, home)
    from dataclasses import asdict

    from service.cli.output import coloured, exit_code_counts, plain, print_json
    from service.desk.doctor import examine_home

    colours = {
        "ok": typer.colors.GREEN,
        "warning": typer.colors.YELLOW,
        "problem": typer.colors.RED,
    }
    problem = False
    with exit_code_counts():
        for finding in examine_home(found, settings):
            problem |= finding.level == "problem"
            if as_json:
                print_json(asdict(finding))
                continue
            level = typer.style(f"{finding.level:8}", fg=colours[finding.level])
            advice = f". {finding.advice}" if finding.advice else ""
            coloured(level + plain(f" {finding.what}: {finding.detail}{advice}"))
    raise typer.Exit(ExitCode.SCANS_FAILED if problem else ExitCode.OK)
