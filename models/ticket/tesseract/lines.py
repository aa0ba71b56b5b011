"""The lines of text on a sheet, each cut out free of its neighbours, rules and specks.

An engine takes a page apart by itself, and does well where a page is printed in one type. On
receipts it runs tall lines and small ones, faint and bold, crossed and underlined, into one
another. Found from their letters (components that stand beside one another at one height), lines
can be redrawn alike, and then they are read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ticket.ink import Letters, Pixels, are_letters, components, followers, ink_of
from models.ticket.sheet import TALL

_FEWEST = 10
"""Letters without which nothing is looked for."""
_REACH = 2.5
"""Gap between letters of one piece, in heights of a letter."""
_UNLIKE = 2.6
"""Most that the heights of neighbours differ by, as a factor."""
_NEAR = 6
"""How far a line may rise or fall, in heights of capitals."""
_SURE = 8
"""Letters from which on a line tells its own height; with fewer it leans on the page's."""
_MOST = 3000
"""Pieces beyond which it is no text that lies there, but noise: receipts have 40 to 500 of them, one
of two metres 740, a speckled typescript 960. Noise of so many takes 3 s, and of more 1 s a
thousand."""
_MOST_LETTERS = 8 * _MOST
_NARROWEST_JUDGED = 6
_USUAL_WIDTH = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of text.

    Attributes:
        tall: height of its capitals in pixels.
        baseline: x and y of points that it stands on, from left to right; float64, shape (n, 2).
        spans: first and last x of its parts, from left to right.
        width: of its letters, in their heights (median).
        pixels: float32, cut out of the sheet; ink of other lines is white.
        own: bool, of that shape: where its own ink is.
        corner: x and y of the first of these pixels on the sheet.
    """

    tall: float
    baseline: NDArray[np.float64]
    spans: tuple[tuple[float, float], ...]
    width: float
    pixels: NDArray[np.float32]
    own: NDArray[np.bool_]
    corner: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Letters that stand close beside one another; or a speck, which has none."""

    members: NDArray[np.intp]
    left: float
    top: float
    right: float
    bottom: float
    tall: float
    base: float
    letters: int


@dataclass(slots=True, eq=False)
class _Row:
    """Pieces at one height, with the specks among them: points, broken bits of letters."""

    pieces: list[_Piece]
    specks: list[_Piece] = field(default_factory=list)
    tall: float = 0.0


def lines_of(pixels: Pixels) -> list[Line]:
    """The lines of text, from the top; none on a page that is full of noise.

    Args:
        pixels: uint8 of shape (height, width), as a `Sheet` has them, 0 is black.
    """
    ink = ink_of(pixels)
    rules = _rules(ink)
    ink[cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0] = 0
    pixels = pixels.copy()
    pixels[cv2.dilate(rules, np.ones((5, 3), np.uint8)) > 0] = 255
    labels, found = components(ink)
    letters = are_letters(found, max(ink.shape))
    if not _FEWEST <= letters.sum() <= _MOST_LETTERS:
        return []
    usual = float(np.median(found[letters, 3]))
    rows = [row for row in _rows(_pieces(found, usual)) if _is_text(row, found, usual)]
    owner = np.full(len(found), -1, np.int32)
    for number, row in enumerate(rows):
        for piece in (*row.pieces, *row.specks):
            owner[piece.members] = number
    lines = [_cut_out(row, number, pixels, labels, found, owner) for number, row in enumerate(rows)]
    return sorted(lines, key=lambda line: float(line.baseline[:, 1].mean()))


def _rules(ink: Pixels) -> Pixels:
    """Ruled lines: long, and far thinner than letters are high."""
    long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(5 * TALL)), np.uint8))
    thick = np.ones((round(0.35 * TALL), 1), np.uint8)
    long[cv2.morphologyEx(long, cv2.MORPH_OPEN, thick) > 0] = 0
    return long.astype(np.uint8, copy=False)


def _pieces(found: Letters, usual: float) -> list[_Piece]:
    width, height, area = found[:, 2], found[:, 3], found[:, 4]
    # Wide ones are letters that touch.
    ink = (height > max(3, 0.25 * usual)) & (height < 5 * usual) & (width >= 2)
    ink &= (width <= 12 * height) & (area >= 0.08 * width * height)
    ink[0] = False
    large = np.flatnonzero(ink & (height > 0.45 * usual))
    large = large[np.argsort(found[large, 0], kind="stable")]
    linked = _linked(found[large, :4].astype(float))
    specks = np.flatnonzero(ink & (height <= 0.45 * usual))
    numbers = np.unique(linked)
    if len(numbers) + len(specks) > _MOST:
        return []
    pieces = [_piece(found, large[linked == number], True) for number in numbers]
    return pieces + [_piece(found, np.array([speck]), False) for speck in specks]


def _piece(found: Letters, members: NDArray[np.intp], letters: bool) -> _Piece:
    left, top, width, height = found[members, :4].T
    tall = float(np.quantile(height, 0.7, method="higher"))
    base = float(np.median((top + height)[height > 0.6 * tall]))
    return _Piece(
        members, left.min(), top.min(), (left + width).max(), (top + height).max(),
        tall, base, len(members) if letters else 0,
    )  # fmt: skip


