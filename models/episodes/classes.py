"""Classes of prepared images, and the sources they are read from."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from config.words import counted
from models.episodes.augment import Augmentation
from models.episodes.listing import ListedFile, chosen, listed
from models.page.prepare import Recipe, prepare
from models.page.read import Limits, read_pages
from models.page.scan import Fault

_LIMITS = Limits(max_image_pixels=150_000_000, max_file_bytes=512 * 2**20, max_pages=100)

Watch = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
"""Told what begins and of how many steps; each call of what it yields is one step done."""


@contextmanager
def unwatched(_label: str, _total: int) -> Iterator[Callable[[], None]]:
    """The `Watch` that shows nothing."""
    yield lambda: None


@dataclass(frozen=True, slots=True, eq=False)
class ImageClass:
    """The examples of one class.

    Attributes:
        group: what it is one of: an alphabet, a set of symbols. Trials stay within a group.
        name: unique within its source.
        images: prepared, uint8 of shape (n, side, side), ink is 255.
    """

    group: str
    name: str
    images: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """Classes that are mixed into training with one weight.

    Attributes:
        name: for the manifest.
        weight: share of each batch, relative to the other sources' weights.
        classes: those it holds.
        unreadable: images that were left out, each with the reason.
        augmentation: the changes that leave the class of its images as it is.
    """

    name: str
    weight: float
    classes: tuple[ImageClass, ...]
    unreadable: tuple[str, ...] = ()
    augmentation: Augmentation = field(default_factory=Augmentation)


def read_source(
    path: Path,
    recipe: Recipe,
    weight: float = 1.0,
    *,
    name: str = "",
    label: str | None = None,
    only: Sequence[str] = (),
    renamed: Sequence[str] = (),
    watch: Watch = unwatched,
) -> Source:
    """The classes at ``path``, see `listed`, read and prepared.

    A class that has no parent folder is of a group with the source's name. An image that cannot
    be read is left out and named in ``unreadable``: a collection of thousands is not worth less
    for it. A class that is left without any is an error.

    Args:
        path: a folder, or a zip file of one.
        recipe: how images are prepared.
        weight: see `Source`.
        name: of the source; the path's own without its ending when empty.
        label: see `listed`.
        only: see `chosen`.
        renamed: see `chosen`.
        watch: shown the images as they are read.

    Raises:
        DataError: see `listed` and `chosen`; or none of a class's images can be read.
    """
    name = name or path.stem
    classes: list[ImageClass] = []
    unreadable: list[str] = []
    with listed(path, label) as there:
        wanted = chosen(there, only, renamed, path)
        with watch(name, sum(len(one.files) for one in wanted)) as advance:
            for one in wanted:
                images, faults = [], []
                for file in one.files:
                    image = _prepared(file, recipe)
                    if isinstance(image, str):
                        faults.append(f"{path / file.name} {image}")
                    else:
                        images.append(image)
                    advance()
                if not images:
                    raise DataError(
                        f"class {one.name} of {path} has {counted(len(one.files), 'image')}, "
                        f"0 of them can be read: {faults[0]}",
                        "Replace them or take the class away",
                    )
                unreadable += faults
                classes.append(ImageClass(one.group or name, one.name, np.stack(images)))
    return Source(name, weight, tuple(classes), tuple(unreadable))


def drawn_source(
    name: str, draw: Iterator[tuple[str, NDArray[np.uint8]]], recipe: Recipe, weight: float = 1.0
) -> Source:
    """A source of pictures that are drawn, given as (class name, pixels)."""
    found: dict[str, list[NDArray[np.uint8]]] = {}
    for class_name, pixels in draw:
        found.setdefault(class_name, []).append(_to_bytes(prepare(pixels, recipe)))
    classes = tuple(ImageClass(name, key, np.stack(images)) for key, images in found.items())
    return Source(name, weight, classes)


def quarter_turns(source: Source, *, leave_out: frozenset[str] = frozenset()) -> Source:
    """The source with each class turned by 90, 180 and 270 degrees as three classes more.

    Args:
        source: classes of drawings.
        leave_out: names of groups in which letters are turns of one another.
    """
    turned = [
        ImageClass(
            f"{one.group}@{quarter}", f"{one.name}@{quarter}", np.rot90(one.images, quarter, (1, 2))
        )
        for one in source.classes
        for quarter in range(4)
        if quarter == 0 or PurePosixPath(one.group).name not in leave_out
    ]
    return replace(source, classes=tuple(turned))


def merge(name: str, sources: Sequence[Source], weight: float) -> Source:
    """One source out of several; classes of the same name become one class."""
    images: dict[str, list[NDArray[np.uint8]]] = {}
    groups: dict[str, str] = {}
    for source in sources:
        for one in source.classes:
            images.setdefault(one.name, []).append(one.images)
            groups.setdefault(one.name, one.group)
    classes = tuple(
        ImageClass(groups[key], key, np.concatenate(all_)) for key, all_ in images.items()
    )
    unreadable = tuple(line for source in sources for line in source.unreadable)
    return Source(name, weight, classes, unreadable)


def _prepared(file: ListedFile, recipe: Recipe) -> NDArray[np.uint8] | str:
    """One training image, read as a scan is: upright, on white, at reduced scale; or why not."""
    try:
        data = file.read()
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        return f"cannot be read: {error}"
    found = read_pages(data, _LIMITS, least_side=recipe.working_side, first_only=True)
    if isinstance(found, Fault):
        return found.reason
    return _to_bytes(prepare(found.pages[0].pixels, recipe))


def _to_bytes(prepared: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(prepared[:, :, 0] * 255).astype(np.uint8)
