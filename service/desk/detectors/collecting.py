"""The pictures of a training: those that are named, said, or drawn where nothing else is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from config.words import counted
from models.detector.pictures.drawn import drawn_pictures
from models.detector.pictures.gathering import Gathered, gather
from models.episodes.classes import Watch
from models.page.limits import Limits
from service.desk.detectors.request import Request

FEW: Final = 20
"""Independent pictures of a class under which figures are hardly worth their interval."""
_TOLD: Final = 10  # files that are left out


@dataclass(frozen=True, slots=True)
class Collected:
    """What a training is done with.

    Attributes:
        gathered: the pictures.
        one_class: others only serve to judge by.
        drawn: and were drawn.
        notes: what the person should know, line by line.
    """

    gathered: Gathered
    one_class: bool
    drawn: bool
    notes: tuple[str, ...]


def collected(request: Request, limits: Limits, watch: Watch) -> Collected:
    """Read the pictures of a request.

    Raises:
        DataError: see `models.detector.pictures.gathering.gather`.
    """
    one_class = not request.of_others
    others = request.background if one_class else request.of_others
    gathered = gather(request.of_class, others, limits, watch)
    drawn = not others
    if drawn:
        pictures = (*gathered.pictures, *drawn_pictures(seed=request.seed))
        gathered = replace(gathered, pictures=pictures)
    notes = (*gathered.notes, *_notes(gathered, request.name, one_class=one_class, drawn=drawn))
    if request.background and not one_class:
        notes += ("there are others to learn from: --background is not looked at",)
    return Collected(gathered, one_class, drawn, notes)


def told_left_out(left_out: Mapping[str, str]) -> Iterator[str]:
    """Files that are no pictures of it, line by line; of many, the first and how many more."""
    for path, reason in islice(left_out.items(), _TOLD):
        yield f"left out: {path} {reason}"
    if (more := len(left_out) - _TOLD) > 0:
        yield f"left out: {counted(more, 'more file')}"


def _notes(gathered: Gathered, name: str, *, one_class: bool, drawn: bool) -> Iterator[str]:
    independent = gathered.independent(positive=True)
    total = sum(one.positive for one in gathered.pictures)
    if independent < FEW:
        yield (
            f"there {'is' if total == 1 else 'are'} {counted(total, 'picture')} of {name}, "
            f"{independent} of them independent: "
            "the figures are rough, and more pictures of other scenes will help most"
        )
    if drawn:
        yield (
            "it is judged against drawn documents and solids alone, which look like no photograph: "
            "name pictures as the service will meet them with --background, or --others to learn "
            "from them"
        )
    elif one_class:
        yield f"others serve to judge by alone: with --others it would learn what is not {name}"
