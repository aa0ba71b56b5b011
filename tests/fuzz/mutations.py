"""Damage: what disks, networks, programs and malice do to a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tests.fuzz.parts import Field, Order, mended, parts_of, sizes_of
from tests.fuzz.seeds import OTHER, Seed

LONGEST = 4 << 20
"""Bytes; a file that grows beyond is cut."""

_HEADER = 256
_NUMBERS = (
    0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 31, 32, 64, 100, 127, 128, 255, 256, 1023, 1024, 4096, 0x7FFE,
    0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x10000, 0x7FFFFF, 0xFFFFFF, 0x3FFFFFFF, 0x7FFFFFFE, 0x7FFFFFFF,
    0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF,
)  # fmt: skip
"""Where lengths, signs and products go over their edge."""

Random = np.random.Generator


def chosen(random: Random, seeds: Mapping[str, Sequence[Seed]]) -> Seed:
    """A seed, of `by_kind`; every format that is read as often, the others seldom."""
    kinds = [kind for kind in seeds if kind != OTHER]
    if OTHER in seeds and (not kinds or random.random() < 0.03):
        kinds = [OTHER]
    alike = seeds[kinds[random.integers(len(kinds))]]
    return alike[int(random.integers(len(alike)))]


def mutated(random: Random, seed: bytes, other: bytes) -> bytes:
    """``seed`` with one or a few sorts of damage, some of which take bytes of ``other``."""
    data, other = seed, other or seed
    for _ in range(random.geometric(0.5)):
        if not data:
            return data
        data = _DAMAGES[random.integers(len(_DAMAGES))](random, data, other)[:LONGEST]
    return mended(data) if random.random() < 0.6 else data


def _somewhere(random: Random, data: bytes) -> int:
    """An index of ``data``: in the header, at the edge of a part, or anywhere."""
    match random.integers(3):
        case 0:
            return int(random.integers(min(_HEADER, len(data))))
        case 1:
            start, _ = _a_part(random, data)
            return min(start + int(random.integers(24)), len(data) - 1)
        case _:
            return int(random.integers(len(data)))


def _flip(random: Random, data: bytes, _other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.integers(1, 17)):
        changed[_somewhere(random, data)] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _replace(random: Random, data: bytes, _other: bytes) -> bytes:
    at, length = _somewhere(random, data), int(random.geometric(0.1))
    return data[:at] + random.bytes(length) + data[at + length :]


def _number(random: Random, data: bytes, _other: bytes) -> bytes:
    """One of the numbers at which arithmetic goes wrong."""
    width = (1, 2, 4, 4, 8)[random.integers(5)]
    order: Order = "little" if random.random() < 0.5 else "big"
    return _put(random, data, (_somewhere(random, data), width, order))


def _size(random: Random, data: bytes, _other: bytes) -> bytes:
    """Another width, height, depth or length in a header."""
    fields = sizes_of(data)
    for _ in range(random.integers(1, 3)):
        if fields:
            data = _put(random, data, fields[random.integers(len(fields))])
    return data


def _put(random: Random, data: bytes, field: Field) -> bytes:
    at, width, order = field
    largest = (1 << 8 * width) - 1
    near = int.from_bytes(data[at : at + width], order)
    chance = random.random()
    if chance < 0.4:
        value = near + int(random.integers(-3, 4))
    elif chance < 0.5:
        value = len(data) - at - int(random.integers(0, 12))
    else:
        value = _NUMBERS[random.integers(len(_NUMBERS))]
    written = (value & largest).to_bytes(width, order)
    return data[:at] + written + data[at + width :]


def _cut(random: Random, data: bytes, _other: bytes) -> bytes:
    return data[: _somewhere(random, data)]


def _grow(random: Random, data: bytes, _other: bytes) -> bytes:
    at, length = _somewhere(random, data), int(random.integers(1, 200))
    added = bytes(length) if random.random() < 0.5 else random.bytes(length)
    return data[:at] + added + data[at:]


def _shrink(random: Random, data: bytes, _other: bytes) -> bytes:
    at = _somewhere(random, data)
    return data[:at] + data[at + int(random.integers(1, 200)) :]


def _splice(random: Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of another."""
    return data[: _somewhere(random, data)] + other[_somewhere(random, other) :]


def _a_part(random: Random, data: bytes) -> tuple[int, int]:
    parts = parts_of(data)
    return parts[random.integers(len(parts))]


def _repeat_part(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _a_part(random, data)
    times = (1, 1, 2, 50)[random.integers(4)]
    return data[:end] + data[start:end] * times + data[end:]


def _drop_part(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _a_part(random, data)
    return data[:start] + data[end:]


def _move_part(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _a_part(random, data)
    at, _ = _a_part(random, data)
    without = data[:start] + data[end:]
    return without[:at] + data[start:end] + without[at:]


def _foreign_part(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _a_part(random, other)
    at, behind = _a_part(random, data)
    return data[:at] + other[start:end] + data[behind if random.random() < 0.5 else at :]


_DAMAGES: tuple[Callable[[Random, bytes, bytes], bytes], ...] = (
    _flip, _flip, _replace, _number, _number, _size, _size, _cut, _grow, _shrink, _splice,
    _repeat_part, _drop_part, _move_part, _foreign_part,
)  # fmt: skip
