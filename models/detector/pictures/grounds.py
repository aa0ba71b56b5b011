"""The background test: the same things on other grounds.

A detector that has learned where its pictures were taken, and not what is on them, falls here. The
thing is cut out (GrabCut; Rother, Kolmogorov and Blake, 2004) with the border taken for ground and
the centre for the thing, and laid on white, on a plain grey, and on the ground of another picture.
Pictures of the class and others are treated alike, so that the new ground says nothing of either.

The ground of another picture is that picture with its own thing filled in from what surrounds it
(a pyramid of averages over known pixels: push-pull; Gortler et al., 1996) and the grain of its
border. Grounds are taken from others alone, for the class and for others: what stands around a thing
of the class is often more of it, and would make the test say what is on the ground. They go to
pictures of the same round: a ground that is a test was not learned from either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector.pictures.picture import Picture, labels_of
from models.detector.pictures.plane import SIDE, Pixels

WHITE: Final = "white"
PLAIN: Final = "plain grey"
OTHERS: Final = "other pictures"

_SMALL: Final = 96  # side, in pixels, at which things are cut out
_FRAME: Final = 0.05  # of the side that is taken for ground
_CORE: Final = 0.36  # of the side, around the centre, that is taken for the thing
_ROUNDS: Final = 2  # of GrabCut
_LEAST, _MOST = 0.22, 0.85  # share of the picture that a thing may be
_SOFT: Final = 2.0  # pixels of the plane over which an edge runs out
_GREYS: Final = (40, 216)  # of a plain ground: neither black nor white

Mask = NDArray[np.float32]


def cut_out(plane: Pixels) -> Mask:
    """How much of each pixel belongs to the thing in the middle.

    Where GrabCut finds little more than the centre that it was given, or nearly all, it is an
    ellipse around the centre: a heap has no outline.

    Args:
        plane: uint8 of shape (224, 224).

    Returns:
        float32 of the same shape in [0, 1], soft at the edge.
    """
    small = cv2.resize(plane, (_SMALL, _SMALL), interpolation=cv2.INTER_AREA)
    mask = _grab(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False))
    if not _LEAST <= float(mask.mean()) <= _MOST:
        mask = np.zeros((_SMALL, _SMALL), np.uint8)
        centre, axes = (_SMALL // 2, _SMALL // 2), (_SMALL * 2 // 5, _SMALL * 2 // 5)
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    wide = cv2.resize(mask.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return cv2.GaussianBlur(wide, (0, 0), _SOFT).astype(np.float32, copy=False)


def ground_of(plane: Pixels, mask: Mask, rng: np.random.Generator) -> Pixels:
    """What a picture would be without its thing.

    Args:
        plane: uint8 of shape (224, 224).
        mask: of its thing, see `cut_out`.
        rng: where its grain is taken from.

    Returns:
        uint8 of the same shape.
    """
    # A little more than the thing is taken away: its rim is light of its own.
    known = (cv2.dilate(mask, np.ones((9, 9), np.uint8)) < 0.05).astype(np.float32)
    if not known.any():
        return np.full_like(plane, round(float(plane.mean())))
    grey = plane.astype(np.float32)
    smooth = _filled(grey, known)
    grain = (grey - cv2.GaussianBlur(grey, (0, 0), 4.0)) * known
    down, across = (int(number) for number in rng.integers(SIDE // 4, 3 * SIDE // 4, 2))
    grain = np.roll(grain, (down, across), (0, 1))
    found = np.where(known > 0, grey, smooth + grain)
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class CutOuts:
    """Pictures in two: their things and their grounds.

    Attributes:
        planes: uint8 of shape (n, 224, 224).
        masks: of their things, see `cut_out`.
        grounds: see `ground_of`.
        giving: bool of shape (n,), of those whose grounds serve: others, or all where there are none.
    """

    planes: tuple[Pixels, ...]
    masks: tuple[Mask, ...]
    grounds: tuple[Pixels, ...]
    giving: NDArray[np.bool_]


def cut_outs(
    pictures: Sequence[Picture], seed: int = 0, after: Callable[[], None] = lambda: None
) -> CutOuts:
    """Things and grounds of pictures; takes some 35 ms a picture on one core.

    Args:
        pictures: n of them; where none is an other, their own grounds serve one another.
        seed: of the grain of filled grounds.
        after: called after each picture.
    """
    rng = np.random.default_rng(seed)
    planes = tuple(one.plane for one in pictures)
    masks, grounds = [], []
    for plane in planes:
        masks.append(cut_out(plane))
        grounds.append(ground_of(plane, masks[-1], rng))
        after()
    others = ~labels_of(pictures)
    return CutOuts(planes, tuple(masks), tuple(grounds), others if others.any() else ~others)


def on_grounds(
    cut: CutOuts, rounds: NDArray[np.int64] | None = None, seed: int = 0
) -> dict[str, Pixels]:
    """Every picture's thing on other grounds.

    Args:
        cut: of n pictures.
        rounds: int64 of shape (n,): grounds stay within a round; None for one round of all.
        seed: of the greys, and of which ground goes with which picture. A ground that cannot be
            another's is mirrored.

    Returns:
        uint8 of shape (n, 224, 224) for each of `WHITE`, `PLAIN` and `OTHERS`, in the order of
        the pictures.
    """
    rng = np.random.default_rng(seed)
    number = len(cut.planes)
    greys = rng.integers(*_GREYS, size=number, endpoint=True)
    giver = np.empty(number, np.int64)
    within = np.zeros(number, np.int64) if rounds is None else rounds
    for one in np.unique(within):
        here = within == one
        giving = here & cut.giving
        giver[here] = _givers(
            np.flatnonzero(here), np.flatnonzero(giving if giving.any() else here), rng
        )
    flips = rng.random(number) < 0.5
    found = {name: np.empty((number, SIDE, SIDE), np.uint8) for name in (WHITE, PLAIN, OTHERS)}
    for place, (plane, mask) in enumerate(zip(cut.planes, cut.masks, strict=True)):
        ground = cut.grounds[giver[place]]
        if flips[place] or giver[place] == place:
            ground = ground[:, ::-1]
        found[WHITE][place] = _laid(plane, mask, 255)
        found[PLAIN][place] = _laid(plane, mask, int(greys[place]))
        found[OTHERS][place] = _laid(plane, mask, ground)
    return found


def _givers(
    takers: NDArray[np.int64], givers: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Whose ground each takes: turns through a random order, never its own if there is another."""
    order = rng.permutation(givers)
    found = np.empty(len(takers), np.int64)
    found[rng.permutation(len(takers))] = np.resize(order, len(takers))
    following = dict(zip(order.tolist(), np.roll(order, -1).tolist(), strict=True))
    own = found == takers
    found[own] = [following[place] for place in found[own].tolist()]
    return found


