"""Pictures of the same thing from nearly the same place: they are no two pictures to judge by.

Local features (SIFT; Lowe, 2004) are found in every picture. Random hyperplanes (Charikar, 2002)
put like ones into like buckets, so that only pictures that share several are compared at all; two
pictures are twins where many features agree on one turn, scale and shift (RANSAC; Fischler and
Bolles, 1981). What has hardly any features is compared as a thumbnail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector.pictures.plane import Pixels
from models.page.picture import shrunk

_SIDE: Final = 224  # longest side, in pixels, at which features are found
_FEATURES: Final = 250  # the strongest
_FEW: Final = 20  # features below which the thumbnail speaks
_SQUARE: Final = 32  # side of a thumbnail
_ALIKE: Final = 0.97  # correlation of thumbnails
_FLAT: Final = 2.0  # grey levels of spread below which there is nothing on a picture

_TABLES, _BITS, _CROWD = 10, 22, 16  # a bucket of more than a crowd tells nothing
_VOTES, _PARTNERS = 8, 5  # meetings that a pair needs, and the most pairs of a picture by them
_RATIO: Final = 0.8  # of the distances to the nearest and the next feature
_AGREE: Final = 15  # features on one place
_OFF: Final = 5.0  # pixels
_WIDE: Final = 0.12  # of a picture's area that the features which agree must span
_PATCH: Final = 21  # pixels
_SCENE, _COPY = 0.55, 0.7  # correlation of what lies on the same place: of all, of detail

Features = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two pictures of one thing.

    Attributes:
        one, other: their numbers; ``one`` is the lower.
        copy: one is made from the other: cropped, scaled, mirrored, lit otherwise or saved again;
            else it is the same scene, taken twice.
    """

    one: int
    other: int
    copy: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What is compared of a picture.

    Attributes:
        grey: uint8 (height, width), the longest side at most `_SIDE`.
        places: float32 (n, 2), x and y of each feature in pixels.
        rows: float32 (n, 128), unit rows: root SIFT (Arandjelovic and Zisserman, 2012).
        thumbnail: float32 (`_SQUARE`, `_SQUARE`), of mean 0 and length 1; 0 of a flat picture.
    """

    grey: Pixels
    places: Features
    rows: Features
    thumbnail: Features


def find_twins(pictures: Iterable[Pixels]) -> list[Twins]:
    """All pairs of pictures that show one thing from nearly the same place, in order.

    A mirror image counts. A picture takes about 20 ms on one core, a pair that is compared half of one.

    Args:
        pictures: uint8 of shape (height, width), any sizes.
    """
    seen = [_look(grey) for grey in pictures]
    found: dict[tuple[int, int], bool] = {}
    for pair in _plain_pairs(seen):
        found[pair] = True
    for one, other, mirrored in _candidates(seen):
        if not found.get((one, other)):
            same = _compared(seen[one], seen[other], mirrored=mirrored)
            if same is not None:
                found[one, other] = same
    return [Twins(*pair, found[pair]) for pair in sorted(found)]


def joined(number: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Of each of ``number`` things the lowest that it is joined with, directly or by others.

    Disjoint sets (Galler and Fisher, 1964).

    Args:
        number: how many things there are, from 0.
        pairs: what is joined.
    """
    above = list(range(number))

    def top(one: int) -> int:
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    for pair in pairs:
        low, high = sorted(map(top, pair))
        above[high] = low
    return [top(one) for one in range(number)]


