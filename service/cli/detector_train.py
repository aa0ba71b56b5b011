"""``pigeonhole detector train``."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.context import HomeOption, JsonOption, open_home

if TYPE_CHECKING:
    from models.detector.judging.trial import Comparison

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Of the class.", show_default=False)
]


class ApproachName(StrEnum):
    """What is tried."""

    CNN = "cnn"
    TRANSFER = "transfer"
    BRANCH = "branch"
    ALL = "all"


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
    force: Annotated[
        bool,
        typer.Option("--force", help="Put it to use even if it is worse than the one until now."),
    ] = False,
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
        force=force,
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
        # What stands there now; of what was withheld, why.
        print_json({**described_detector(saved), "withheld": comparison.withheld or None})
        return
    _say_comparison(comparison)
    if comparison.withheld:
        return
    if saved.report is not None:
        notice(f"the report is {saved.report}")
    notice(f"the service uses it from now on: {saved.folder}")


def _say_comparison(comparison: Comparison) -> None:
    """The answer: the approaches side by side, old beside new, and the verdict in plain words."""
    from indexer.evaluation.detectors import summarise_comparison
    from service.cli.output import print_figures, print_table, say
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
        print_figures(earlier)
    for line in verdict_lines(comparison):
        say(line)