def _linked(boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which letters stand in one piece: each is linked to its nearest neighbour to the right.

    Args:
        boxes: left, top, width, height; sorted by the left side; shape (n, 4).
    """
    left, top, width, height = boxes.T
    right, middle = left + width, top + height / 2
    group = list(range(len(boxes)))

    def first(one: int) -> int:
        while group[one] != one:
            group[one] = group[group[one]]
            one = group[one]
        return one

    reach = np.searchsorted(left, right + _REACH * height)
    for one, near, there in followers(reach, len(boxes)):
        bottom = np.minimum(top[one] + height[one], top[near] + height[near])
        beside = bottom - np.maximum(top[one], top[near])
        fits = there & (beside > 0.55 * np.minimum(height[one], height[near]))
        fits &= (height[near] < _UNLIKE * height[one]) & (height[near] * _UNLIKE > height[one])
        away = np.maximum(left[near] - right[one], -2) + abs(middle[near] - middle[one]) / 2
        if not near.size:
            continue
        nearest = np.argmin(np.where(fits, away, np.inf), axis=1)
        for letter, at, candidates, any_fits in zip(
            one[:, 0], nearest, near, fits.any(axis=1), strict=True
        ):
            if any_fits:
                group[first(int(letter))] = first(int(candidates[at]))
    return np.array([first(one) for one in range(len(boxes))], np.intp)


def _rows(pieces: Sequence[_Piece]) -> list[_Row]:
    """Pieces put together that stand at one height; those with most letters first."""
    rows: list[_Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.letters):
        near = (row for row in rows if abs(row.pieces[0].base - piece.base) < _NEAR * TALL)
        fitting = ((_distance(row, piece), row) for row in near)
        best = min(
            ((away, row) for away, row in fitting if away is not None),
            key=lambda one: one[0],
            default=None,
        )
        if best is None:
            rows.append(_Row([piece]))
        elif best[0] < 0 or not piece.letters:
            best[1].specks.append(piece)
        else:
            best[1].pieces.append(piece)
    return [row for row in rows if row.pieces[0].letters]


def _distance(row: _Row, piece: _Piece) -> float | None:
    """How far a row's baseline is from a piece; -1 for a bit of its letters; None: another row."""
    near = min(row.pieces, key=lambda one: max(one.left - piece.right, piece.left - one.right))
    gap = max(near.left - piece.right, piece.left - near.right)
    tall, base = near.tall, near.base
    inside = piece.top > base - 1.25 * tall and piece.bottom < base + 0.4 * tall
    if gap < 0 or _covered(row, piece):
        return -1.0 if inside and piece.tall < 0.85 * tall else None
    away = abs(base - piece.base)
    # A line may go on a little higher or lower at its far end.
    if away < 0.5 * min(tall, piece.tall) + 0.02 * gap and 0.55 < piece.tall / tall < 1.8:
        return away
    return -1.0 if inside and piece.tall < 0.6 * tall and gap < 4 * tall else None


def _covered(row: _Row, piece: _Piece) -> bool:
    """Whether the piece stands above, below or among the letters of a piece of the row."""
    return any(
        min(one.right, piece.right) - max(one.left, piece.left)
        > 0.3 * min(one.right - one.left, piece.right - piece.left)
        for one in row.pieces
    )


def _is_text(row: _Row, found: Letters, usual: float) -> bool:
    """Whether it is tall enough for text; sets its height."""
    heights = found[np.concatenate([piece.members for piece in row.pieces]), 3]
    tall = float(np.quantile(heights, 0.6, method="higher"))
    lone = len(heights) < 2 and not 0.7 < tall / usual < 1.6
    if 0.6 < tall / usual < 1.5:
        own = min(1.0, len(heights) / _SURE)
        tall = tall**own * usual ** (1 - own)
    row.tall = tall
    return not lone and tall >= 0.5 * usual


def _cut_out(
    row: _Row, number: int, pixels: Pixels, labels: NDArray[np.int32], found: Letters,
    owner: NDArray[np.int32],
) -> Line:  # fmt: skip
    tall = row.tall
    pieces = sorted(row.pieces, key=lambda piece: piece.left)
    ends = [(x, piece.base) for piece in pieces for x in (piece.left, piece.right)]
    baseline = np.array(sorted(ends, key=lambda end: end[0]), np.float64)
    spans = sorted((piece.left, piece.right) for piece in (*row.pieces, *row.specks))
    left = int(max(0, spans[0][0] - 0.5 * tall - 2))
    right = int(max(end for _, end in spans) + 0.5 * tall + 3)
    top = int(max(0, baseline[:, 1].min() - 1.6 * tall))
    bottom = int(baseline[:, 1].max() + 0.7 * tall + 1)
    part = pixels[top:bottom, left:right].astype(np.float32)
    label = labels[top:bottom, left:right]
    own = owner[label] == number
    foreign = np.isin(label, _foreign(label, number, baseline, tall, found, owner))
    fat = cv2.dilate(foreign.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    part[fat & ~own] = 255
    letters = found[np.concatenate([piece.members for piece in row.pieces])]
    width = float(np.median(letters[:, 2] / np.maximum(letters[:, 3], 1)))
    return Line(
        tall, baseline, tuple(spans), width if len(letters) >= _NARROWEST_JUDGED else _USUAL_WIDTH,
        part, own, (left, top),
    )  # fmt: skip


def _foreign(
    label: NDArray[np.int32], number: int, baseline: NDArray[np.float64], tall: float,
    found: Letters, owner: NDArray[np.int32],
) -> NDArray[np.int32]:  # fmt: skip
    """Letters of other lines, and those of none that are too large or too far off."""
    there = np.unique(label)
    there = there[(there > 0) & (owner[there] != number)]
    left, top, width, height, _ = found[there].T
    base = np.interp(left + width / 2, baseline[:, 0], baseline[:, 1])
    middle = top + height / 2
    far = (middle < base - 1.4 * tall) | (middle > base + 0.4 * tall)
    answer: NDArray[np.int32] = there[
        (owner[there] >= 0) | far | (height > 2 * tall) | (width > 12 * tall)
    ]
    return answer
