"""``pigeonhole train``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class ObjectiveName(StrEnum):
    """What the branch is asked for."""

    CONTRASTIVE = "contrastive"
    TRIPLET = "triplet"
    PROTOTYPICAL = "prototypical"
    COSINE = "cosine"


class Precision(StrEnum):
    """What it computes in."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


def train(
    data: Annotated[
        list[str],
        typer.Option(
            "--data",
            metavar="PATH[,weight=W][,held=SHARE][,turns][,drawn]…",
            help="Class folders, a zip file of them, or a folder whose MANIFEST.tsv names the "
            "classes; repeatable. 'held' keeps a share of the classes out to judge by, 'turns' "
            "makes classes of quarter turns, 'drawn' adds drawn tickets and documents. Also: "
            "'name=NAME' (one name makes several one source), 'label=COLUMN' of the manifest, "
            "'only=A+B' and 'as=C+D' choose and rename classes, 'least=N' leaves out classes of "
            "fewer images.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="The run folder. With a run that was interrupted: it is gone on with."
        ),
    ],
    objective: Annotated[
        ObjectiveName, typer.Option(help="What is asked of the network.")
    ] = ObjectiveName.COSINE,
    hold_out: Annotated[
        list[str] | None,
        typer.Option("--hold-out", help="A group (alphabet) or class to judge by; repeatable."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of the run.")] = 50,
    batches: Annotated[int, typer.Option(min=1, help="Batches an epoch.")] = 100,
    batch: Annotated[int, typer.Option(min=1, help="Images a batch.")] = 256,
    learning_rate: Annotated[float, typer.Option(min=1e-9, help="The highest.")] = 2e-3,
    patience: Annotated[
        int, typer.Option(min=0, help="Epochs without fewer held-out errors; 0 trains them all.")
    ] = 15,
    precision: Annotated[
        Precision, typer.Option(help="auto: bfloat16 where the processor has it.")
    ] = Precision.AUTO,
    solids: Annotated[float, typer.Option(min=0, help="Weight of drawn solids.")] = 0.0,
    drawings: Annotated[int, typer.Option(min=2, help="Pictures of each drawn class.")] = 300,
    seed: Annotated[int, typer.Option(help="Of weights, samples and drawings.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 2,
) -> None:
    """Train the Siamese network on class folders and drawings.

    Interrupted at any time, it goes on from the last finished epoch when the same command is
    given again.
    """
    import tempfile

    from models.episodes.spec import DataSpec
    from models.siamese.runtime import set_up_keras
    from service.cli.output import notice, say

    specs = [DataSpec.parse(text) for text in data]
    with tempfile.TemporaryDirectory() as cache:
        set_up_keras(Path(cache), threads=threads)
        from models.training.plan import Plan
        from models.training.precision import chosen_policy
        from service.cli.progress import progress_bar
        from service.desk.training import train_network

        plan = Plan(
            objective=objective.value,
            epochs=epochs,
            batches=batches,
            batch=batch,
            learning_rate=learning_rate,
            patience=patience,
            precision=chosen_policy(precision.value),
            seed=seed,
        )
        try:
            manifest = train_network(
                specs,
                hold_out=frozenset(hold_out or ()),
                drawings=drawings,
                solids=solids,
                plan=plan,
                out=out,
                provenance={"command": shlex.join(["pigeonhole", *sys.argv[1:]])},
                report=lambda row: notice(_line(row, epochs)),
                watch=progress_bar,
                tell=notice,
            )
        except KeyboardInterrupt:
            notice(f"the same command goes on with {out} from its last finished epoch")
            raise
    trained = manifest.training
    say(f"{out / manifest.weights}: epoch {trained['best_epoch']} of {trained['epochs']}")
    for name, found in manifest.scores["held-out one-shot"].items():
        share = found["errors"] / found["trials"]
        say(f"{name}: {share:.2%} errors ({found['errors']} of {found['trials']}, "
            f"{found['ways']}-way one-shot, held-out classes)")  # fmt: skip


def _line(row: Mapping[str, Any], epochs: int) -> str:
    """What is shown of an epoch while it trains."""
    rates = [
        f"{name} {found['errors'] / found['trials']:.2%} wrong"
        for name, found in row["held_out"].items()
    ]
    told = [f"loss {row['loss']:.4g}", *rates, f"{row['seconds']:.0f} s"]
    return f"epoch {row['epoch']}/{epochs}  {'  '.join(told)}"
