"""From folders of a person to pictures to learn from: read, counted once, and grouped."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import DataError
from config.ignored import Ignored
from config.walking import walk
from config.words import counted
from models.detector.pictures.grouping import grouped, manifest_groups
from models.detector.pictures.picture import MOST_SIDE, Picture
from models.detector.pictures.twins import Twins, find_twins
from models.episodes.classes import Watch, unwatched
from models.episodes.listing import MANIFEST
from models.page.limits import Limits
from models.page.opening import first_page, scan_of
from models.page.picture import shrunk
from models.page.scan import Fault, Page


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What was found.

    Attributes:
        pictures: of the class first, then others; each in the order of its paths.
        left_out: files that are not among them, with the reason, by path.
        notes: what else the person should know, line by line.
    """

    pictures: tuple[Picture, ...]
    left_out: Mapping[str, str]
    notes: tuple[str, ...]

    def independent(self, *, positive: bool) -> int:
        """How many groups there are of the class, or of others."""
        return len({one.group for one in self.pictures if one.positive is positive})


@dataclass(frozen=True, slots=True)
class _File:
    """A file that may be a picture.

    Attributes:
        path: where it lies.
        folder: the inner folder that it lies in; empty without one.
        group: as the person wrote it down; empty without.
    """

    path: Path
    folder: str
    group: str


def gather(
    positives: Sequence[Path],
    others: Sequence[Path],
    limits: Limits,
    watch: Watch = unwatched,
) -> Gathered:
    """The pictures of the class and others, read as scans are: the first page, upright, grey.

    Folders are walked to their ends; names that are never users' files are left alone, and
    symbolic links below them are not followed. A picture is of the same group as those of its
    folder within the given one, of its group in a `MANIFEST.tsv`, and of its scene. The same bytes
    count once, and not at all if they are in both: nobody knows what they are.

    Args:
        positives: folders, or files, of the class.
        others: the same of everything else; may be empty.
        limits: what a file may ask of this machine.
        watch: shown the files as they are read, and again as they are compared.

    Raises:
        DataError: a path is missing, holds no file, or lies within one of the other kind; or no
            picture of a kind can be read.
    """
    _refuse_nested(positives, others)
    left_out: dict[str, str] = {}
    files = [(True, one) for one in _found(positives, left_out)]
    files += [(False, one) for one in _found(others, left_out)]
    pictures: list[Picture] = []
    folders: list[str] = []
    with watch("reading pictures", len(files)) as advance:
        for positive, file in files:
            found = read_picture(file.path, limits, positive=positive, group=file.group)
            if isinstance(found, Picture):
                pictures.append(found)
                folders.append(file.folder)
            else:
                left_out[str(file.path)] = found
            advance()
    kept = _counted_once(pictures, left_out)
    pictures, folders = [pictures[i] for i in kept], [folders[i] for i in kept]
    _refuse_none(pictures, positives, others, left_out)
    with watch("comparing pictures", len(pictures)) as advance:

        def each() -> Iterator[Picture]:
            for one in pictures:
                yield one
                advance()

        twins = find_twins(one.grey for one in each())
    apart, notes = grouped(pictures, folders, twins)
    return Gathered(tuple(apart), left_out, (*_contradictions(pictures, twins), *notes))


def _found(given: Sequence[Path], left_out: dict[str, str]) -> Iterator[_File]:
    """The files of what was given, in order; what cannot be opened is left out.

    Raises:
        DataError: see `gather`.
    """
    ignored = Ignored()
    for root in given:
        if not os.path.lexists(root):
            raise DataError(f"{root} does not exist", "Name a folder of pictures")
        if not root.is_dir():
            yield _File(root, "", "")
            continue
        there = sorted(_walked(root, ignored, left_out))
        if not there:
            raise DataError(f"{root} has no files", "Put pictures there, or name another folder")
        groups = manifest_groups(root)
        for path in there:
            parts = path.relative_to(root).parts
            folder = str(root / parts[0]) if len(parts) > 1 else ""
            yield _File(path, folder, groups.get(path, ""))


