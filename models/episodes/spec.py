"""One ``--data`` or ``--pages`` of the command line: which classes, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from config.errors import UsageError

FORM = (
    "PATH[,weight=W][,held=SHARE][,turns][,drawn][,name=NAME][,label=COLUMN]"
    "[,only=A+B][,as=C+D][,least=N]"
)
"""How it is written."""
MOST_WEIGHT = 1_000_000


@dataclass(frozen=True, slots=True)
class DataSpec:
    """What one ``--data`` says, or one ``--pages``.

    Attributes:
        path: a folder of class folders or with a manifest, or a zip file of class folders.
        weight: share of each batch, relative to the others'.
        turns: quarter turns of each class are classes of their own.
        drawn: drawn tickets and documents are added to the classes of their names.
        held: share of the classes, in [0, 1), that training does not see and is judged by.
        name: of the source; several with one name are one source, in which classes of the same
            name become one. Empty: the path's own name without its ending.
        label: column of the manifest that names the classes.
        only: names of the classes to take; empty takes all.
        renamed: new names, one for each of ``only`` or one for all.
        least: classes of fewer images are left out.
    """

    path: Path
    weight: float = 1.0
    turns: bool = False
    drawn: bool = False
    held: float = 0.0
    name: str = ""
    label: str | None = None
    only: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    least: int = 1

    @property
    def source(self) -> str:
        """The name of the source that it feeds."""
        return self.name or self.path.stem

    @classmethod
    def parse(cls, text: str, option: str = "--data") -> DataSpec:
        """Read the command line's form.

        Args:
            text: see `FORM`.
            option: that it was given to, for messages.

        Raises:
            UsageError: no path, a word after it that means nothing, or a value out of range.
        """
        path, *words = text.split(",")
        if not path:
            raise UsageError(f"{option} {text}: names no path", f"Write {FORM}")
        spec = cls(Path(path))
        for word in words:
            key, _, value = word.partition("=")
            if key not in _WORDS:
                raise UsageError(f"{option} {text}: {word!r} is not understood", f"Write {FORM}")
            field, read, fault = _WORDS[key]
            try:
                spec = replace(spec, **{field: read(value)})
            except ValueError:
                raise UsageError(f"{option} {text}: {word!r} {fault}", f"Write {FORM}") from None
        if len(spec.renamed) > 1 and len(spec.renamed) != len(spec.only):
            raise UsageError(
                f"{option} {text}: as= has {len(spec.renamed)} names, only= has {len(spec.only)}",
                "Give one new name for each, or one for all",
            )
        return spec


def by_source(specs: Sequence[DataSpec], option: str = "--data") -> dict[str, list[DataSpec]]:
    """The specs of each source, by its name.

    Args:
        specs: in any order.
        option: that they were given to, for messages.

    Raises:
        UsageError: two sources have one name, and not on purpose.
    """
    named: dict[str, list[DataSpec]] = {}
    for spec in specs:
        named.setdefault(spec.source, []).append(spec)
    for name, alike in named.items():
        if len(alike) > 1 and not all(spec.name for spec in alike):
            raise UsageError(
                f"{option} {alike[0].path} and {alike[1].path} are both named {name}",
                "Write name=NAME after each: two names, or one to make them one source",
            )
    return named


def _true(value: str) -> bool:
    if value:
        raise ValueError
    return True


def _number(value: str) -> float:
    # The weights are added up, which must stay a number.
    if not 0 < float(value) <= MOST_WEIGHT:
        raise ValueError
    return float(value)


def _share(value: str) -> float:
    if not 0 <= float(value) < 1:
        raise ValueError
    return float(value)


def _count(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and int(value)):
        raise ValueError
    return int(value)


def _text(value: str) -> str:
    if not value:
        raise ValueError
    return value


def _names(value: str) -> tuple[str, ...]:
    return tuple(_text(name) for name in value.split("+"))


_FLAG, _NAMELESS = "has a value, it takes none", "has no name after an ="
_WORDS: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "weight": ("weight", _number, f"is not a number above 0, {MOST_WEIGHT} at most"),
    "turns": ("turns", _true, _FLAG),
    "drawn": ("drawn", _true, _FLAG),
    "held": ("held", _share, "is not a number in [0, 1)"),
    "name": ("name", _text, _NAMELESS),
    "label": ("label", _text, _NAMELESS),
    "only": ("only", _names, "is not names with + between them"),
    "as": ("renamed", _names, "is not names with + between them"),
    "least": ("least", _count, "is not a whole number from 1 on"),
}
"""Of each word: the field, what reads its value, and what is wrong with one that it refuses."""
