"""Reading an archive: nothing that it says is believed before it was checked."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, Final

from pydantic import ValidationError

from config.errors import DataError
from service.desk.backup.manifest import (
    ELSEWHERE,
    FORMAT,
    LEDGER,
    MANIFEST,
    SETTINGS,
    Manifest,
    Member,
    escaped,
    fits,
    unescaped,
)
from service.space import LEAST, shown

_ALONE: Final = frozenset({MANIFEST, SETTINGS, LEDGER})
"""The files of an archive that lie in no folder."""
_NO_FOLDERS: Final = _ALONE | {"cache"} | {f"{LEDGER}{end}" for end in ("-wal", "-shm", "-journal")}
_FOLDERS: Final = (
    "inbox", "support", "sorted", "review", "failed", "duplicates", "detectors", "removed",
    ELSEWHERE,
)  # fmt: skip
"""Those that the paths of the ledger follow: without one of them, some would stay outside."""
_CHUNK: Final = 1 << 20
_LARGEST_HEADER: Final = 1 << 24  # bytes; what is read at once is held in memory
_LARGEST_MANIFEST: Final = 1 << 28
_LARGEST_SETTINGS: Final = 1 << 20
_EARLIEST: Final = -62_135_596_800  # the years 1 to 9999, in seconds
_LATEST: Final = 253_402_300_799


def unpack(file: Path, into: Path, advance: Callable[[], None]) -> Manifest:
    """Unpack an archive into an empty folder, and compare every file with the manifest.

    Files get a mode without set-uid, execution or writing by others; ledger and settings 0600.

    Args:
        file: the archive.
        into: a folder of our own. What is in it after an error is not to be used.
        advance: called after each file.

    Raises:
        DataError: it is no archive of ours, is damaged, holds what no backup holds, or was written
            by a newer program.
        OSError: it cannot be written: the disk is full, say.
    """
    found: dict[str, Member] = {}
    with _opened(file) as tar:
        for header in tar:
            tar.members.clear()  # type: ignore[attr-defined]
            target = into / _checked(header, file)
            if header.isdir():
                _make_folder(target, header, file)
                continue
            if header.name in found:
                raise _damaged(file, f"{escaped(header.name)} is in it twice")
            if found.keys() >= {MANIFEST}:
                raise _damaged(file, "it goes on after the manifest")
            _check_room(into, header, file)
            content = tar.extractfile(header)
            assert content is not None  # of a regular file it is there
            found[header.name] = _write(content, target, header, file)
            advance()
        assert tar.fileobj is not None  # it is open
        tar.fileobj.read(_CHUNK)  # up to gzip's own checksum
        if tar.fileobj.read(1):
            raise _damaged(file, "it goes on after its end")
    manifest = _manifest(file, into, found.pop(MANIFEST, None))
    listed = {unescaped(name): member for name, member in manifest.members.items()}
    for name, member in listed.items():
        if found.get(name) != member:
            raise _damaged(file, f"{escaped(name)} is not as the manifest says")
    if not listed.keys() >= {LEDGER, SETTINGS}:
        raise _damaged(file, "it has no ledger")
    for name in (MANIFEST, *(found.keys() - listed.keys())):
        # A file that was written to while it was copied; it was reported then.
        (into / name).unlink()
    return manifest


def _manifest(file: Path, into: Path, member: Member | None) -> Manifest:
    if member is None or member.size > _LARGEST_MANIFEST:
        raise _damaged(file, "it has no manifest: it is cut off, or no backup of Pigeonhole")
    text = (into / MANIFEST).read_bytes()
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        what = error.errors()[0]
        where = ".".join(map(str, what["loc"]))
        raise _damaged(file, f"its manifest is wrong at {where}: {what['msg']}") from None
    if manifest.format > FORMAT:
        raise DataError(
            f"{file} was written by a newer Pigeonhole ({manifest.version})", "Update Pigeonhole"
        )
    for name in _FOLDERS:
        if name not in manifest.folders:
            raise _damaged(file, f"its manifest describes no folder {name!r}")
    names = [PurePosixPath(unescaped(one.name)) for one in manifest.folders.values()]
    places = [Path(unescaped(manifest.home))]
    places += [Path(unescaped(one.at)) for one in manifest.folders.values()]
    if (
        any(one.is_absolute() or ".." in one.parts or not one.parts for one in names)
        or any(one.parts[0].casefold() in _NO_FOLDERS for one in names)
        or not all(fits(str(one)) for one in names)
        or any("\0" in str(one) for one in (*names, *places))
        or not all(one.is_absolute() and ".." not in one.parts for one in places)
        or manifest.folders[ELSEWHERE].at != "/"
    ):
        raise _damaged(file, "its manifest names folders that no home has")
    return manifest


def _damaged(file: Path, reason: str) -> DataError:
    return DataError(f"{file} cannot be restored: {reason}", "Use another backup")


class _Careful(gzip.GzipFile):
    """Refuses to read much at once: tarfile reads its headers whole, however long they say."""

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes."""
        if size is None or not 0 <= size <= _LARGEST_HEADER:
            raise tarfile.ReadError("a header is too large")
        return super().read(size)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """The archive, to be read once from its beginning to its end."""
    try:
        raw = file.open("rb")
    except OSError as error:
        raise DataError(
            f"{file} cannot be read: {(error.strerror or str(error)).lower()}", "Name a backup"
        ) from None
    try:
        with (
            raw,
            _Careful(fileobj=raw, mode="rb") as stream,
            tarfile.open(
                fileobj=stream, mode="r:", encoding="utf-8", errors="surrogateescape"
            ) as tar,
        ):
            yield tar
    # Of crafted headers, tarfile raises the last two itself.
    except (
        tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, RecursionError,
    ) as error:  # fmt: skip
        raise _damaged(file, str(error) or "it is damaged") from None


