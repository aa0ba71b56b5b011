"""File names that are free: ``scan.png``, ``scan (2).png``, ``scan (3).png`` …; and safe ones."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container
from pathlib import Path

LONGEST = 255
"""Bytes in a file name, on every file system in common use."""

_NUMBERED = re.compile(r"(?P<stem>.*) \((?P<number>[2-9]|[1-9][0-9]{1,8})\)", re.DOTALL)
_REFUSED = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|\ud800-\udfff]')
_REFUSED_AT_THE_END = re.compile(r"[. ]+\Z")
_DEVICE = re.compile(
    r"(?P<device>CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?=\.|\Z)",
    re.IGNORECASE,
)
_LONGEST_SUFFIX = 32  # bytes; beyond this it is no file type, and the name must be cut somewhere


def next_name(path: Path) -> Path:
    """The name to try after ``path``: ``name.ext``, ``name (2).ext``, ``name (3).ext`` ….

    A name that would grow beyond 255 bytes loses the end of its stem, whole characters only.
    Bytes that are not UTF-8 stay as they are.
    """
    stem, suffix = _parted(path.name)
    numbered = _NUMBERED.fullmatch(stem)
    number = 2
    if numbered:
        stem, number = numbered["stem"], int(numbered["number"]) + 1
    return path.with_name(fitted(stem, f" ({number}){suffix}"))


def safe_name(name: str, longest: int = LONGEST) -> str:
    r"""``name``, or one like it that exFAT, NTFS and SMB shares take as well.

    Microsoft, *Naming Files, Paths, and Namespaces*: none of ``: ? * | < > " \ /``, no control
    characters, no dot or blank at the end, no name of a device (``CON``, ``com1.png``); names are
    UTF-16, so bytes that are not UTF-8 cannot be kept. Each of these becomes ``_``; a name that is
    safe stays as it is. The 255 units of UTF-16 that those systems have room for are never more
    than 255 bytes of UTF-8.

    Args:
        name: without folders.
        longest: bytes that the file system has room for; a number as `next_name` gives it is kept
            when the stem is cut.
    """
    safe = _REFUSED.sub("_", name)
    if device := _DEVICE.match(safe):
        safe = f"{device['device']}_{safe[device.end() :]}"
    stem, suffix = _parted(safe)
    if numbered := _NUMBERED.fullmatch(stem):
        stem, suffix = numbered["stem"], f" ({numbered['number']}){suffix}"
    safe = fitted(stem, suffix, longest)
    return _REFUSED_AT_THE_END.sub(lambda found: "_" * len(found[0]), safe)


def fitted(stem: str, ending: str, longest: int = LONGEST) -> str:
    """``stem + ending``, the stem cut so that the name is no longer than ``longest`` bytes.

    An ``ending`` that is longer by itself stays as it is.
    """
    room = longest - len(os.fsencode(ending))
    while stem and len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + ending


def _parted(name: str) -> tuple[str, str]:
    """Stem and suffix; a suffix too long for a file type belongs to the stem."""
    suffix = Path(name).suffix
    if len(os.fsencode(suffix)) > _LONGEST_SUFFIX:
        suffix = ""
    return name.removesuffix(suffix), suffix


class Names:
    """Proposes free names; remembers where it stopped, so that 5,000 alike cost 5,000 looks.

    Only a proposal: filing never overwrites, whatever appears meanwhile.
    """

    def __init__(self, remember: int = 10_000) -> None:
        self._last: dict[Path, Path] = {}
        self._remember = remember

    def free(self, folder: Path, name: str, taken: Container[Path] = ()) -> Path:
        """The first name for ``name`` in ``folder`` that neither exists nor is in ``taken``.

        Args:
            folder: absolute.
            name: without folders; cut if it is longer than 255 bytes, as on Windows shares.
            taken: promised to other files that are not there yet.
        """
        wanted = folder / fitted(*_parted(name))
        path = self._last.get(wanted, wanted)
        while path in taken or os.path.lexists(path):
            path = next_name(path)
        if path != wanted:
            if len(self._last) >= self._remember:
                self._last.clear()
            self._last[wanted] = path
        return path


def visible(name: str, sha256: str, ignored: Callable[[str], bool], kind: str) -> str:
    """``name``, or one like it that is not left alone.

    Args:
        name: without folders.
        sha256: of the file's bytes, by which it is called where no such name will do.
        ignored: whether a name is left alone.
        kind: what it is, in a word: other names begin with it.
    """
    for wanted in (name, f"{kind}-{name.strip('.~$#')}"):
        if not ignored(wanted):
            return wanted
    return f"{kind}-{sha256[:12]}"
