"""``pigeonhole detector``."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.context import HomeOption, JsonOption, open_home, remember_home
from service.cli.detector_train import NameArgument, train

if TYPE_CHECKING:
    from service.desk.detectors.listing import Listed

app = typer.Typer(
    help="One class, and everything else: trained detectors for classes that one example does "
    "not make.",
    no_args_is_help=True,
)


@app.callback()
def root(ctx: typer.Context, home: HomeOption = None) -> None:
    """Keep ``--home`` for the command that follows."""
    remember_home(ctx, home)


app.command()(train)


@app.command("list")
def list_(ctx: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Each detector, what it is, and how good it was."""
    found, _ = open_home(ctx, home)
    from service.cli.output import notice, print_json, print_table, unusable
    from service.desk.detectors.listing import described_detector, list_detectors

    listed = list_detectors(found)
    if as_json:
        for one in listed:
            print_json(described_detector(one))
        return
    for one in listed:
        if one.trouble:
            unusable("the detector", one.name, f"{one.trouble}. {one.advice}".strip())
    if not listed:
        notice("there are no detectors yet: 'pigeonhole detector train' makes one")
    print_table([_row(one) for one in listed], _COLUMNS)


@app.command()
def evaluate(
    ctx: typer.Context,
    name: NameArgument,
    positives: Annotated[
        list[Path],
        typer.Option("--positives", metavar="DIR", help="Pictures of the class; repeatable."),
    ],
    others: Annotated[
        list[Path],
        typer.Option("--others", metavar="DIR", help="Pictures of anything else; repeatable."),
    ],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Measure a detector on pictures that it was not trained on."""
    found, settings = open_home(ctx, home)
    from indexer.evaluation.detectors import summarise_trial
    from service.cli.output import notice, print_figures, print_json
    from service.cli.progress import progress_bar
    from service.desk.detectors.collecting import told_left_out
    from service.desk.detectors.evaluating import described_evaluation, evaluate_detector
    from service.reports.detectors.wording import trial_figures

    evaluated = evaluate_detector(
        found,
        settings,
        name,
        positives,
        others,
        threads=len(os.sched_getaffinity(0)),
        watch=progress_bar,
    )
    for line in (*told_left_out(evaluated.left_out), *evaluated.notes):
        notice(line)
    summary = summarise_trial(evaluated.trial, evaluated.labels)
    if as_json:
        print_json(described_evaluation(evaluated, summary))
        return
    one_class = bool(evaluated.manifest.training.get("one_class"))
    print_figures(trial_figures(evaluated.trial, summary, name, one_class=one_class))


@app.command()
def remove(ctx: typer.Context, name: NameArgument, home: HomeOption = None) -> None:
    """Take a detector out of use; it is kept under removed/detectors/."""
    found, _ = open_home(ctx, home)
    from service.cli.output import say
    from service.desk.detectors.publishing import remove_detector

    place = remove_detector(found, name)
    say(f"the detector {name} is no longer used; it lies at {place}")


_COLUMNS = {
    "name": "name", "approach": "approach", "auroc": "AUROC", "interval": "95 % interval",
    "threshold": "threshold", "made_at": "trained",
}  # fmt: skip


def _row(one: Listed) -> dict[str, Any]:
    """A detector as a row of a table; empty where a broken one tells nothing."""
    from service.desk.detectors.listing import described_detector

    auroc, interval = one.auroc, _interval(one)
    return {
        **described_detector(one),
        "auroc": "" if auroc is None or not math.isfinite(auroc) else f"{auroc:.3f}",
        "interval": "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}",
    }


def _interval(one: Listed) -> tuple[float, float] | None:
    """Of the AUROC of the approach that was kept; None where a person's edits left no interval."""
    told = one.manifest
    kept = told.scores.get(str(told.training.get("title"))) if told else None
    match kept.get("auroc_interval") if isinstance(kept, dict) else None:
        case [float(low), float(high)] if math.isfinite(low) and math.isfinite(high):
            return low, high
    return None
