"""Options of ``pigeonhole train`` that do not go together."""

from __future__ import annotations

from pathlib import Path

import typer

from config.errors import UsageError

_OF_THE_EYE = (
    "objective", "epochs", "batches", "batch", "learning_rate", "patience", "precision",
)  # fmt: skip
"""Options that decide nothing once the shape eye is trained."""


def refuse_nothing(data: list[str] | None, eye: Path | None, *, from_ledger: bool) -> None:
    """Refuse a training without anything to learn from.

    Raises:
        UsageError: neither ``--data`` nor ``--from-ledger``, or with an eye no ``--data``.
    """
    if not data and (eye is not None or not from_ledger):
        raise UsageError(
            "there is no --data" if eye is None else "--eye is given without --data",
            "Name class folders with --data"
            + (", or take what people have said with --from-ledger" if eye is None else ""),
        )


def refuse_mixtures(
    ctx: typer.Context,
    eye: Path | None,
    pages: list[str] | None,
    fold: list[str] | None,
    *,
    from_ledger: bool,
) -> None:
    """Refuse options that decide nothing together.

    Raises:
        UsageError: one of ``--eye`` and ``--pages`` without the other, ``--fold`` without them, or
            an option of the shape eye's training beside them.
    """
    if eye is None:
        if pages or fold:
            raise UsageError(
                f"{'--pages' if pages else '--fold'} is given without --eye",
                "Train the shape eye first, then name its run folder with --eye",
            )
        return
    if not pages and not from_ledger:
        raise UsageError(
            "--eye is given without --pages",
            "Name kinds of documents with --pages, or leave --eye out to train a shape eye",
        )
    for name in _OF_THE_EYE:
        source = ctx.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} decides the training of a shape eye, and --eye names one that is trained",
                f"Leave {option} out, or --eye",
            )
