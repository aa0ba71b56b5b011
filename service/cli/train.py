"""``pigeonhole train``."""

from __future__ import annotations

import math
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.context import HomeOption
from service.cli.train_ledger import said_in_ledger, without_home
from service.cli.train_options import refuse_mixtures, refuse_nothing


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


_LONGEST_NAME = 255
"""Bytes, on every file system that is in use."""


def _a_number(value: float) -> float:
    """Refuse ``nan``, which no bound does."""
    if math.isnan(value):
        raise typer.BadParameter("nan is not a number.")
    return value


def train(
    ctx: typer.Context,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            metavar="PATH[,weight=W][,held=SHARE][,turns][,drawn]…",
            help="Class folders, a zip file of them, or a folder whose MANIFEST.tsv names the "
            "classes; repeatable. 'held' keeps a share of the classes out to judge by, 'turns' "
            "makes classes of quarter turns, 'drawn' adds drawn tickets and documents. Also: "
            "'name=NAME' (one name makes several one source), 'label=COLUMN' of the manifest, "
            "'only=A+B' and 'as=C+D' choose and rename classes, 'least=N' leaves out classes of "
            "fewer images. With --eye these are drawings, of which shape alone shall count; "
            "weights, turns and 'drawn' then mean nothing.",
        ),
    ] = None,
    from_ledger: Annotated[
        bool,
        typer.Option(
            "--from-ledger",
            help="Also the scans of the home that people have confirmed or corrected, each as it "
            "was called last: as --data of the name 'ledger', with --eye as --pages.",
        ),
    ] = False,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="The run folder. With a run that was interrupted: it is gone on with."
        ),
    ] = Path("pigeonhole-run"),
    eye: Annotated[
        Path | None,
        typer.Option(
            "--eye",
            metavar="RUN",
            help="The second half: the run folder (or manifest) of a trained shape eye, or of a "
            "branch that was joined with one, which is taken as it is. It is joined with a texture "
            "eye, in minutes. Options of the shape eye's training are refused then.",
        ),
    ] = None,
    pages: Annotated[
        list[str] | None,
        typer.Option(
            "--pages",
            metavar="PATH[,held=SHARE]…",
            help="Kinds of documents, in the form of --data, for the texture eye; repeatable. A "
            "kind is what has one name in all of them. Drawn documents are always added. Goes "
            "with --eye.",
        ),
    ] = None,
    objective: Annotated[
        ObjectiveName, typer.Option(help="What is asked of the network.")
    ] = ObjectiveName.COSINE,
    hold_out: Annotated[
        list[str] | None,
        typer.Option("--hold-out", help="A group (alphabet) or class to judge by; repeatable."),
    ] = None,
    fold: Annotated[
        list[str] | None,
        typer.Option(
            "--fold",
            metavar="KIND+KIND…",
            help="Kinds of documents that are held out together, once, to judge and calibrate by; "
            "in the end all folds are learned. Repeatable. Goes with --eye.",
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of the run.")] = 50,
    batches: Annotated[int, typer.Option(min=1, help="Batches an epoch.")] = 100,
    batch: Annotated[int, typer.Option(min=1, help="Images a batch.")] = 256,
    learning_rate: Annotated[
        float, typer.Option(min=1e-9, max=1000, callback=_a_number, help="The highest.")
    ] = 2e-3,
    patience: Annotated[
        int, typer.Option(min=0, help="Epochs without fewer held-out errors; 0 trains them all.")
    ] = 15,
    precision: Annotated[
        Precision, typer.Option(help="auto: bfloat16 where the processor has it.")
    ] = Precision.AUTO,
    solids: Annotated[
        float, typer.Option(min=0, max=1000, callback=_a_number, help="Weight of drawn solids.")
    ] = 0.0,
    drawings: Annotated[
        int | None,
        typer.Option(
            min=2, show_default="300, with --eye 20", help="Pictures of each drawn class."
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of weights, samples and drawings.")
    ] = 1,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads to compute with.")] = 2,
    home: HomeOption = None,
) -> None:
    """Train the Siamese network on class folders and drawings.

    First its shape eye. Interrupted at any time, that goes on from the last finished epoch when
    the same command is given again. Then, with --eye and --pages, the shape eye is joined with a
    texture eye, which tells documents apart.
    """
    from models.episodes.spec import DataSpec
    from models.siamese.runtime import set_up_keras
    from service.cli.output import notice, say

    refuse_mixtures(ctx, eye, pages, fold, from_ledger=from_ledger)
    refuse_nothing(data, eye, from_ledger=from_ledger)
    _refuse_file(out)
    specs = [DataSpec.parse(text) for text in data or ()]
    documents = [DataSpec.parse(text, "--pages") for text in pages or ()]
    words = without_home(sys.argv[1:]) if from_ledger else sys.argv[1:]
    provenance: dict[str, Any] = {"command": shlex.join(["pigeonhole", *words])}
    with (
        tempfile.TemporaryDirectory() as cache,
        said_in_ledger(ctx, home, wanted=from_ledger) as (more, told),
    ):
        (specs if eye is None else documents).extend(more)
        provenance |= told
        set_up_keras(Path(cache), threads=threads)
        if eye is not None:
            from service.cli.progress import progress_bar
            from service.desk.training.joining import join_eyes

            try:
                manifest = join_eyes(
                    specs,
                    documents,
                    eye=eye,
                    hold_out=frozenset(hold_out or ()),
                    folds=[frozenset(one.split("+")) for one in fold or ()],
                    drawings=drawings or 20,
                    solids=solids > 0,
                    seed=seed,
                    out=out,
                    provenance=provenance,
                    watch=progress_bar,
                    tell=notice,
                )
            except KeyboardInterrupt:
                notice(f"{out} is not begun: what was done so far is lost")
                raise
            say(f"{out / manifest.weights}: {manifest.branch.dim} numbers a page")
            _say_scores(manifest.scores)
            return
        from models.training.plan import Plan
        from models.training.precision import chosen_policy
        from service.cli.progress import progress_bar
        from service.desk.training.training import train_network

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
                drawings=drawings or 300,
                solids=solids,
                plan=plan,
                out=out,
                provenance=provenance,
                options=" and ".join(["--data"] * bool(data) + ["--from-ledger"] * from_ledger),
                report=lambda row: notice(_line(row, epochs)),
                watch=progress_bar,
                tell=notice,
            )
        except KeyboardInterrupt:
            notice(f"the same command goes on with {out} from its last finished epoch")
            raise
    trained = manifest.training
    say(f"{out / manifest.weights}: epoch {trained['best_epoch']} of {trained['epochs']}")
    _say_scores(manifest.scores)


def _refuse_file(out: Path) -> None:
    """Refuse what cannot become a run folder, before anything is read.

    Raises:
        UsageError: it is a file or a link to nothing, or would lie in one; or it cannot be made
            or written, or has too long a name.
    """
    from config.errors import UsageError

    if any(len(os.fsencode(name)) > _LONGEST_NAME for name in out.parts):
        raise UsageError(
            f"--out {out}: a name in it is longer than {_LONGEST_NAME} bytes",
            "Name another folder with --out",
        )
    place = next((one for one in (out, *out.parents) if os.path.lexists(one)), out)
    if not os.path.isdir(place):
        raise UsageError(
            f"--out {out}: {place} is not a folder", "Name a new or an empty folder with --out"
        )
    try:
        if place == out:
            os.listdir(out)
        # Who may write is known for certain only by writing: shares have rules of their own.
        with tempfile.TemporaryDirectory(prefix=".pigeonhole-", dir=place):
            pass
    except OSError as error:
        raise UsageError(
            f"--out {out}: {place} cannot be written: {(error.strerror or str(error)).lower()}",
            "Name another folder with --out",
        ) from None


def _say_scores(scores: Mapping[str, Any]) -> None:
    """The answer: how often the network was wrong on what it had not seen."""
    from service.cli.output import say

    for name, found in scores["held-out one-shot"].items():
        share = found["errors"] / found["trials"]
        say(f"{name}: {share:.2%} errors ({found['errors']} of {found['trials']}, "
            f"{found['ways']}-way one-shot, held-out classes)")  # fmt: skip
    for name, found in scores.get("held-out gate", {}).items():
        if found["wrong"]:
            say(f"{name}: {found['wrong']} of {found['images']} held-out images taken for "
                "the other side, of pages and drawings")  # fmt: skip


def _line(row: Mapping[str, Any], epochs: int) -> str:
    """What is shown of an epoch while it trains."""
    rates = [
        f"{name} {found['errors'] / found['trials']:.2%} wrong"
        for name, found in row["held_out"].items()
    ]
    told = [f"loss {row['loss']:.4g}", *rates, f"{row['seconds']:.0f} s"]
    return f"epoch {row['epoch']}/{epochs}  {'  '.join(told)}"
