"""Which pictures must not be parted: by what the person says, and by what is on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from config.errors import DataError
from models.detector.pictures.picture import Picture
from models.detector.pictures.twins import Twins, joined
from models.episodes.listing import MANIFEST, listed

_ENOUGH: Final = 5  # groups of each kind, for as many rounds
_FEW_FOLDERS: Final = "pictures of one folder are taken for independent: there are too few folders"
_FEW_SCENES: Final = (
    "pictures of one scene are taken for independent: there are too few scenes; "
    "the figures may be better than work will be"
)


def grouped(
    pictures: Sequence[Picture], folders: Sequence[str], twins: Sequence[Twins]
) -> tuple[list[Picture], list[str]]:
    """The pictures with the groups in which they stay together, and notes for the person.

    Pictures that already share a group stay in one. Those of one folder and those of one scene are
    joined to them, as long as that leaves enough groups to judge by: a class whose pictures are
    all of one form, or lie in two folders, is still a class.

    Args:
        pictures: each with a group of its own, or one that the person gave several.
        folders: of each the inner folder that it lies in; empty without one.
        twins: see `find_twins`; numbers are places in ``pictures``.
    """
    given = _pairs([one.group for one in pictures])
    inner = _pairs(folders)
    copies = [(pair.one, pair.other) for pair in twins if pair.copy]
    scenes = [(pair.one, pair.other) for pair in twins]
    levels = (([*inner, *scenes], ""), (scenes, _FEW_FOLDERS), (copies, _FEW_SCENES))
    best, best_note, most = joined(len(pictures), given), "", -1
    for pairs, note in levels:
        found = joined(len(pictures), [*given, *pairs])
        least = min(
            len({top for top, one in zip(found, pictures, strict=True) if one.positive is kind})
            for kind in {one.positive for one in pictures}
        )
        if min(least, _ENOUGH) > most:
            best, best_note, most = found, note, min(least, _ENOUGH)
    kept = [
        replace(one, group=pictures[top].group) for one, top in zip(pictures, best, strict=True)
    ]
    return kept, [best_note] if best_note else []


def manifest_groups(folder: Path) -> dict[Path, str]:
    """The group of each picture for which a `MANIFEST.tsv` has one, in the folder or above it."""
    for place in (folder, folder.parent):
        if (place / MANIFEST).is_file():
            try:
                with listed(place, "group") as classes:
                    return {
                        place / file.name: f"{place / MANIFEST}: {one.name}"
                        for one in classes
                        for file in one.files
                    }
            except DataError:
                return {}  # it speaks of other things than groups
    return {}


def _pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    """Each with the first of its name; what has none is alone."""
    first: dict[str, int] = {}
    return [(first.setdefault(name, number), number) for number, name in enumerate(names) if name]
