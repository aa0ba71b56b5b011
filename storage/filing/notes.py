"""The note beside a failed file, ``<name>.error.json``: what was wrong and what to do.

A note is ours when it says what was written, and no scan was filed there. No other file is ever
replaced or removed: people change notes, and have files of such names.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, count, islice
from pathlib import Path

from config.links import held, open_regular
from storage.filing import files, noreplace
from storage.filing.names import fitted, next_name
from storage.filing.refusals import longest_name
from storage.records import displayable

ENDING = ".error.json"
_OLDER = re.compile(r"\.error \([0-9]{1,9}\)\.json\Z")
_HASH = re.compile("[0-9a-f]{64}")
_LONGEST_NOTE = 1 << 20  # bytes; what is longer was not written here
_LOOKS = 100  # names that remove_note looks at, and as many of an earlier version


IsScan = Callable[[Path], bool]
"""Whether the ledger names a path as that of a scan: people drop notes, too."""

IsOurs = Callable[[Mapping[str, object]], bool]
"""Whether a note of the same name says what was written for a scan, unchanged."""


def write_note(
    beside: Path,
    payload: Mapping[str, object],
    is_scan: IsScan = lambda _path: False,
    is_ours: IsOurs = lambda _note: False,
) -> Path:
    """Write ``payload`` as the note of the file ``beside``, whole or not at all, durably.

    Args:
        beside: the failed file; it need not be there.
        payload: what JSON can hold, with a key ``sha256``: that of the file.
        is_scan: a place of which it says so is passed over.
        is_ours: a note of which it says so is replaced; of others only what says the same.

    Returns:
        The note's path: the next free name where a file that is not ours has the usual one.

    Raises:
        OSError: it cannot be written.
    """
    with held(beside.parent) as folder:
        path = _written(
            folder / beside.name,
            payload,
            lambda path: is_scan(beside.with_name(path.name)),
            is_ours,
        )
    return beside.with_name(path.name)


def _written(beside: Path, payload: Mapping[str, object], is_scan: IsScan, is_ours: IsOurs) -> Path:
    sha256 = str(payload["sha256"])
    text = json.dumps(payload, ensure_ascii=False, indent=2) + "\n"
    # The same name each time: what a process that died left is taken away by the next.
    part = beside.with_name(f"{files.OURS}note-{sha256[:16]}.part")
    marker = part.with_suffix(".renamed")
    _clear(part, marker)
    try:
        with part.open("xb") as file:
            # JSON's own escapes stand in for the bytes of names that are not UTF-8.
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            files.fsync(file.fileno())
        for path in _places(beside, sha256):
            note = _note_in(path)
            if note is not None and not is_scan(path) and (says(note, payload) or is_ours(note)):
                os.replace(part, path)
                break
            if noreplace.publish(part, path, marker=marker):
                break
        if files.status(marker) is not None:
            files.fsync_folder(beside.parent)  # until then the marker is needed
        # Before the sync: else a power cut brings it back, and nobody would remove it.
        _clear(part, marker)
        files.fsync_folder(beside.parent)
    finally:
        _clear(part, marker)
    return path


def remove_note(
    beside: Path,
    sha256: str,
    is_scan: IsScan = lambda _path: False,
    written: Mapping[str, object] | None = None,
) -> bool:
    """Remove the note of the file ``beside`` that had these bytes; False where there is none.

    Args:
        beside: the failed file; it need not be there.
        sha256: of its bytes.
        is_scan: a place of which it says so is passed over.
        written: what was written; a note that says something else was changed by a person, and
            stays. None where that does not matter.

    Raises:
        OSError: it is there and cannot be removed.
    """
    try:
        with held(beside.parent) as folder:
            here = folder / beside.name
            for path in chain(
                islice(_places(here, sha256), _LOOKS), islice(_older_places(here, sha256), _LOOKS)
            ):
                note = _note_in(path)
                if note is None or note["sha256"] != sha256:
                    continue
                if is_scan(beside.with_name(path.name)) or not (
                    written is None or says(note, written)
                ):
                    continue
                path.unlink()
                files.fsync_folder(folder)
                return True
    except (FileNotFoundError, NotADirectoryError):
        return False
    return False


def _clear(part: Path, marker: Path) -> None:
    """Take away what writing a note needed: our hidden files, and the empty one with its name."""
    if reserved := noreplace.reserved_by(marker):
        reserved.unlink(missing_ok=True)
        files.fsync_folder(part.parent)  # before the marker goes
    marker.unlink(missing_ok=True)
    part.unlink(missing_ok=True)


def is_note(path: Path) -> bool:
    """Whether a file has the name and the form of a note; a scan may have both.

    Earlier versions put the number before ``.json``.
    """
    if not (path.name.endswith(ENDING) or _OLDER.search(path.name)):
        return False
    note = _note_in(path)
    return note is not None and _HASH.fullmatch(str(note["sha256"])) is not None


def _places(beside: Path, sha256: str) -> Iterator[Path]:
    """Where the note may stand, the usual place first: a number keeps the ending."""
    tag, longest = "", longest_name(beside.parent)
    if len(os.fsencode(beside.name + ENDING)) > longest:
        # Two long names may begin alike: the hash keeps their notes apart.
        tag = f"~{sha256[:8]}"
    yield beside.with_name(fitted(beside.name, f"{tag}{ENDING}", longest))
    for number in count(2):
        yield beside.with_name(fitted(beside.name, f"{tag} ({number}){ENDING}", longest))


def _older_places(beside: Path, sha256: str) -> Iterator[Path]:
    """Where an earlier version put a note when the usual place was taken."""
    path = next(_places(beside, sha256))
    while True:
        path = next_name(path)
        yield path


def says(note: Mapping[str, object], written: Mapping[str, object]) -> bool:
    """Whether a note says exactly what was written; the ledger keeps odd bytes of names escaped."""
    return {key: _shown(value) for key, value in note.items()} == {
        key: _shown(value) for key, value in written.items()
    }


def _shown(value: object) -> object:
    return displayable(value) if isinstance(value, str) else value


def _note_in(path: Path) -> dict[str, object] | None:
    """A note of ours; None where there is no file, or one that is not ours."""
    try:
        fd = open_regular(path)
    except OSError:
        return None
    try:
        if os.fstat(fd).st_size > _LONGEST_NOTE:
            return None
        note = json.loads(os.read(fd, _LONGEST_NOTE))
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(fd)
    ours = isinstance(note, dict) and isinstance(note.get("sha256"), str)
    return note if ours else None