def _checked(header: tarfile.TarInfo, file: Path) -> str:
    """The name of a member that may be unpacked.

    Raises:
        DataError: it is neither a file nor a folder, or lies elsewhere.
    """
    if not fits(header.name):
        start = escaped(header.name[:40])
        raise _damaged(file, f"it holds a path that is too long or too deep: {start}…")
    path = PurePosixPath(header.name)
    if (
        not (header.isreg() or header.isdir())
        or header.issparse()
        or path.is_absolute()
        or not path.parts
        or ".." in header.name.split("/")
        or str(path) != header.name
        or "\0" in header.name
        or header.size < 0
        or (header.name == SETTINGS and header.size > _LARGEST_SETTINGS)
        or (len(path.parts) == 1 and header.isreg() and header.name not in _ALONE)
        # Some file systems fold the case of names.
        or ((len(path.parts) > 1 or header.isdir()) and path.parts[0].casefold() in _NO_FOLDERS)
    ):
        raise _damaged(file, f"it holds {escaped(header.name)!r}, which no backup does")
    return header.name


def _check_room(into: Path, header: tarfile.TarInfo, file: Path) -> None:
    disk = os.statvfs(into)
    free = disk.f_bavail * disk.f_frsize
    if header.size + min(LEAST, disk.f_blocks * disk.f_frsize // 20) > free:
        raise DataError(
            f"{file} does not fit: {escaped(header.name)} needs {shown(header.size)},"
            f" and {shown(free)} are free",
            "Make room, or choose another place with --home",
        )


def _make_folder(target: Path, header: tarfile.TarInfo, file: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise _damaged(file, f"{escaped(header.name)} is in it twice") from None


def _write(content: IO[bytes], target: Path, header: tarfile.TarInfo, file: Path) -> Member:
    private = header.name in {LEDGER, SETTINGS, MANIFEST}
    _make_folder(target.parent, header, file)
    try:
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)  # fmt: skip
    except FileExistsError:
        raise _damaged(file, f"{escaped(header.name)} is in it twice") from None
    digest, size = hashlib.sha256(), 0
    with open(fd, "wb") as copy:
        while chunk := content.read(_CHUNK):
            copy.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        if not private:
            os.fchmod(fd, (header.mode & 0o644) | 0o600)
        copy.flush()
        if not private:
            _set_time(fd, header.mtime)
    return Member(sha256=digest.hexdigest(), size=size)


def _set_time(fd: int, mtime: float) -> None:
    """Date a file; of a time that its file system cannot keep, that takes the nearest."""
    if not math.isfinite(mtime):
        return
    moment = round(max(_EARLIEST, min(_LATEST, mtime)) * 1e9)
    with suppress(OSError):  # the file is worth more than its date
        os.utime(fd, ns=(moment, moment))
