"""``pigeonhole detector``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.context import HomeOption, JsonOption, open_home, remember_home

if TYPE_CHECKING:
    from models.detector.judging.trial import Comparison
    from service.reports.wording import Figure

app = typer.Typer(
    help="One class, and everything else: trained detectors for classes that one example does "
    "not make.",
    no_args_is_help=True,
)


class ApproachName(StrEnum):
    """What is tried."""

    CNN = "cnn"
    TRANSFER = "transfer"
    BRANCH = "branch"
    ALL = "all"


NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the class.", show_default=False)
]


@app.callback()
def root(ctx: typer.Context, home: HomeOption = None) -> None:
    """Keep ``--home`` for the command that follows."""
    remember_home(ctx, home)


@app.command()
def train(
    ctx: typer.Context,
    name: NameArgument,
    positives: Annotated[
        list[Path] | None,
        typer.Option(
            "--positives",
            metavar="DIR",
            help="Pictures of the class; repeatable. Without it, those of its last training.",
        ),
    ] = None,
    others: Annotated[
        list[Path] | None,
        typer.Option(
            "--others",
            metavar="DIR",
            help="Pictures of anything else, as the service will meet it; repeatable. Without it "
            "the detector learns from the class alone.",
        ),
    ] = None,
    background: Annotated[
        list[Path] | None,
        typer.Option(
            "--background",
            metavar="DIR",
            help="Without --others: pictures of anything else that it is judged by, and does not "
            "learn from; else drawn ones. Repeatable.",
        ),
    ] = None,
    approach: Annotated[
        ApproachName,
        typer.Option(
            help="A network of its own, MobileNetV2's features, the embedding of the product's "
            "network; or all of them, of which the best is kept."
        ),
    ] = ApproachName.ALL,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--weights",
            metavar="FILE",
            help="MobileNetV2's weights without its top, as Keras saves them; else those of "
            "ImageNet, which Keras fetches once.",
        ),
    ] = None,
    from_ledger: Annotated[
        bool,
        typer.Option(
            "--from-ledger",
            help="Also the scans of the home that people have confirmed or corrected: those of "
            "the class, and all others.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same pictures.")] = 0,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Train a detector from folders of pictures, judge it, and have the service use it."""
    from indexer.support import check_class_name

    check_class_name(name)  # before a home is laid out for nothing
    found, settings = open_home(ctx, home, lay_out=True)
    from service.cli.ledger import opened_ledger
    from service.cli.output import notice, print_json
    from service.cli.progress import progress_bar
    from service.desk.detectors.corrections import Corrections, corrections_of
    from service.desk.detectors.request import Request
    from service.desk.detectors.training import train_detector

    corrections: Corrections | None = None
    if from_ledger:
        with opened_ledger(ctx, home) as (_, ledger):
            corrections = corrections_of(found, ledger, name)
        for line in corrections.described(name):
            notice(line)
    request = Request(
        name=name,
        positives=tuple(positives or ()),
        others=tuple(others or ()),
        background=tuple(background or ()),
        approach=approach.value,
        weights=weights,
        corrections=corrections,
        seed=seed,
    )
    try:
        comparison = train_detector(
            found,
            settings,
            request,
            threads=len(os.sched_getaffinity(0)),
            watch=progress_bar,
            tell=notice,
        )
    except KeyboardInterrupt:
        notice(f"nothing is changed: {name} was not trained to its end")
        raise
    if not comparison.trials:
        notice(f"{name} is not trained: no approach is left, and nothing is changed")
        return
    from service.desk.detectors.listing import described_detector, one_detector

    saved = one_detector(found, name)
    if as_json:
        print_json(described_detector(saved))
        return
    _say_comparison(comparison)
    if saved.report is not None:
        notice(f"the report is {saved.report}")
    notice(f"the service uses it from now on: {saved.folder}")


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
    print_table([_row(described_detector(one)) for one in listed], _COLUMNS)


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
    from service.cli.output import notice, print_json
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
    _print_figures(trial_figures(evaluated.trial, summary, name, one_class=one_class))


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


def _row(described: dict[str, Any]) -> dict[str, Any]:
    """A detector as a row of a table; empty where a broken one tells nothing."""
    best: dict[str, Any] = next(iter(described["scores"].values()), {})
    low, high = best.get("auroc_interval") or (None, None)
    return {
        **described,
        "auroc": "" if best.get("auroc") is None else f"{best['auroc']:.3f}",
        "interval": "" if low is None else f"{low:.3f} to {high:.3f}",
    }


def _print_figures(rows: Iterable[Figure]) -> None:
    """A row a figure."""
    from service.cli.output import print_table

    print_table(
        [
            {"name": one.name, "value": one.value, "counted": one.counted, "interval": one.interval}
            for one in rows
        ],
        {"name": "", "value": "", "counted": "", "interval": "95 % interval"},
    )


def _say_comparison(comparison: Comparison) -> None:
    """The answer: the approaches side by side, old beside new, and the verdict in plain words."""
    from indexer.evaluation.detectors import summarise_comparison
    from service.cli.output import print_table, say
    from service.reports.detectors.verdict import verdict_lines
    from service.reports.detectors.wording import (
        SIDE_BY_SIDE,
        comparison_headline,
        earlier_figures,
        side_by_side,
    )

    say(comparison_headline(comparison))
    summary = summarise_comparison(comparison)
    rows = side_by_side(comparison, summary)
    headings = {str(number): heading for number, heading in enumerate(SIDE_BY_SIDE)}
    print_table([dict(zip(headings, row, strict=True)) for row in rows], headings)
    if earlier := earlier_figures(comparison, summary):
        _print_figures(earlier)
    for line in verdict_lines(comparison):
        say(line)
