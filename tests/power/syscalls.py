"""Read what ``strace -f -y -xx`` wrote: the system calls of a process, each whole, in the order of their ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE = re.compile(r"(?P<thread>\d+) +(?P<rest>.*)")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_CALL = re.compile(
    r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?)(?P<more>.*)", re.DOTALL
)
_FD = re.compile(r"(?P<number>-?\d+|AT_FDCWD)(?:<(?P<path>[^>]*)>)?(?P<deleted>\(deleted\))?")
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A descriptor as an argument or a result; ``path`` is what it led to when the call began."""

    number: int
    path: bytes
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded.

    Attributes:
        name: as in its manual page.
        arguments: text as bytes, descriptors as such, all else (flags, numbers) as it was printed.
        result: what it returned; a `Descriptor` where that was one.
        began: how many of these calls had ended when this one began.
    """

    name: str
    arguments: tuple[bytes | Descriptor | str, ...]
    result: int | Descriptor
    began: int


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls that succeeded.

    Raises:
        ValueError: a line is none that strace writes.
    """
    begun: dict[str, tuple[str, int]] = {}
    ended = 0
    for line in lines:
        parts = _LINE.fullmatch(line.rstrip("\n"))
        if parts is None:
            raise ValueError(f"no line of strace: {line!r}")
        thread, text, began = parts["thread"], parts["rest"], ended
        if text.endswith(_UNFINISHED):
            begun[thread] = (text.removesuffix(_UNFINISHED), ended)
            continue
        if (resumed := _RESUMED.fullmatch(text)) is not None:
            first, began = begun.pop(thread)
            text = first + resumed["rest"]
        if text.startswith(("+++", "---")):
            continue
        call = _CALL.fullmatch(text)
        if call is None:
            raise ValueError(f"no system call: {line!r}")
        if call["result"] == "?" or int(call["result"]) < 0:
            continue
        ended += 1
        result = _FD.match(call["result"] + call["more"])
        answer = (
            _descriptor(result) if result and result["path"] is not None else int(call["result"])
        )
        arguments = tuple(_argument(one) for one in _split(call["arguments"]))
        yield Call(call["name"], arguments, answer, began)


def _split(text: str) -> list[str]:
    """The arguments, apart: a comma within quotes is hexadecimal, and within ``<>`` too."""
    return [one.strip() for one in text.split(", ")] if text else []


def _argument(text: str) -> bytes | Descriptor | str:
    if text.startswith('"'):
        if not text.endswith('"'):
            raise ValueError("strace shortened a text: its -s is too small")
        return _bytes(text[1:-1])
    found = _FD.fullmatch(text)
    return _descriptor(found) if found and found["path"] is not None else text


def _descriptor(found: re.Match[str]) -> Descriptor:
    number = -100 if found["number"] == "AT_FDCWD" else int(found["number"])
    return Descriptor(number, _bytes(found["path"]), found["deleted"] is not None)


def _bytes(text: str) -> bytes:
    return _BYTE.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
