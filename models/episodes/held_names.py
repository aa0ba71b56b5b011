"""Names that are to hold classes out, compared with the classes that there are."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from config.errors import UsageError
from models.episodes.division import Division
from models.episodes.listing import some_of
from models.episodes.mixture import names_of


def refuse_unmatched(
    hold_out: frozenset[str], divisions: Sequence[Division], *, drawn: Collection[str] = ()
) -> None:
    """Refuse a name that holds nothing out: what was to be judged by it would be learned.

    Args:
        hold_out: names of groups or classes.
        divisions: of all sources.
        drawn: names by which what is drawn can be held out.

    Raises:
        UsageError: names match no group or class; the message has them and where they were looked
            for, the advice the nearest right ones, or some of those that there are.
    """
    there = set(drawn)
    for source in divisions:
        for one in (*source.learned, *source.held):
            there |= names_of(one.group, one.name)
    unmatched = sorted(hold_out - there)
    if not unmatched:
        return
    names = sorted(there)
    near = {name: found for name in unmatched if (found := _nearest(name, names))}
    if len(unmatched) == 1:
        meant = "".join(near.values())
    else:
        meant = ", ".join(f"{found} for {name}" for name, found in near.items())
    raise UsageError(
        f"--hold-out {', '.join(map(repr, unmatched))} {'name' if unmatched[1:] else 'names'} "
        f"no group or class of {', '.join(source.name for source in divisions)}"
        + (" or what is drawn" if drawn else ""),
        f"Did you mean {meant}?" if meant else f"There are {some_of(names)}",
    )


def refuse_strange_folds(
    folds: Sequence[frozenset[str]],
    kinds: Division,
    drawn: Collection[str],
    hold_out: frozenset[str],
) -> None:
    """Refuse folds of kinds that are not learned.

    Args:
        folds: names of kinds.
        kinds: of documents.
        drawn: kinds that are drawn.
        hold_out: names that no fold can hold out again.

    Raises:
        UsageError: a name is of no kind that is learned, or in two folds.
    """
    there = sorted(({one.name for one in kinds.learned} | {*drawn}) - hold_out)
    seen: set[str] = set()
    for name in (name for fold in folds for name in sorted(fold)):
        if name not in there:
            near = _nearest(name, there)
            raise UsageError(
                f"--fold {name!r} names no kind that is learned",
                f"Did you mean {near}?" if near else f"There are {some_of(there)}",
            )
        if name in seen:
            raise UsageError(f"--fold {name!r} is in 2 folds", "Name it in one of them")
        seen.add(name)


def _nearest(name: str, there: Sequence[str]) -> str:
    """What may be meant: a class is named without its group. Empty if nothing is like it."""
    last = PurePosixPath(name).name
    return last if last in there else "".join(difflib.get_close_matches(name, there, n=1))
