"""``pigeonhole train``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer


def train(
    data: Annotated[
        list[str],
        typer.Option(
            "--data",
            metavar="PATH[,weight=W][,turns][,drawn]",
            help="Class folders, or a zip file of them; may be given several times. 'turns' makes "
            "classes of quarter turns, 'drawn' adds drawn tickets and documents.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="The run folder that is written.")],
    hold_out: Annotated[
        list[str] | None,
        typer.Option("--hold-out", help="A group (alphabet) or class to judge by; repeatable."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of 100 batches.")] = 40,
    pairs: Annotated[int, typer.Option(min=2, help="Pairs a batch.")] = 128,
    solids: Annotated[float, typer.Option(min=0, help="Weight of drawn solids.")] = 0.0,
    drawings: Annotated[int, typer.Option(min=2, help="Pictures of each drawn class.")] = 300,
    seed: Annotated[int, typer.Option(help="Of weights, samples and drawings.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 2,
) -> None:
    """Train the Siamese network on class folders and drawings."""
    import tempfile

    from models.episodes.mixture import DataSpec
    from models.siamese.runtime import set_up_keras

    specs = [DataSpec.parse(text) for text in data]
    with tempfile.TemporaryDirectory() as cache:
        set_up_keras(Path(cache), threads=threads)
        from models.training.trainer import Plan
        from service.cli.progress import epochs_bar
        from service.desk.training import train_network

        with epochs_bar(epochs) as report:
            manifest = train_network(
                specs,
                hold_out=frozenset(hold_out or ()),
                drawings=drawings,
                solids=solids,
                plan=Plan(epochs=epochs, pairs=pairs, seed=seed),
                out=out,
                provenance={"command": shlex.join(["pigeonhole", *sys.argv[1:]])},
                report=report,
            )
    typer.echo(f"{out}: {manifest.scores}")
