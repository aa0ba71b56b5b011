"""Which files belong to which class: by folder, in a zip file too, or by a manifest."""

from __future__ import annotations

import csv
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn

from config.errors import DataError
from config.ignored import Ignored
from config.walking import walk

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"})
MANIFEST = "MANIFEST.tsv"
"""Names the class of each file of a folder whose own folders do not."""

_ZIP = (b"PK\3\4", b"PK\5\6")
_SHOWN = 12
_NAME_DATA = "Name a folder of class folders, or a zip file of them"


@dataclass(frozen=True, slots=True)
class ListedFile:
    """An image that has not been read yet.

    Attributes:
        name: relative to the source, for messages.
        read: gives the bytes; raises as files and zip files do.
    """

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class ListedClass:
    """A class and its files.

    Attributes:
        group: the parent folder, relative to the source; empty without one.
        name: the folder, relative to the source, or the label.
        files: at least one.
    """

    group: str
    name: str
    files: tuple[ListedFile, ...]


@contextmanager
def listed(path: Path, label: str | None = None) -> Iterator[list[ListedClass]]:
    """The classes at ``path``, in the order of their names; files can be read within the block.

    A folder with a `MANIFEST.tsv` (columns divided by tabs, no quoting; ``path`` is relative to
    the folder) takes its classes from the column ``label``. Elsewhere a class is a folder that
    holds images, and its parent folder is its group.

    Args:
        path: a folder, or a zip file of one.
        label: another column of the manifest than ``label``.

    Raises:
        DataError: there is no such path, a damaged zip file or another file, no image, a folder
            without any or one that cannot be opened, no such column, or a row that leaves the
            folder.
    """
    if os.path.isdir(path):  # a path that no system would open is no folder either
        manifest = path / MANIFEST
        if os.path.isfile(manifest):
            yield _by_label(manifest, label or "label")
            return
        _refuse_label(path, label)
        files, folders = _walked(path)
        yield _by_folder(path, files, folders)
    else:
        with _opened_zip(path) as archive:
            _refuse_label(path, label)
            entries = {PurePosixPath(one.filename): one for one in archive.infolist()}
            yield _by_folder(
                path,
                {
                    name: lambda one=one: archive.read(one)  # type: ignore[misc]
                    for name, one in entries.items()
                    if not one.is_dir()
                },
                {name for name, one in entries.items() if one.is_dir()},
            )


def chosen(
    classes: Sequence[ListedClass], only: Sequence[str], renamed: Sequence[str], where: Path
) -> list[ListedClass]:
    """The classes that are asked for, under the names they are to have.

    Args:
        classes: what there is.
        only: last parts of the names to keep; empty keeps all.
        renamed: a new name for each of ``only``, or one for all; empty keeps the names. Classes
            that come to have one name become one class.
        where: for messages.

    Raises:
        DataError: there is no class of a name in ``only``; the message has those that there are.
    """
    there = {PurePosixPath(one.name).name for one in classes}
    missing = [name for name in only if name not in there]
    if missing:
        raise DataError(
            f"{where} has no class {missing[0]}, it has {some_of(sorted(there))}",
            "Name some of these with only=",
        )
    new_names = dict(zip(only, renamed, strict=False)) if len(renamed) > 1 else {}
    kept = [one for one in classes if not only or PurePosixPath(one.name).name in only]
    if not renamed:
        return kept
    files: dict[str, tuple[ListedFile, ...]] = {}
    for one in kept:
        name = new_names.get(PurePosixPath(one.name).name, renamed[0])
        files[name] = files.get(name, ()) + one.files
    return [ListedClass("", name, there) for name, there in files.items()]


def some_of(names: Sequence[str]) -> str:
    """How many names there are, and the first of them, for messages."""
    more = f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else ""
    return f"{len(names)}: {', '.join(names[:_SHOWN])}{more}"