def _walked(root: Path, ignored: Ignored, left_out: dict[str, str]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        left_out[os.fsdecode(error.filename)] = f"cannot be opened: {reason}"

    for place, inner, names in walk(root, onerror=refuse):
        inner[:] = [name for name in inner if not ignored(name)]
        for name in inner:
            if os.path.islink(os.path.join(place, name)):
                left_out[os.path.join(place, name)] = "is a symbolic link"
        for name in names:
            if not ignored(name) and name != MANIFEST:
                yield Path(place, name)


def read_picture(path: Path, limits: Limits, *, positive: bool, group: str = "") -> Picture | str:
    """The picture in a file, or why there is none.

    Args:
        path: of the file; symbolic links are not followed.
        limits: what it may ask of this machine.
        positive: it is of the class.
        group: see `Picture`; without one it is of its own.
    """
    page = _first_page(path, limits)
    if isinstance(page, Fault):
        return page.reason
    digest, first = page
    return Picture(path, digest, positive, group or str(path), shrunk(first.pixels, MOST_SIDE))


def _first_page(path: Path, limits: Limits) -> tuple[str, Page] | Fault:
    scan = scan_of(path, limits)
    if isinstance(scan, Fault):
        return scan
    page = first_page(scan, limits, MOST_SIDE)
    return page if isinstance(page, Fault) else (scan.sha256, page)


def _counted_once(pictures: Sequence[Picture], left_out: dict[str, str]) -> list[int]:
    """Numbers of the pictures whose bytes are there for the first time, and in one kind alone."""
    kinds: dict[str, set[bool]] = {}
    for one in pictures:
        kinds.setdefault(one.sha256, set()).add(one.positive)
    first: dict[str, Path] = {}
    kept = []
    for number, one in enumerate(pictures):
        if len(kinds[one.sha256]) > 1:
            left_out[str(one.path)] = "is both among the pictures of the class and the others"
        elif one.sha256 in first:
            if one.path != first[one.sha256]:  # a folder that is given twice is no news
                left_out[str(one.path)] = f"is the same picture as {first[one.sha256]}"
        else:
            first[one.sha256] = one.path
            kept.append(number)
    return kept


def _contradictions(pictures: Sequence[Picture], twins: Sequence[Twins]) -> list[str]:
    """A line for each picture of the class that looks like one of the others."""
    return [
        f"{pictures[pair.one].path} and {pictures[pair.other].path} show the same, "
        "but only one of them is said to be of the class"
        for pair in twins
        if pair.copy and pictures[pair.one].positive is not pictures[pair.other].positive
    ]


def _refuse_nested(positives: Sequence[Path], others: Sequence[Path]) -> None:
    """Refuse a folder that would be of both kinds.

    Raises:
        DataError: see `gather`.
    """
    for one in positives:
        for other in others:
            here, there = one.resolve(), other.resolve()
            if here.is_dir() and here == there:
                raise DataError(
                    f"the pictures of the class and the others are in the same folder, {one}",
                    "Keep pictures of the class and others in folders of their own",
                )
            if here.is_dir() and there in here.parents:
                raise DataError(
                    f"{one}, of the class, lies within {other}, of the others",
                    "Keep pictures of the class and others in folders of their own",
                )
            if here.is_dir() and here in there.parents:
                raise DataError(
                    f"{other}, of the others, lies within {one}, of the class",
                    "Keep pictures of the class and others in folders of their own",
                )


def _refuse_none(
    pictures: Sequence[Picture],
    positives: Sequence[Path],
    others: Sequence[Path],
    left_out: Mapping[str, str],
) -> None:
    """Refuse to go on without a picture of a kind that was given.

    Raises:
        DataError: see `gather`.
    """
    for kind, given, what in ((True, positives, "of the class"), (False, others, "of the others")):
        if any(one.positive is kind for one in pictures) or (not given and not kind):
            continue
        reasons = [
            f"{path} {reason}"
            for path, reason in left_out.items()
            if any(Path(path) == root or root in Path(path).parents for root in given)
        ]
        told = f": {reasons[0]}" if reasons else ""
        raise DataError(
            f"no picture {what} can be used, {counted(len(reasons), 'file')} left out{told}",
            "Look at the files, or name other folders",
        )
