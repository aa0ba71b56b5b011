"""``pigeonhole classes``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ExitCode
from service.cli.context import HomeOption, JsonOption, open_home, remember_home

app = typer.Typer(help="The classes: one folder of examples each.", no_args_is_help=True)


@app.callback()
def root(ctx: typer.Context, home: HomeOption = None) -> None:
    """Keep ``--home`` for the command that follows."""
    remember_home(ctx, home)


@app.command("list")
def list_(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Each class and how many examples it has."""
    found, _ = open_home(ctx, home)
    from service.cli.output import print_json, print_table
    from service.desk.classes.classes import list_classes

    rows = [{"class": name, "examples": count} for name, count in list_classes(found).items()]
    if as_json:
        for row in rows:
            print_json(row)
    else:
        print_table(rows, {"class": "class", "examples": "examples"})


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The class; made when it is new.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Images of it.")],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add examples to a class. One is enough for a new class; a running daemon takes it up."""
    found, settings = open_home(ctx, home, lay_out=True)
    from service.cli.output import print_json, say
    from service.desk.classes.classes import add_examples
    from service.desk.pictures import pictures_for_once

    with pictures_for_once(found, settings) as pictures:
        added = add_examples(found, name, files, pictures.limits, fault=pictures.fault)
    for one in added:
        if as_json:
            print_json({"path": str(one.source), "support": one.name, "new": one.new})
        elif one.new:
            say(f"{one.source}: now {one.name}")
        else:
            say(f"{one.source}: the class has it already, as {one.name}")


@app.command()
def check(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Name what in the examples leads to wrong answers; exit code 1 if anything does."""
    found, settings = open_home(ctx, home)
    from dataclasses import asdict

    from service.cli.output import coloured, exit_code_counts, plain, print_json, say
    from service.desk.classes.checking import check_classes
    from service.workers.engine import EngineSpec

    threads = len(os.sched_getaffinity(0))
    findings = list(check_classes(EngineSpec.of(found, settings, threads=threads)))
    colours = {"error": typer.colors.RED, "warning": typer.colors.YELLOW}
    with exit_code_counts():
        for one in findings:
            if as_json:
                print_json(asdict(one))
                continue
            severity = typer.style(f"{one.severity:8}", fg=colours[one.severity])
            coloured(severity + plain(f" {one.text}. {one.advice}"))
        if not findings and not as_json:
            say("nothing to complain of")
    raise typer.Exit(ExitCode.SCANS_FAILED if findings else ExitCode.OK)
