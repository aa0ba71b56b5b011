"""Classes of prepared images, and the sources they are read from."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from models.page.prepare import Recipe, prepare
from models.page.read import Limits, read_pages
from models.page.scan import Fault

_LIMITS = Limits(max_image_pixels=150_000_000, max_file_bytes=512 * 2**20, max_pages=100)

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})


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
    """

    name: str
    weight: float
    classes: tuple[ImageClass, ...]


def read_source(path: Path, recipe: Recipe, weight: float = 1.0) -> Source:
    """Every folder of images below ``path``, or within it if it is a zip file, as a class.

    A class is a folder that holds images; its parent folder is its group.

    Raises:
        DataError: there is no such path, or no folder with images in it.
    """
    if path.is_dir():
        folders = _by_folder(
            (file.relative_to(path), file.read_bytes)
            for file in sorted(path.rglob("*"))
            if file.is_file()
        )
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            held = {
                PurePosixPath(one.filename): archive.read(one)
                for one in archive.infolist()
                if not one.is_dir()
            }
        # In the order of a folder's files: the same data are the same source either way.
        folders = _by_folder((name, lambda name=name: held[name]) for name in sorted(held))  # type: ignore[misc]
    else:
        raise DataError(f"{path} is neither a folder nor a zip file", "Name one with --data")
    classes = tuple(
        ImageClass(
            str(folder.parent),
            str(folder),
            np.stack([_prepared(name, read, recipe) for name, read in files]),
        )
        for folder, files in folders.items()
    )
    if not classes:
        raise DataError(f"{path} has no folder with images in it", "A class is a folder of images")
    return Source(path.stem, weight, classes)


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
    return Source(source.name, source.weight, tuple(turned))


def merge(name: str, sources: Sequence[Source], weight: float) -> Source:
    """One source out of several; classes whose folders have the same name become one class."""
    images: dict[str, list[NDArray[np.uint8]]] = {}
    for source in sources:
        for one in source.classes:
            images.setdefault(PurePosixPath(one.name).name, []).append(one.images)
    classes = tuple(ImageClass(name, key, np.concatenate(all_)) for key, all_ in images.items())
    return Source(name, weight, classes)


def _by_folder(
    files: Iterable[tuple[PurePosixPath | Path, Callable[[], bytes]]],
) -> dict[PurePosixPath, list[tuple[PurePosixPath, Callable[[], bytes]]]]:
    folders: dict[PurePosixPath, list[tuple[PurePosixPath, Callable[[], bytes]]]] = {}
    for path, read in files:
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            folders.setdefault(PurePosixPath(path.parent), []).append((PurePosixPath(path), read))
    return folders


def _prepared(name: PurePosixPath, read: Callable[[], bytes], recipe: Recipe) -> NDArray[np.uint8]:
    """One training image, read as a scan is: upright, on white, at reduced scale."""
    found = read_pages(read(), _LIMITS, least_side=recipe.working_side, first_only=True)
    if isinstance(found, Fault):
        raise DataError(f"the training image {name} {found.reason}", found.advice)
    return _to_bytes(prepare(found.pages[0].pixels, recipe))


def _to_bytes(prepared: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(prepared[:, :, 0] * 255).astype(np.uint8)
