"""The support set: ``support/<class>/*``, read from the folder, which is the truth."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from config.errors import UsageError
from config.ignored import Ignored
from config.links import leads_somewhere, listed
from indexer.verdict import UNKNOWN

IGNORED: Final = Ignored(("*.error.json",))
"""Names of files in the support folder that are no examples, beside the built-in list."""
_IMAGES: Final = (
    ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".pdf", ".heic", ".heif",
    ".avif",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SupportFile:
    """One example of a class, not opened yet.

    Attributes:
        class_name: the folder it lies in.
        name: its path relative to the support folder, with forward slashes.
        path: where it lies.
        size: in bytes.
        written: when its content and its inode were last changed, in ns, and the inode.
    """

    class_name: str
    name: str
    path: Path
    size: int
    written: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Something in the support folder that is not used, or not as a person may expect.

    Attributes:
        class_name: of the class folder that it lies in or is; empty where it is of none.
        name: its path relative to the support folder, with forward slashes.
        reason: why, as the rest of a sentence about ``name``.
        advice: what to do.
    """

    class_name: str
    name: str
    reason: str
    advice: str


def check_class_name(name: str) -> None:
    """Refuse what cannot be a class.

    Raises:
        UsageError: a path, a hidden or ignored name, ``unknown``, or longer than 200 bytes.
    """
    reason = None
    if not name or name in {".", ".."} or "/" in name or "\0" in name:
        reason = "is not the name of a folder"
    elif name.casefold() == UNKNOWN:
        reason = "means none of the classes"
    elif Ignored()(name):
        reason = "is a name that is left alone, as hidden and temporary ones are"
    elif len(os.fsencode(name)) > 200:
        reason = "is longer than 200 bytes"
    elif not name.isprintable() or name != name.strip():
        reason = "has characters that cannot be seen"
    if reason:
        raise UsageError(f"{name!r} {reason}", "Choose a plain word, such as invoice")


def support_files(
    support: Path,
    closed: Callable[[OSError], object] = lambda _error: None,
    *,
    only: Callable[[str], bool] = lambda _class_name: True,
) -> Iterator[SupportFile]:
    """The examples under ``support``, sorted by name. A folder that is missing has none.

    Regular files directly inside a class folder count; hidden and temporary ones and symbolic
    links do not, nor does a folder called ``unknown``, which is no class.

    Args:
        support: the folder.
        closed: told of each folder and file that is there and cannot be looked at.
        only: the classes that are looked into; of others nothing is read.
    """
    for name in filter(only, _class_names(support, closed)):
        yield from _files_in(support / name, closed)


