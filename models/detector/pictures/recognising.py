"""New pictures that are no new ones: their bytes, or what they show, are known already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.detector.pictures.gathering import read_picture
from models.detector.pictures.picture import Picture
from models.detector.pictures.twins import find_twins, joined
from models.episodes.classes import Watch, unwatched
from models.page.limits import Limits


@dataclass(frozen=True, slots=True, eq=False)
class Recognised:
    """Which pictures are new.

    Attributes:
        new: those that are, in order.
        same: how many others have the bytes of a known picture.
        copies: how many are made from one: cropped, scaled, mirrored, lit otherwise, saved again.
        scenes: how many of the new ones show a scene of a known picture, taken once more.
        gone: how many known pictures are no longer there, or not as they were: nobody can tell
            copies of them.
    """

    new: tuple[Picture, ...]
    same: int
    copies: int
    scenes: int
    gone: int


def recognised(
    pictures: Sequence[Picture],
    known: Mapping[str, Path],
    limits: Limits,
    watch: Watch = unwatched,
) -> Recognised:
    """Part pictures into new ones and those that show what a known picture shows.

    A scene that was taken twice is no copy: of a class whose pictures are all of one form, none
    would be new.

    Args:
        pictures: each of other bytes.
        known: where the known pictures lay, by the sha256 of their bytes.
        limits: what a file may ask of this machine.
        watch: shown the known pictures as they are read, and all as they are compared.
    """
    same = {one.sha256 for one in pictures} & known.keys()
    others = [one for one in pictures if one.sha256 not in same]
    if not others or not known:
        return Recognised(tuple(others), len(same), 0, 0, 0)
    before = [one for one in pictures if one.sha256 in same]
    before += _read_again({key: known[key] for key in known if key not in same}, limits, watch)
    everything = [*before, *others]
    with watch("comparing with known pictures", len(everything)) as advance:

        def each() -> Iterator[Picture]:
            for one in everything:
                yield one
                advance()

        twins = find_twins(one.grey for one in each())
    # A copy of a copy is one too; the lowest number of what is joined is known, if any is.
    tops = joined(len(everything), [(pair.one, pair.other) for pair in twins if pair.copy])
    number = len(before)
    new = [place for place in range(number, len(everything)) if tops[place] >= number]
    scenes = {pair.other for pair in twins if pair.one < number} & set(new)
    return Recognised(
        new=tuple(everything[place] for place in new),
        same=len(same),
        copies=len(others) - len(new),
        scenes=len(scenes),
        gone=len(known) - number,
    )


def _read_again(known: Mapping[str, Path], limits: Limits, watch: Watch) -> list[Picture]:
    """Those that are still there with the same bytes."""
    found = []
    with watch("reading known pictures", len(known)) as advance:
        for digest, path in known.items():
            picture = read_picture(path, limits, positive=False)
            if isinstance(picture, Picture) and picture.sha256 == digest:
                found.append(picture)
            advance()
    return found
