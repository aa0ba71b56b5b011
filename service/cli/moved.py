"""What became of scans that a command has moved, for a person or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from config.errors import ExitCode
from config.words import counted
from service.cli.output import notice, print_json, say

if TYPE_CHECKING:
    from config.home import Home
    from service.desk.scans.moving import Moved


def say_moved(
    home: Home,
    moved: Sequence[Moved],
    *,
    as_json: bool,
    verb: str,
    more: Mapping[int, Mapping[str, Any]] | None = None,
) -> None:
    """Say where each went, or why it was left.

    Args:
        home: whose scans.
        moved: what became of them.
        as_json: one object a scan.
        verb: what was done, for the sum.
        more: what else an object says, by the ids of the scans.

    Raises:
        typer.Exit: one was left.
    """
    for one in moved:
        place = home.relative(one.place) if one.place else None
        came_from = home.relative(one.scan.place)
        if as_json:
            told = (more or {}).get(one.scan.scan_id, {})
            print_json({
                "scan_id": one.scan.scan_id, **told, "place": place, "reason": one.reason or None
            })  # fmt: skip
        elif place:
            say(f"{came_from} is {'back as' if verb == 'put back' else 'now'} {place}")
        else:
            notice(f"{came_from} is left alone: it {one.reason}")
    if not as_json:
        say(f"{counted(sum(one.place is not None for one in moved), 'scan')} {verb}")
    if any(one.place is None for one in moved):
        raise typer.Exit(ExitCode.SCANS_FAILED)