def _look(picture: Pixels) -> _Seen:
    grey = shrunk(picture, _SIDE)
    places, rows = np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    points, found = cv2.SIFT.create(nfeatures=_FEATURES).detectAndCompute(grey, None)
    if found is not None and len(points):
        places = np.array([point.pt for point in points], np.float32)
        rows = np.sqrt(found / np.maximum(found.sum(axis=1, keepdims=True), 1e-6))
    small = cv2.resize(grey, (_SQUARE, _SQUARE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= small.mean()
    length = float(np.linalg.norm(small)) if small.std() > _FLAT else 0.0
    thumbnail = small / length if length else np.zeros_like(small)
    return _Seen(grey, places, rows.astype(np.float32), thumbnail.astype(np.float32))


def _mirrored(rows: Features) -> Features:
    """The features of the mirror image: 4 by 4 places across the other way, 8 directions back."""
    parts = rows.reshape(-1, 4, 4, 8)[:, ::-1]
    turned: Features = parts[..., (-np.arange(8)) % 8].reshape(-1, 128)
    return turned


def _plain_pairs(seen: Sequence[_Seen]) -> Iterator[tuple[int, int]]:
    """Pairs of pictures with few features that look the same when small."""
    plain = [number for number, one in enumerate(seen) if len(one.rows) < _FEW]
    if not plain:
        return
    flat = np.array([not seen[number].thumbnail.any() for number in plain])
    small = np.stack([seen[number].thumbnail for number in plain])
    wide = small.reshape(len(plain), -1)
    alike = np.maximum(wide @ wide.T, wide @ small[:, :, ::-1].reshape(len(plain), -1).T) > _ALIKE
    alike |= flat[:, np.newaxis] & flat  # nothing is on either
    for one, other in np.argwhere(np.triu(alike, 1)):
        yield plain[one], plain[other]


def _candidates(seen: Sequence[_Seen]) -> Iterator[tuple[int, int, bool]]:
    """Pairs that have like features, and whether one of them is to be mirrored for that."""
    if not any(len(one.rows) for one in seen):
        return
    rows = np.concatenate([one.rows for one in seen])
    owner = np.repeat(np.arange(len(seen)), [len(one.rows) for one in seen])
    middle = rows.mean(axis=0)
    planes = np.random.default_rng(0).standard_normal((128, _TABLES * _BITS)).astype(np.float32)
    weights = (1 << np.arange(_BITS)).astype(np.int64)

    def buckets(of: Features) -> NDArray[np.int64]:
        found: NDArray[np.int64] = (
            ((of - middle) @ planes > 0).reshape(len(of), _TABLES, _BITS) @ weights
        ).T
        return found

    plain, turned = buckets(rows), buckets(_mirrored(rows))
    for mirrored, against in ((False, plain), (True, turned)):
        votes: dict[int, int] = {}
        for first, second in zip(plain, against, strict=True):
            pairs, counts = np.unique(
                _meetings(first, second, owner, len(seen)), return_counts=True
            )
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
                votes[pair] = votes.get(pair, 0) + count
        taken = [0] * len(seen)
        for pair, count in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
            one, other = divmod(pair, len(seen))
            if count >= _VOTES and min(taken[one], taken[other]) < _PARTNERS:
                taken[one] += 1
                taken[other] += 1
                yield one, other, mirrored


def _meetings(
    first: NDArray[np.int64], second: NDArray[np.int64], owner: NDArray[np.int64], number: int
) -> NDArray[np.int64]:
    """``one * number + other`` for each two features of two pictures in one bucket."""
    order = np.argsort(second, kind="stable")
    ordered = second[order]
    low, high = np.searchsorted(ordered, first, "left"), np.searchsorted(ordered, first, "right")
    found = []
    for step in range(_CROWD):
        # A bucket of many is a feature that everything has: it is left out altogether.
        there = np.flatnonzero((low + step < high) & (high - low <= _CROWD))
        if not len(there):
            break
        one, other = owner[there], owner[order[low[there] + step]]
        apart = one < other
        found.append(one[apart] * number + other[apart])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _compared(one: _Seen, other: _Seen, *, mirrored: bool) -> bool | None:
    """Whether the two are copies, or one scene; None if neither."""
    places, rows, grey = other.places, other.rows, other.grey
    if mirrored:
        rows, grey = _mirrored(rows), np.ascontiguousarray(grey[:, ::-1])
        places = np.stack([grey.shape[1] - 1 - places[:, 0], places[:, 1]], axis=1)
    matched = _matches(one.rows, rows)
    if len(matched) < _AGREE:
        return None
    here, there = one.places[matched[:, 0]], places[matched[:, 1]]
    move, inside = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=_OFF
    )
    if move is None or np.count_nonzero(inside) < _AGREE:
        return None
    agree = inside.ravel() > 0
    if max(_span(here[agree], one.grey), _span(there[agree], grey)) < _WIDE:
        return None  # one label on two things
    alike, detail = _correlations(one.grey, grey, move.astype(np.float64))
    return detail > _COPY if alike > _SCENE else None


def _matches(one: Features, other: Features) -> NDArray[np.int64]:
    """Numbers of features that are nearest to each other, and much nearer than the next."""
    if len(one) < 2 or len(other) < 2:
        return np.zeros((0, 2), np.int64)
    # Not by BLAS: its threads wait for one another longer than so small a product takes.
    nothing = np.zeros((len(one), len(other)), np.float32)
    similar = np.asarray(cv2.gemm(one, other, 1.0, nothing, 0.0, flags=cv2.GEMM_2_T))
    nearest = similar.argmax(axis=1)
    rows = np.arange(len(one))
    mutual = similar.argmax(axis=0)[nearest] == rows
    best = similar[rows, nearest]
    similar[rows, nearest] = -1
    next_best = similar.max(axis=1)
    clear = 1 - best < _RATIO**2 * (1 - next_best)
    kept: NDArray[np.int64] = np.stack([rows, nearest], axis=1)[mutual & clear]
    return kept


def _span(places: Features, grey: Pixels) -> float:
    """Share of the picture's area that these places lie around."""
    return float(cv2.contourArea(cv2.convexHull(places))) / grey.size


def _correlations(one: Pixels, other: Pixels, move: NDArray[np.float64]) -> tuple[float, float]:
    """Of the pixels of one, moved, with those of the other, where both are; each in [-1, 1].

    First of all shades, then of detail within patches, which nine in ten exceed: two sheets of
    one form have the same light and dark parts and lines, and other writing.
    """
    size = (other.shape[1], other.shape[0])
    moved = cv2.warpAffine(one, move, size, flags=cv2.INTER_LINEAR)
    there = cv2.warpAffine(np.full_like(one, 255), move, size, flags=cv2.INTER_NEAREST) > 0
    if np.count_nonzero(there) < _SQUARE:
        return 0.0, 0.0
    fine = [cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), 1.5) for pixels in (moved, other)]
    left, right = (pixels - cv2.GaussianBlur(pixels, (0, 0), 4.0) for pixels in fine)
    around = [cv2.blur(product, (_PATCH, _PATCH)) for product in (left * right, left**2, right**2)]
    clear = there & (np.minimum(around[1], around[2]) > _FLAT)
    local = around[0][clear] / np.sqrt(around[1][clear] * around[2][clear])
    lowest = float(np.percentile(local, 10)) if local.size else 0.0
    return _correlation(fine[0][there], fine[1][there]), lowest


def _correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Pearson's; 0 of what does not vary."""
    left, right = one - one.mean(), other - other.mean()
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0
