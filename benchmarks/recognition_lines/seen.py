"""What a network was trained on, by its manifest: which images, and which kinds of drawings."""

from __future__ import annotations

import argparse
import hashlib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.solids import SOLID_KINDS
from models.episodes.listing import chosen, listed
from models.episodes.mixture import is_held
from models.episodes.spec import DataSpec


@dataclass(frozen=True, slots=True)
class Seen:
    """What was trained on.

    Attributes:
        digests: sha256 of the bytes of every image of the trained classes, held-out ones left
            out, as far as the data are here.
        unlisted: paths of training data that are not here: what was in them is not known.
        hold_out: names that training was told to hold out.
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
        hold_out: set[str] = set()
        drawn: set[str] = set()
        for command in _commands(training):
            asked = _arguments(command)
            names = frozenset(asked.hold_out)
            hold_out |= names
            alike: dict[str, list[DataSpec]] = {}
            for spec in map(DataSpec.parse, asked.data):
                alike.setdefault(spec.source, []).append(spec)
            for specs in alike.values():
                share = max(spec.held for spec in specs)
                for spec in specs:
                    place = _found(spec.path, places)
                    if place is None:
                        unlisted.append(spec.path.name)
                    else:
                        digests.update(_trained(spec, place, names, share))
                if any(spec.drawn for spec in specs):
                    drawn |= {"ticket", *DOCUMENT_KINDS} - names
            if asked.solids:
                drawn |= set(SOLID_KINDS) - names
        return cls(frozenset(digests), tuple(unlisted), frozenset(hold_out), frozenset(drawn))

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


def _trained(spec: DataSpec, place: Path, hold_out: frozenset[str], share: float) -> Iterator[str]:
    """The sha256 of each image that was trained on."""
    with listed(place, spec.label) as there:
        for one in chosen(there, spec.only, spec.renamed, place):
            if not is_held(one.group or spec.source, one.name, hold_out, share):
                for file in one.files:
                    yield hashlib.sha256(file.read()).hexdigest()
