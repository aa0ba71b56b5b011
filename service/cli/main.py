"""The command ``pigeonhole``: its commands, and how their errors become one line and a code."""

from __future__ import annotations

import os
import sys

import typer

from config.errors import ExitCode, PigeonholeError
from service.cli import classes, classify, doctor, ledger, train, watch
from service.cli.context import HomeOption, remember_home

app = typer.Typer(
    name="pigeonhole",
    help="Sorts scans by example: drop them in the inbox, find them in the folder of their class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(watch.watch)
app.command()(classify.classify)
app.command()(ledger.results)
app.command()(ledger.search)
app.command()(ledger.status)
app.add_typer(classes.app, name="classes")
app.command()(doctor.doctor)
app.command()(train.train)


@app.callback()
def root(ctx: typer.Context, home: HomeOption = None) -> None:
    """Keep ``--home`` for the command that follows."""
    remember_home(ctx, home)


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        app()
    except PigeonholeError as error:
        _say(f"pigeonhole: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _say("pigeonhole: interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, say) has left: nothing more to say, and nothing to flush it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)


def _say(line: str) -> None:
    # Names of users' files may hold bytes that are no text.
    sys.stderr.write(line.encode("utf-8", "backslashreplace").decode() + "\n")
