"""Classes to learn from and classes to judge by, divided before an image is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from models.episodes.listing import ListedClass, chosen, listed
from models.episodes.mixture import is_held
from models.episodes.spec import DataSpec, by_source


@dataclass(frozen=True, slots=True)
class Division:
    """The classes of one source.

    Attributes:
        name: of the source.
        learned: what is learned from.
        held: what is kept out.
    """

    name: str
    learned: tuple[ListedClass, ...]
    held: tuple[ListedClass, ...]

    def setting_aside(self, names: frozenset[str]) -> Division:
        """The same with these classes held, too."""
        held = names | {one.name for one in self.held}
        return _division(self.name, (*self.learned, *self.held), held)


@contextmanager
def divided(
    specs: Sequence[DataSpec], hold_out: frozenset[str], option: str = "--data"
) -> Iterator[list[Division]]:
    """The sources that ``specs`` name; files can be read within the block.

    What is held out is what `models.episodes.mixture.mix` holds out. Weights, turns and drawn
    classes are its own, and mean nothing here.

    Args:
        specs: see `DataSpec`.
        hold_out: names of groups or classes.
        option: that the specs were given to, for messages.

    Raises:
        UsageError: see `by_source`.
        DataError: see `listed` and `chosen`.
    """
    with ExitStack() as opened:
        divisions = []
        for name, alike in by_source(specs, option).items():
            share, least = max(one.held for one in alike), max(one.least for one in alike)
            there = [
                _in_place(replace(one, group=one.group or name), spec.path)
                for spec in alike
                for one in chosen(
                    opened.enter_context(listed(spec.path, spec.label)),
                    spec.only,
                    spec.renamed,
                    spec.path,
                )
            ]
            classes = [one for one in _merged(there) if len(one.files) >= least]
            held = {one.name for one in classes if is_held(one.group, one.name, hold_out, share)}
            divisions.append(_division(name, classes, held))
        yield divisions


def as_kinds(divisions: Sequence[Division], name: str) -> Division:
    """Kinds out of the classes of several sources: a kind is what has one name in all of them.

    Args:
        divisions: of sources of documents.
        name: of the whole.

    Returns:
        Kinds under the last parts of their names; one that any source holds out is held out.
    """
    classes = [
        replace(one, group=name, name=PurePosixPath(one.name).name)
        for source in divisions
        for one in (*source.learned, *source.held)
    ]
    held = {PurePosixPath(one.name).name for source in divisions for one in source.held}
    return _division(name, _merged(classes), held)


def _division(name: str, classes: Sequence[ListedClass], held: Collection[str]) -> Division:
    return Division(
        name,
        tuple(one for one in classes if one.name not in held),
        tuple(one for one in classes if one.name in held),
    )


def _in_place(found: ListedClass, path: Path) -> ListedClass:
    """The class with its files' names as they are written from here."""
    return replace(
        found, files=tuple(replace(one, name=str(path / one.name)) for one in found.files)
    )


def _merged(classes: Sequence[ListedClass]) -> list[ListedClass]:
    """Classes of the same name as one, in the group of the first, in the order of their names."""
    found: dict[str, ListedClass] = {}
    for one in classes:
        first = found.setdefault(one.name, one)
        if first is not one:
            found[one.name] = replace(first, files=first.files + one.files)
    return [found[name] for name in sorted(found)]
