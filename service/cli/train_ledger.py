"""``pigeonhole train --from-ledger``: what people have said of scans, beside other data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.cli.ledger import opened_ledger

if TYPE_CHECKING:
    from models.episodes.spec import DataSpec


@contextmanager
def said_in_ledger(
    ctx: typer.Context, home: Path | None, *, wanted: bool
) -> Iterator[tuple[list[DataSpec], dict[str, Any]]]:
    """What to train on besides, and what the manifest says of it; nothing unless ``wanted``.

    Raises:
        DataError: there is nothing to be taken.
        HomeError: there is no home.
    """
    if not wanted:
        yield [], {}
        return
    from service.cli.output import notice
    from service.desk.training.said import described, said_data

    with opened_ledger(ctx, home) as (found, ledger), said_data(found, ledger) as data:
        for line in described(data):
            notice(line)
        yield [data.spec], {"from_ledger": data.provenance()}


def without_home(words: list[str]) -> list[str]:
    """A command line without ``--home``: whose scans they were is nobody's business."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--home":
            skip = True
        elif not word.startswith("--home="):
            kept.append(word)
    return kept