def _files_in(folder: Path, closed: Callable[[OSError], object]) -> list[SupportFile]:
    """The examples in the folder of a class."""
    found = []
    with _entries(folder, closed) as entries:
        for file in entries:
            path = folder / file.name
            try:
                if not file.is_file(follow_symlinks=False):
                    continue
                state = file.stat(follow_symlinks=False)
            except OSError as error:
                error.filename = os.fspath(path)
                if not isinstance(error, FileNotFoundError):  # it went away while we looked
                    closed(error)
                continue
            written = (state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
            name = f"{folder.name}/{file.name}"
            found.append(SupportFile(folder.name, name, path, state.st_size, written))
    return found


def support_stamp(support: Path) -> str:
    """What the folder looks like from outside: changes whenever an example comes, goes or changes.

    Names, sizes and times only; nothing is opened. 16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for file in support_files(support):
        digest.update(os.fsencode(file.name))
        digest.update(f"\0{file.size}\0{file.written}\n".encode())
    return digest.hexdigest()[:16]


def left_alone(support: Path) -> Iterator[LeftAlone]:
    """What `support_files` passes over though a person may have put it there, sorted by name.

    What systems and programs leave behind is not named, nor are hidden and temporary names, unless
    they end as those of images do. Class folders without any example are not looked for here.
    """
    with _entries(support) as entries:
        for entry in entries:
            what = _what(entry)
            if what == "link":
                yield LeftAlone("", entry.name, *_link(support / entry.name))
            elif what != "folder":
                yield LeftAlone(
                    "", entry.name, "lies in no class folder, so it is no example",
                    "Move it into the folder of its class",
                )  # fmt: skip
            elif entry.name == UNKNOWN:
                yield LeftAlone(
                    "", entry.name,
                    "is left alone: scans like no class are recognised without examples",
                    "Remove the folder, or rename it if it is a class of its own",
                )  # fmt: skip
            else:
                yield from _left_alone_in(support / entry.name)


def _left_alone_in(folder: Path) -> Iterator[LeftAlone]:
    """The same of a class folder."""
    try:
        check_class_name(folder.name)
    except UsageError as error:
        yield LeftAlone(
            folder.name, folder.name,
            "is a class, but no name that commands and the page take: " + error.message,
            "Rename the folder",
        )  # fmt: skip
    with _entries(folder, ignored=True) as entries:
        for entry in entries:
            name, what = f"{folder.name}/{entry.name}", _what(entry)
            reason, advice = "", ""
            if IGNORED(entry.name):
                if entry.name.lower().endswith(_IMAGES) and not entry.name.startswith("._"):
                    reason = "is left alone, as hidden and temporary files are"
                    advice = "Rename it if it is an example"
            elif what == "link":
                reason, advice = _link(folder / entry.name)
            elif what == "folder":
                reason = "lies too deep: only files directly in a class folder are examples"
                advice = "Move its images up, or the folder up to be a class of its own"
            elif what == "other":
                reason, advice = "is not a regular file, so it is left alone", "Remove it"
            if reason:
                yield LeftAlone(folder.name, name, reason, advice)


def _what(entry: os.DirEntry[str]) -> Literal["link", "folder", "file", "other"]:
    try:
        if entry.is_symlink():
            return "link"
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        return "file" if entry.is_file(follow_symlinks=False) else "other"
    except OSError:
        return "file"  # the share does not answer; whoever reads it finds out why


def _link(path: Path) -> tuple[str, str]:
    if leads_somewhere(path):
        return "is a symbolic link, and those are left alone", "Put what it leads to in its place"
    return "is a symbolic link that leads nowhere", "Remove it, or put the image in its place"


def left_alone_stamp(support: Path) -> str:
    """Changes with what is left alone there. 16 hexadecimal digits."""
    return hashlib.sha256(repr(list(left_alone(support))).encode()).hexdigest()[:16]


def whole_stamp(support: Path) -> str:
    """Changes with the examples and with what is left alone beside them."""
    return support_stamp(support) + left_alone_stamp(support)


def class_counts(support: Path) -> dict[str, int]:
    """Number of examples by class, classes with an empty folder included."""
    counts = dict.fromkeys(_class_names(support), 0)
    for file in support_files(support):
        counts[file.class_name] = counts.get(file.class_name, 0) + 1
    return counts


def _class_names(
    support: Path, closed: Callable[[OSError], object] = lambda _error: None
) -> list[str]:
    """Names of the folders that stand for classes, sorted."""
    with _entries(support, closed) as entries:
        folders = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    return [name for name in folders if name != UNKNOWN]


@contextmanager
def _entries(
    folder: Path,
    closed: Callable[[OSError], object] = lambda _error: None,
    *,
    ignored: bool = False,
) -> Iterator[list[os.DirEntry[str]]]:
    """What a folder holds, sorted by name; nothing where it cannot be looked into."""
    with ExitStack() as stack:
        found = list[os.DirEntry[str]]()
        try:
            found = stack.enter_context(listed(folder))
        except FileNotFoundError:
            pass  # it holds nothing
        except OSError as error:
            closed(error)
        kept = (entry for entry in found if ignored or not IGNORED(entry.name))
        yield sorted(kept, key=lambda entry: entry.name)
