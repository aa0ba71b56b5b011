"""Uploads: streamed into files of a private folder, held to their limits while they come.

Neither Starlette's parser nor FastAPI's limits the bytes of a file; this one refuses at the byte that
is too many. What a client calls its file is never a path here: only its last part is used, cleaned.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from config.private import make_private_folder
from service.http.bodies import allow, too_large
from service.http.problems import RefusedError

FIELD: Final = "file"
"""The form's field that holds uploads; it may come many times."""
_AT_ONCE: Final = 1 << 20
_PIECE: Final = 128
_OVERHEAD: Final = 1 << 20
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ADVICE: Final = "Send multipart/form-data with the field 'file', as in curl -F file=@scan.png"
_LONGEST: Final = 150
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_EXTENDED: Final = re.compile(
    rb";\s*filename\*\s*=\s*([\w.-]*)'[\w-]*'([^\s;]*)", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What one request may bring.

    Attributes:
        file_bytes: of one file.
        files: how many.
        total_bytes: of the whole body.
        fields: other fields, which nobody reads.
        field_bytes: of one of those.
    """

    file_bytes: int
    files: int = 100
    total_bytes: int = 0
    fields: int = 20
    field_bytes: int = 16 << 10

    @property
    def body_bytes(self) -> int:
        """Of the whole body; unless set, twice what one file may have."""
        return self.total_bytes or 2 * self.file_bytes + _OVERHEAD


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that came.

    Attributes:
        name: what the client calls it: no path, nothing that cannot be seen.
        path: where it lies until the request ends; its last part is ``name``.
        size: in bytes.
        sha256: of its bytes, 64 hexadecimal digits.
    """

    name: str
    path: Path
    size: int
    sha256: str


@asynccontextmanager
async def received(
    request: Request, folder: Path, limits: UploadLimits
) -> AsyncIterator[list[Upload]]:
    """The uploads of a request, in order; their files are gone at the end of the block.

    Args:
        request: its body has not been read.
        folder: where files may be kept; made, for this user alone, if it is missing.
        limits: what it may bring.

    Raises:
        RefusedError: it is no form, is broken, holds no file, or more than the limits allow.
    """
    allow(request.scope, limits.body_bytes)
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise RefusedError(422, "the body is no form with files", _ADVICE)
    own = await run_in_threadpool(_private, folder)
    try:
        try:
            uploads = await _Form(own, limits, boundary).read(request)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise RefusedError(507, "the disk is full", "Make room, then try again") from None
            raise
        yield uploads
    finally:
        await run_in_threadpool(shutil.rmtree, own, ignore_errors=True)


def _private(folder: Path) -> Path:
    make_private_folder(folder)
    return Path(tempfile.mkdtemp(prefix="upload-", dir=folder))


def clean_name(given: str) -> str:
    """The last part of what a client calls its file, as a name that every file system takes."""
    last = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if c.isprintable()).strip()
    stem, suffix = os.path.splitext(seen)
    if len(suffix.encode()) > 16:
        stem, suffix = seen, ""
    while len((stem + suffix).encode()) > _LONGEST:
        stem = stem[:-1]
    name = (stem + suffix).strip()
    return "upload" if name in {"", ".", ".."} else name


@dataclass(slots=True)
class _Part:
    """A part of the form that is coming.

    Attributes:
        file: where its bytes go; None for a field that nobody reads.
        name: of the file.
    """

    headers: dict[bytes, bytes] = field(default_factory=dict)
    file: Path | None = None
    name: str = ""
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


class _Form:
    """Reads one form; the parser's callbacks only note what came, `_store` writes it."""

    def __init__(self, folder: Path, limits: UploadLimits, boundary: bytes) -> None:
        self._folder = folder
        self._limits = limits
        self._parts: list[_Part] = []
        self._waiting: list[tuple[_Part, bytes]] = []
        self._waits = 0
        self._fields = 0
        self._ended = False
        self._header = (b"", b"")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": lambda: self._parts.append(_Part()),
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError:
            raise _broken() from None

    async def read(self, request: Request) -> list[Upload]:
        async for chunk in request.stream():
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise _broken() from None
            if self._waits >= _AT_ONCE:
                await run_in_threadpool(self._store)
        if not self._ended:
            raise _broken()
        await run_in_threadpool(self._store)
        # A form of a browser in which no file was chosen holds one without name and bytes.
        files = [part for part in self._parts if part.file and (part.size or part.name)]
        if not files:
            raise RefusedError(422, "there is no file in the form", _ADVICE)
        return [
            Upload(part.file.name, part.file, part.size, part.digest.hexdigest())
            for part in files
            if part.file is not None
        ]

    def _store(self) -> None:
        waiting, self._waiting, self._waits = self._waiting, [], 0
        for part, data in waiting:
            assert part.file is not None
            part.digest.update(data)
            part.file.parent.mkdir(exist_ok=True)
            # As readable as any new file of this user: a copy of it may go into the inbox.
            with open(part.file, "ab") as file:
                file.write(data)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], b"")

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _on_header_end(self) -> None:
        name, value = self._header
        self._parts[-1].headers[name.lower()] = value
        self._header = (b"", b"")

    def _on_headers_finished(self) -> None:
        part = self._parts[-1]
        disposition = part.headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        name = options.get(b"filename")
        plain = None if name is None else name.decode("utf-8", "replace")
        given = plain or _extended(disposition)
        if given is None:
            given = plain  # empty, of a file without a name; None where it is no file
        if given is None:
            self._fields += 1
            if self._fields > self._limits.fields:
                raise RefusedError(413, f"more than {self._limits.fields} fields", _ADVICE)
            return
        if options.get(b"name") != FIELD.encode():
            raise RefusedError(422, "a file is in another field than 'file'", _ADVICE)
        number = len(self._parts) - self._fields
        if number > self._limits.files:
            raise RefusedError(413, f"more than {self._limits.files} files", "Send fewer at once")
        part.name = given
        # A folder of its own, for two files may have one name.
        part.file = self._folder / str(number) / clean_name(part.name)
        self._waiting.append((part, b""))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        part.size += end - start
        most = self._limits.field_bytes if part.file is None else self._limits.file_bytes
        if part.size > most:
            raise too_large(most)
        if part.file is not None:
            self._waiting.append((part, data[start:end]))
            # A body made of line ends comes in very small pieces, which take room themselves.
            self._waits += end - start + _PIECE

    def _on_end(self) -> None:
        self._ended = True


def _extended(disposition: bytes) -> str | None:
    """The name in ``filename*`` (RFC 5987); None where there is none.

    RFC 7578 forbids it in forms, but some clients send nothing else. The plain ``filename`` comes first.
    """
    found = _EXTENDED.search(_QUOTED.sub(b"", disposition))
    if found is None:
        return None
    charset, value = found.groups()
    latin = charset.lower() == b"iso-8859-1"
    return unquote_to_bytes(value).decode("latin-1" if latin else "utf-8", "replace")


def _broken() -> RefusedError:
    return RefusedError(400, "the form is broken, or ends early", _ADVICE)
