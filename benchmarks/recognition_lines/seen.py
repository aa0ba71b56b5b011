"""What a network was trained on, by its manifest: which images, and which kinds of drawings."""

from __future__ import annotations

import argparse
import hashlib
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.solids import SOLID_KINDS
from models.episodes.division import as_kinds, divided
from models.episodes.listing import ListedClass
from models.episodes.spec import DataSpec


@dataclass(frozen=True, slots=True)
class Seen:
    """What was trained on.

    Attributes:
        digests: sha256 of the bytes of every image of the trained classes, held-out ones left
            out, as far as the data are here.
        unlisted: paths of training data that are not here: what was in them is not known.
        hold_out: names that every part of the training was told to hold out.
        drawn: kinds of documents and solids whose drawings were trained on.
    """

    digests: frozenset[str]
    unlisted: tuple[str, ...]
    hold_out: frozenset[str]
    drawn: frozenset[str]

    @classmethod
    def of(cls, training: Mapping[str, Any], places: Sequence[Path]) -> Seen:
        """Follow the commands that stand in a manifest.

        Args:
            training: of the manifest; each ``command`` in it is a call of ``pigeonhole train``.
            places: folders in which the data lie, whatever path a command names them by.

        Raises:
            DataError: the data lack a class that a command chose.
        """
        digests: set[str] = set()
        unlisted: list[str] = []
        held: list[frozenset[str]] = []
        drawn: set[str] = set()
        for command in _commands(training):
            asked = _arguments(command)
            names = frozenset(asked.hold_out)
            held.append(names)
            specs, documents = ([*map(DataSpec.parse, one)] for one in (asked.data, asked.pages))
            with (
                divided(_here(specs, places, unlisted), names) as sources,
                divided(_here(documents, places, unlisted), names, "--pages") as pages,
            ):
                for source in (*sources, as_kinds(pages, "pages")):
                    digests.update(_digests(source.learned))
            if documents or any(spec.drawn for spec in specs):
                drawn |= {"ticket", *DOCUMENT_KINDS} - names
            if asked.solids:
                drawn |= set(SOLID_KINDS) - names
        hold_out = frozenset.intersection(*held) if held else frozenset[str]()
        return cls(frozenset(digests), tuple(unlisted), hold_out, frozenset(drawn))

    def has(self, data: bytes) -> bool:
        """Whether an image of these bytes is known to have been trained on."""
        return hashlib.sha256(data).hexdigest() in self.digests


def _commands(training: Mapping[str, Any]) -> Iterator[str]:
    """Every command in it, of each part that was trained by itself."""
    for key, value in training.items():
        if key == "command" and isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _commands(value)


def _arguments(command: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--data", action="append", default=[])
    parser.add_argument("--pages", action="append", default=[])
    parser.add_argument("--hold-out", action="append", default=[])
    parser.add_argument("--solids", type=float, default=0.0)
    return parser.parse_known_args(shlex.split(command))[0]


def _found(path: Path, places: Sequence[Path]) -> Path | None:
    """Where the data of that name are here: the longest end of the path that exists."""
    for start in range(len(path.parts)):
        end = Path(*path.parts[start:])
        for place in places:
            if not end.is_absolute() and (place / end).exists():
                return place / end
    return None


def _here(specs: Sequence[DataSpec], places: Sequence[Path], unlisted: list[str]) -> list[DataSpec]:
    """The specs whose data are here, by the path they have here; the others become unlisted.

    A source that is here in part holds out what the whole of it did.
    """
    found = []
    for spec in specs:
        place = _found(spec.path, places)
        if place is None:
            unlisted.append(spec.path.name)
            continue
        alike = [one for one in specs if one.source == spec.source]
        held, least = max(one.held for one in alike), max(one.least for one in alike)
        found.append(replace(spec, path=place, held=held, least=least))
    return found


def _digests(classes: Iterable[ListedClass]) -> Iterator[str]:
    """The sha256 of each image."""
    for one in classes:
        for file in one.files:
            yield hashlib.sha256(file.read()).hexdigest()
