"""The commands of ``pigeonhole``, and how their errors become one line and a code."""

from __future__ import annotations

import io
import sys

import typer

from config.errors import PigeonholeError
from service.cli import (
    backup,
    classes,
    classify,
    detector,
    doctor,
    evaluate,
    ledger,
    reclassify,
    repair,
    serve,
    train,
    watch,
)
from service.cli.context import HomeOption, remember_home
from service.cli.output import finish, notice

app = typer.Typer(
    name="pigeonhole",
    help="Sorts scans by example: drop them in the inbox, find them in the folder of their class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(watch.watch)
app.command()(serve.serve)
app.command()(classify.classify)
app.command()(ledger.results)
app.command()(ledger.search)
app.command()(ledger.status)
app.command()(repair.retry)
app.command()(repair.undo)
app.command()(reclassify.reclassify)
app.command()(repair.outputs)
app.command()(repair.verify)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(classes.app, name="classes")
app.command()(doctor.doctor)
app.command()(train.train)
app.command()(evaluate.evaluate)
app.add_typer(detector.app, name="detector")


@app.callback()
def root(ctx: typer.Context, home: HomeOption = None) -> None:
    """Keep ``--home`` for the command that follows."""
    remember_home(ctx, home)


def run() -> None:
    """Run the command line and leave with its exit code.

    Raises:
        KeyboardInterrupt: the person wants no more of it.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names of users' files may hold what the terminal's encoding has no sign for.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except PigeonholeError as error:
        notice(f"pigeonhole: {error}")
        sys.exit(error.exit_code)
    finally:
        finish()