def _grab(small: Pixels) -> Pixels:
    """1 where GrabCut sees the thing; one piece, with its holes filled."""
    frame, core = round(_FRAME * _SMALL), round(_CORE * _SMALL / 2)
    mask = np.full((_SMALL, _SMALL), cv2.GC_BGD, np.uint8)
    mask[frame:-frame, frame:-frame] = cv2.GC_PR_BGD
    centre, axes = (_SMALL // 2, _SMALL // 2), (_SMALL * 9 // 20, _SMALL * 9 // 20)
    cv2.ellipse(mask, centre, axes, 0, 0, 360, cv2.GC_PR_FGD, -1)
    middle = slice(_SMALL // 2 - core, _SMALL // 2 + core)
    mask[middle, middle] = cv2.GC_FGD
    models = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    cv2.setRNGSeed(0)  # its first clusters are drawn: the same picture has the same thing
    try:
        cv2.grabCut(small, mask, (0, 0, 1, 1), *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # a single shade makes no mixture of any
        return np.zeros((_SMALL, _SMALL), np.uint8)
    thing = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    thing = cv2.morphologyEx(thing, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.uint8)
    _, parts = cv2.connectedComponents(thing)
    piece = (parts == parts[_SMALL // 2, _SMALL // 2]) & (thing > 0)
    outlines, _ = cv2.findContours(piece.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros_like(thing)
    cv2.drawContours(whole, outlines, -1, 1, cv2.FILLED)
    return whole


def _filled(grey: Mask, known: Mask) -> Mask:
    """The known pixels, and between them what is known nearest, ever more smoothly."""
    if known.all() or min(grey.shape) < 2:
        return grey
    total = cv2.pyrDown(grey * known)
    share = cv2.pyrDown(known)
    size = (grey.shape[1], grey.shape[0])
    below = (total / np.maximum(share, 1e-6)).astype(np.float32)
    coarse = _filled(below, (share > 1e-3).astype(np.float32))
    wide = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    return np.where(known > 0, grey, wide).astype(np.float32)


def _laid(plane: Pixels, mask: Mask, ground: Pixels | int) -> Pixels:
    """The thing on a ground."""
    mixed = mask * plane + (1 - mask) * ground
    return np.rint(mixed).astype(np.uint8)
