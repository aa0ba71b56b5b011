"""Writing an archive: a tar file in gzip, under a hidden name until it is whole.

What is compressed already (pictures, PDFs) is stored: gzip allows members of different levels one
after the other, and every reader takes them as one.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import re
import tarfile
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from config.errors import UsageError
from config.links import open_regular
from service.desk.backup.manifest import MANIFEST, Manifest, Member
from storage.filing import files, noreplace

_HIDDEN: Final = f"{files.OURS}backup-"
_CHUNK: Final = 1 << 20
_GZIP: Final = 31  # of zlib's wbits: the gzip container
_STORED, _COMPRESSED = 0, 1  # levels of zlib: beyond the first, more time than room
_DENSE: Final = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".webp",
        ".heic",
        ".heif",
        ".avif",
        ".jp2",
        ".pdf",
        ".zip",
        ".gz",
        ".onnx",
        ".h5",
        ".npz",
    ]
)
"""Kinds of files that do not get smaller."""


class ChangedError(Exception):
    """A file was written to while it was copied: what is in the archive is not the file."""


class _Gzip:
    """A stream of gzip members, each with its own level."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._level = _COMPRESSED
        self._member = zlib.compressobj(self._level, wbits=_GZIP)
        self._written = 0

    def use(self, level: int) -> None:
        """Compress by this level from now on."""
        if level != self._level:
            self.finish()
            self._level, self._member = level, zlib.compressobj(level, wbits=_GZIP)

    def write(self, data: bytes) -> int:
        self._raw.write(self._member.compress(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def finish(self) -> None:
        self._raw.write(self._member.flush())


class _Hashed(io.RawIOBase):
    """Exactly ``size`` bytes of a descriptor, hashed as they are read; a shrunken file is padded."""

    def __init__(self, fd: int, size: int) -> None:
        self._fd, self._left = fd, size
        self._digest = hashlib.sha256()
        self.whole = True

    def read(self, size: int = -1) -> bytes:
        """As many bytes as are asked for, up to the end: tarfile takes fewer for the end."""
        wanted = self._left if size < 0 else min(size, self._left)
        data = b""
        while self.whole and len(data) < wanted:
            try:
                more = os.read(self._fd, wanted - len(data))
            except OSError:
                more = b""
            self.whole = more != b""
            data += more
        data += bytes(wanted - len(data))
        self._left -= wanted
        self._digest.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Archive:
    """An archive that is being written.

    Attributes:
        members: what is in it, by name.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self.members: dict[str, Member] = {}
        self._gzip = _Gzip(raw)
        self._tar = tarfile.open(  # noqa: SIM115 - closed by `finish`
            fileobj=self._gzip, mode="w", format=tarfile.PAX_FORMAT, copybufsize=_CHUNK,
            encoding="utf-8", errors="surrogateescape",
        )  # type: ignore[call-overload]  # fmt: skip

    def add_text(self, name: str, text: str) -> None:
        """Add a file with this content."""
        data = text.encode("utf-8", "surrogateescape")
        self._gzip.use(_COMPRESSED)
        self._tar.addfile(_header(name, len(data)), io.BytesIO(data))
        self.members[name] = Member(sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    def add_file(self, name: str, fd: int) -> None:
        """Add what a descriptor of a regular file holds.

        Raises:
            ChangedError: it was written to meanwhile.
        """
        os.lseek(fd, 0, os.SEEK_SET)
        before = os.fstat(fd)
        header = _header(name, before.st_size)
        # Neither set-uid nor execution: what is restored is data.
        header.mode, header.mtime = before.st_mode & 0o666, before.st_mtime_ns / 1e9
        self._gzip.use(_STORED if Path(name).suffix.lower() in _DENSE else _COMPRESSED)
        content = _Hashed(fd, before.st_size)
        self._tar.addfile(header, content)
        if not content.whole or not files.unchanged(before, os.fstat(fd)):
            raise ChangedError
        self.members[name] = Member(sha256=content.sha256, size=before.st_size)

    def add_folder(self, name: str) -> None:
        """Add a folder, which may be empty."""
        header = _header(name, 0)
        header.type, header.mode = tarfile.DIRTYPE, 0o755
        self._tar.addfile(header)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest: nothing comes after it."""
        data = manifest.model_dump_json(indent=1).encode() + b"\n"
        self._gzip.use(_COMPRESSED)
        self._tar.addfile(_header(MANIFEST, len(data)), io.BytesIO(data))
        self._tar.close()
        self._gzip.finish()


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


@contextmanager
def hidden_file(target: Path) -> Iterator[BinaryIO]:
    """A hidden file beside ``target``, locked and of mode 0600.

    `publish` gives it its name; in the end the hidden one goes. So does what a backup left in that
    folder whose process was killed: its lock is free.

    Raises:
        OSError: nothing can be written there.
    """
    _remove_left_over(target.parent)
    part, raw = _begin(target.parent)
    try:
        with raw:
            yield raw
    finally:
        part.unlink(missing_ok=True)


def publish(raw: BinaryIO, target: Path) -> None:
    """Make the hidden file durable and give it its name; nothing is replaced.

    Raises:
        UsageError: the name is taken by now.
        OSError: it cannot be written.
    """
    raw.flush()
    files.fsync(raw.fileno())
    if not noreplace.publish(Path(os.fsdecode(raw.name)), target):
        raise UsageError(f"{target} exists already", "Name another file: nothing is overwritten")
    files.fsync_folder(target.parent)


def cannot_write(target: Path, error: OSError) -> UsageError:
    """What to say where an archive cannot be written."""
    reason = (error.strerror or str(error)).lower()
    advice = "Make room" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "Name another file"
    return UsageError(f"the backup {target} cannot be written: {reason}", advice)


def _begin(folder: Path) -> tuple[Path, BinaryIO]:
    while True:
        part = folder / f"{_HIDDEN}{uuid.uuid4().hex}.part"
        fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with suppress(OSError):  # a file system without locks
            fcntl.flock(fd, fcntl.LOCK_EX)
        # Another backup may have taken it for left over, before it was locked.
        if (there := files.status(part)) is not None and files.same_file(there, os.fstat(fd)):
            return part, _named(fd, part)
        os.close(fd)


def _named(fd: int, part: Path) -> BinaryIO:
    return open(part, "r+b", opener=lambda _path, _flags: fd)


def _remove_left_over(folder: Path) -> None:
    ours = re.compile(re.escape(_HIDDEN) + r"[0-9a-f]{32}\.part")
    for part in [folder / name for name in os.listdir(folder) if ours.fullmatch(name)]:
        try:
            fd = open_regular(part)
        except OSError:
            continue
        try:
            if os.fstat(fd).st_uid != os.geteuid():
                continue
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            part.unlink(missing_ok=True)
        except OSError:  # it is being written, or may not be removed
            continue
        finally:
            os.close(fd)