def _opened_zip(path: Path) -> zipfile.ZipFile:
    """The zip file at ``path``, or why there is none.

    Raises:
        DataError: there is nothing at that path, no zip file, or a damaged one.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(4)
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path} does not exist", _NAME_DATA) from None
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {_reason(error)}", _NAME_DATA) from None
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # A zip file that was cut short has its beginning, and lacks the list at its end.
        if begins in _ZIP or (not begins and path.suffix.lower() == ".zip"):
            raise DataError(
                f"{path} is a damaged zip file: the list of its files is missing or broken",
                "Copy or download it again: it may have been cut short",
            ) from None
        raise DataError(f"{path} is neither a folder nor a zip file", _NAME_DATA) from None


def _walked(
    path: Path,
) -> tuple[dict[PurePosixPath, Callable[[], bytes]], set[PurePosixPath]]:
    """Files and folders below ``path``, by their relative names; what is ignored is not opened.

    Raises:
        DataError: a folder cannot be opened: its class would be missing.
    """

    def refuse(error: OSError) -> NoReturn:
        raise DataError(
            f"{os.fsdecode(error.filename)} cannot be opened: {_reason(error)}",
            "Give this user leave to read it, or take it away",
        ) from None

    ignored = Ignored()
    files: dict[PurePosixPath, Callable[[], bytes]] = {}
    folders: set[PurePosixPath] = set()
    for place, inner, names in walk(path, onerror=refuse):
        inner[:] = [name for name in inner if not ignored(name)]
        here = PurePosixPath(Path(place).relative_to(path))
        folders.update(here / name for name in inner)
        for name in names:
            file = Path(place, name)
            try:
                is_file = stat.S_ISREG(file.stat().st_mode)
            except PermissionError as error:
                refuse(error)
            except OSError:
                continue  # a link to nothing
            if is_file:
                files[here / name] = _reader(file)
    return files, folders


def _reader(path: Path) -> Callable[[], bytes]:
    """Reads a file; its errors say what is wrong, and leave the name to who tells them."""

    def read() -> bytes:
        try:
            is_file = stat.S_ISREG(path.stat().st_mode)
            data = path.read_bytes() if is_file else b""
        except OSError as error:
            raise OSError(_reason(error)) from None
        except ValueError:
            raise OSError("no file can have this name") from None
        if not is_file:
            raise OSError("it is not a regular file")  # a pipe would be waited for
        return data

    return read


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _by_folder(
    where: Path,
    files: dict[PurePosixPath, Callable[[], bytes]],
    folders: set[PurePosixPath],
) -> list[ListedClass]:
    """Classes by folder, in the same order for a folder and for a zip file of it."""
    ignored = Ignored()

    def is_visible(name: PurePosixPath) -> bool:
        return not any(ignored(part) for part in name.parts)

    found: dict[PurePosixPath, list[ListedFile]] = {}
    for name in sorted(filter(is_visible, files)):
        if name.suffix.lower() in SUFFIXES:
            found.setdefault(name.parent, []).append(ListedFile(str(name), files[name]))
    if not found:
        raise DataError(f"{where} has no folder with images in it", "A class is a folder of images")
    above = {parent for folder in found for parent in folder.parents}
    empty = {one for one in folders | {name.parent for name in files} if is_visible(one)}
    for folder in sorted(empty - found.keys() - above):
        raise DataError(
            f"the class {where / folder} has 0 images, a class needs 1",
            "Put an image there or take the folder away",
        )
    return [
        ListedClass(
            str(folder.parent) if folder.parent.name else "",
            str(folder) if folder.name else where.stem,
            tuple(there),
        )
        for folder, there in found.items()
    ]


def _by_label(manifest: Path, column: str) -> list[ListedClass]:
    try:
        with manifest.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            columns = rows.fieldnames or ()
            entries = [(row.get("path") or "", row.get(column) or "") for row in rows]
    except OSError as error:
        raise DataError(
            f"{manifest} cannot be read: {_reason(error)}", "Look at the file, and who may read it"
        ) from None
    except csv.Error as error:
        raise DataError(
            f"{manifest} is no table: {error}", "Its columns are divided by tabs"
        ) from None
    if "path" not in columns:
        raise DataError(
            f"{manifest} has no column path",
            "Its first line names the columns, divided by tabs: path, and label",
        )
    if column not in columns:
        raise DataError(
            f"{manifest} has no column {column}, its columns are {', '.join(columns)}",
            "Name the one that holds the classes with label=COLUMN",
        )
    found: dict[str, list[ListedFile]] = {}
    for name, label in entries:
        if label and PurePosixPath(name).suffix.lower() in SUFFIXES:
            if name.startswith("/") or ".." in PurePosixPath(name).parts:
                raise DataError(
                    f"{manifest} names {name}, which lies outside its folder",
                    "Write paths that are relative to the folder, without ..",
                )
            path = manifest.parent / name
            found.setdefault(label, []).append(ListedFile(name, _reader(path)))
    if not found:
        raise DataError(f"{manifest} names no image of a class", "Its rows need a path and a label")
    return [ListedClass("", label, tuple(files)) for label, files in sorted(found.items())]


def _refuse_label(path: Path, label: str | None) -> None:
    if label:
        raise DataError(
            f"{path} has no {MANIFEST} whose column {label} could name the classes",
            "Leave label= out: folders are the classes",
        )
