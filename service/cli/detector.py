"""``pigeonhole detector``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.context import HomeOption, JsonOption, open_home, remember_home

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
    found, settings = open_home(ctx, home, lay_out=True)
    from indexer.support import check_class_name
    from service.cli.ledger import opened_ledger
    from service.cli.output import notice, print_json
    from service.cli.progress import progress_bar
    from service.desk.detectors.corrections import Corrections, corrections_of
    from service.desk.detectors.request import Request
    from service.desk.detectors.training import train_detector

    check_class_name(name)
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
        notice(f"no approach is left to try: {name} was not trained")
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
    from service.cli.output import notice, print_json, print_table
    from service.desk.detectors.listing import described_detector, list_detectors

    listed = list_detectors(found)
    if as_json:
        for one in listed:
            print_json(described_detector(one))
        return
    for one in listed:
        if one.trouble:
            notice(f"the detector {one.name} is not used: {one.trouble}. {one.advice}")
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
    from service.cli.output import notice, print_json, print_table
    from service.cli.progress import progress_bar
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
    for path, reason in evaluated.left_out.items():
        notice(f"left out: {path} {reason}")
    for line in evaluated.notes:
        notice(line)
    summary = summarise_trial(evaluated.trial, evaluated.labels)
    if as_json:
        print_json(described_evaluation(evaluated, summary))
        return
    rows = trial_figures(evaluated.trial, summary, name, one_class=False)
    print_table(
        [
            {"name": f.name, "value": f.value, "counted": f.counted, "interval": f.interval}
            for f in rows
        ],
        {"name": "", "value": "", "counted": "", "interval": "95 % interval"},
    )


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


def _say_comparison(comparison: Any) -> None:
    """The answer: the approaches side by side, and the verdict in plain words."""
    from indexer.evaluation.detectors import summarise_comparison
    from service.cli.output import print_table, say
    from service.reports.detectors.verdict import verdict_lines
    from service.reports.detectors.wording import SIDE_BY_SIDE, comparison_headline, side_by_side

    say(comparison_headline(comparison))
    rows = side_by_side(comparison, summarise_comparison(comparison))
    headings = {str(number): heading for number, heading in enumerate(SIDE_BY_SIDE)}
    print_table([dict(zip(headings, row, strict=True)) for row in rows], headings)
    for line in verdict_lines(comparison):
        say(line)
