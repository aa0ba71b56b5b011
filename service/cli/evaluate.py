"""``pigeonhole evaluate``."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from config.errors import DataError, ExitCode, HomeError, UsageError, WeightsError
from service.cli.context import HomeOption, home_path


def evaluate(
    ctx: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            help="A folder with support/<class>/ and queries/<class>/ (queries/unknown/ for "
            "images of no class), or a folder of such folders.",
            show_default=False,
        ),
    ] = None,
    tickets: Annotated[
        Path | None,
        typer.Option(
            "--tickets",
            metavar="DIR",
            help="Measure how well tickets are read instead: a folder with truth.csv, or with "
            "img/ and box/ or key/.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE.html", help="Write a report with pictures."),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights", help="A run folder of 'train', or a manifest; else the shipped network."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Measure how often the network is right, or how well tickets are read, where it is known."""
    if (folder is None) == (tickets is None):
        raise UsageError(
            "evaluate takes a folder, or --tickets with one"
            + (", not both" if folder is not None else ""),
            "Name the folder whose truth is known",
        )
    if tickets is not None and weights is not None:
        raise UsageError("--tickets reads without the network", "Leave --weights out")
    from config.home import SETTINGS_FILE
    from config.settings import load_settings

    named = home or ctx.obj
    if named is not None and not named.is_dir():
        raise HomeError(f"there is no home at {named}", "Leave --home out to use the defaults")
    # No home is needed: where there is one, its limits and its 'reject' hold.
    settings = load_settings(home_path(ctx, home) / SETTINGS_FILE)
    if out is not None:
        _refuse_place(out, charts=tickets is None)
    if tickets is not None:
        from service.cli.evaluate_tickets import evaluate_tickets

        evaluate_tickets(tickets, home_path(ctx, home), settings, as_json=as_json, out=out)
    assert folder is not None
    from indexer.evaluation.summary import summarise
    from models.siamese.weights import SHIPPED
    from service.cli.output import notice, print_figures, print_json, say
    from service.cli.progress import progress_bar
    from service.desk.evaluation.evaluated import describe_evaluation
    from service.desk.evaluation.evaluating import evaluate as judge
    from service.desk.evaluation.evaluating import find_episodes
    from service.reports.wording import figures, headline
    from service.workers.engine import limits_of

    manifest = _manifest_of(weights) if weights else SHIPPED
    episodes = find_episodes(folder)
    n_files = sum(len(episode.support) + len(episode.queries) for episode in episodes)
    with progress_bar("reading", n_files) as advance:
        found = judge(
            folder,
            episodes,
            limits=limits_of(settings),
            reject=settings.reject,
            threads=len(os.sched_getaffinity(0)),
            manifest=manifest,
            advance=advance,
        )
    for path, reason in sorted(found.unreadable.items()):
        notice(f"{path} is left out: {reason}")
    if shown := sum(episode.shown for episode in found.episodes):
        notice(f"queries that are support images too, and say nothing of new ones: {shown}")
    summary = summarise(found.outcomes)
    if as_json:
        print_json(describe_evaluation(found, summary))
    else:
        say(headline(found, summary))
        print_figures(figures(found, summary))
    if out is not None:
        from service.reports.evaluation import write_evaluation

        write_evaluation(out, found, summary, limits_of(settings))
        notice(f"the report is {out}")
    raise typer.Exit(ExitCode.SCANS_FAILED if found.unreadable else ExitCode.OK)


def _refuse_place(out: Path, *, charts: bool) -> None:
    """Refuse, before any work is done, a report that could not be written; nothing is left there.

    Raises:
        UsageError: see `service.reports.html.check_place`; or its folder cannot be written, or
            its name is too long.
    """
    from service.reports.html import check_place

    try:
        # It is written under this longer name first.
        (out.parent / f".{out.name}.tmp").lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise _unwritable(out, error) from None
    try:
        check_place(out, charts=charts)
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as error:
        raise _unwritable(out, error) from None


def _unwritable(out: Path, error: OSError) -> UsageError:
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"the report {out} cannot be written: {reason}", "Name another file")


def _manifest_of(weights: Path) -> Path:
    """The manifest that ``--weights`` names, perhaps by its folder.

    Raises:
        WeightsError: the folder is of a training that is not finished.
    """
    from models.training.folder import MANIFEST_FILE, SETTINGS_FILE, RunFolder

    if not os.path.isdir(weights):  # a path that no system would open is no folder either
        return weights
    manifest = weights / MANIFEST_FILE
    if os.path.exists(manifest) or not os.path.isfile(weights / SETTINGS_FILE):
        return manifest
    try:
        message = RunFolder(weights).unfinished()
    except DataError as error:
        raise WeightsError(error.message, "Name a finished run with --weights") from None
    raise WeightsError(
        message, "Give the command that began it again, or name a finished run with --weights"
    )
