"""Preparation: from a page to the branch's input, in named steps that can be looked at.

The order is the users' own recipe: grayscale, Otsu, morphology, resize, channel, [0, 1]; with
two steps between that it lacks: light is evened before Otsu, and the page is cropped to its ink
before it is resized, its aspect kept. Ink is 1 in the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Morphology = Literal["dilate", "erode", "none"]
Step = tuple[str, NDArray[np.generic]]
"""A step's name and its picture."""

BLANK_CONTRAST = 12
"""Grey levels between ink and ground under which a page counts as blank: scanner noise."""
GROUND_FLOOR = 0.35
"""Ground is never taken for darker than this share of the page's brightest level, so that large
black areas stay ink and are not mistaken for shadow."""


MOST_SURROUNDINGS = 0.8
"""Share of the page above which dark ground is not taken for a table."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a page is prepared. Part of the branch's identity: weights hold for one recipe.

    Attributes:
        side: height and width of the result, in pixels.
        working_side: longest side, in pixels, at which ink is found.
        morphology: what is done to the ink before it is shrunk.
        kernel: width and height of the morphology's rectangle for ink that is ``working_side``
            pixels long; smaller ink is thickened in proportion, or letters of 100 pixels would
            close up.
        spill: share of the ink that may lie outside the crop on each side: specks.
        margin: empty pixels on each side of the result, so that what is turned or enlarged when
            the branch is trained is not cut off.
    """

    side: int = 64
    working_side: int = 512
    morphology: Morphology = "dilate"
    kernel: int = 3
    spill: float = 0.002
    margin: int = 4

    def __post_init__(self) -> None:
        if not 8 <= self.side <= self.working_side:
            raise ValueError(f"side {self.side} must lie between 8 and {self.working_side}")
        if self.morphology != "none" and self.kernel < 2:
            raise ValueError(f"a kernel of {self.kernel} pixel does nothing; use morphology none")
        if self.morphology not in get_args(Morphology):
            raise ValueError(f"morphology {self.morphology!r} is none of {get_args(Morphology)}")
        if not 0 <= self.spill < 0.5:
            raise ValueError(f"a spill of {self.spill} on each side leaves nothing")
        if not 0 <= 4 * self.margin <= self.side:
            raise ValueError(f"a margin of {self.margin} leaves too little of side {self.side}")


def prepare(pixels: Pixels, recipe: Recipe) -> NDArray[np.float32]:
    """The branch's input for one page.

    Args:
        pixels: uint8 of shape (height, width) or (height, width, 3) in RGB, any size.
        recipe: the steps' parameters.

    Returns:
        float32 of shape (side, side, 1) in [0, 1], ink is 1. All zero for a blank page.
    """
    *_, (_, result) = steps(pixels, recipe)
    return result.astype(np.float32, copy=False)


def steps(pixels: Pixels, recipe: Recipe) -> Iterator[Step]:
    """Each step's name and its picture, in order; the last is the branch's input.

    Yields:
        uint8 pictures of shape (h, w), the last one float32 of shape (side, side, 1) in [0, 1].
    """
    for name, ink in ink_steps(pixels, recipe):
        yield name, ink
    yield from shape_steps(ink, recipe)


def ink_steps(pixels: Pixels, recipe: Recipe) -> Iterator[tuple[str, Pixels]]:
    """The steps that find the ink: three pictures of one shape, the last has 255 where ink is."""
    gray = grayscale(pixels, recipe.working_side)
    yield "grayscale", gray
    even = even_light(gray)
    yield "even light", even
    yield "otsu", otsu(even)


def shape_steps(ink: Pixels, recipe: Recipe) -> Iterator[Step]:
    """The steps from the ink to its shape: the last picture is the branch's input."""
    ink = crop_to_ink(ink, recipe.spill)
    yield "crop to ink", ink
    ink = morphology(ink, recipe)
    yield recipe.morphology, ink
    small = resize(ink, recipe.side, recipe.margin)
    yield "resize", small
    yield "channel and [0, 1]", to_unit(small)


def grayscale(pixels: Pixels, working_side: int) -> Pixels:
    """One channel, the longest side at most ``working_side``."""
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return _shrink(pixels, working_side)


def even_light(gray: Pixels) -> Pixels:
    """Divide by the ground's brightness, so that shadow and grey paper become white.

    The ground is the local maximum over a thirteenth of the page, smoothed: strokes are thinner
    than that, shadows are wider. Dark ground that reaches the picture's edge is what the paper
    lies on, a table or a scanner's lid, and becomes white too.
    """
    small = _shrink(gray, 64)
    ground = cv2.dilate(small, np.ones((5, 5), np.uint8)).astype(np.uint8, copy=False)
    floor = max(1.0, GROUND_FLOOR * float(ground.max()))
    table = _surroundings(small, ground, floor)
    ground = cv2.blur(ground, (9, 9), borderType=cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    height, width = gray.shape
    wide = cv2.resize(np.maximum(ground, floor).astype(np.float32), (width, height))
    even: Pixels = cv2.divide(gray, wide, scale=255, dtype=cv2.CV_8U).astype(np.uint8, copy=False)
    if table is not None:
        even[cv2.resize(table, (width, height), interpolation=cv2.INTER_NEAREST) > 0] = 255
    return even


def otsu(gray: Pixels) -> Pixels:
    """Ink as 255, ground as 0 (N. Otsu, 1979). Nothing is ink on a blank page.

    Whichever side of the threshold covers less of the page is the ink, so that white drawings
    on black count as drawings.
    """
    # Every pixel counts: a sample of rows and columns can miss each line of a thin rectangle.
    counts = np.cumsum(cv2.calcHist([gray], [0], None, [256], [0, 256]))
    darkest, brightest = np.searchsorted(counts, gray.size * np.array((0.0005, 0.995)), "right")
    if brightest - darkest < BLANK_CONTRAST:
        return np.zeros_like(gray)
    _, ink = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if cv2.countNonZero(ink) * 2 > ink.size:
        ink = cv2.bitwise_not(ink)
    return ink.astype(np.uint8, copy=False)


def crop_to_ink(ink: Pixels, spill: float) -> Pixels:
    """The box of the ink and a narrow margin; ``spill`` of the ink may fall outside each side."""
    if not ink.any():
        return ink
    top, bottom = _span(cv2.reduce(ink, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel(), spill)
    left, right = _span(cv2.reduce(ink, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel(), spill)
    return ink[top:bottom, left:right]


def morphology(ink: Pixels, recipe: Recipe) -> Pixels:
    """Thicken (dilate) or thin (erode) the ink with a square that is in proportion to its size."""
    width = round(recipe.kernel * max(ink.shape) / recipe.working_side)
    if recipe.morphology == "none" or width < 2:
        return ink
    square = np.ones((width, width), np.uint8)
    change = cv2.dilate if recipe.morphology == "dilate" else cv2.erode
    return change(ink, square).astype(np.uint8, copy=False)


def resize(ink: Pixels, side: int, margin: int = 0) -> Pixels:
    """Fit into a square of ``side`` pixels with the aspect kept, centred on empty ground."""
    height, width = ink.shape
    scale = (side - 2 * margin) / max(height, width)
    fitted = (max(1, round(width * scale)), max(1, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(ink, fitted, interpolation=method)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - fitted[1]) // 2, (side - fitted[0]) // 2
    square[top : top + fitted[1], left : left + fitted[0]] = small
    return square


def to_unit(small: Pixels) -> NDArray[np.float32]:
    """Add the channel and stretch to [0, 1]: thin lines shrink to pale ones, and count as much."""
    top = int(small.max())
    unit = small.astype(np.float32) / np.float32(top or 1)
    return unit[:, :, np.newaxis]


def _surroundings(small: Pixels, ground: Pixels, floor: float) -> Pixels | None:
    """Mask of the dark ground that touches the edge; None without, or if no paper lies on it.

    White strokes on black are dark ground nearly everywhere, and what a closed one encloses is
    dark too: they are no paper on a table.
    """
    dark = (ground < floor).astype(np.uint8)
    if not dark.any():
        return None
    framed = cv2.copyMakeBorder(dark, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    cv2.floodFill(framed, None, (0, 0), 2)
    table: Pixels = cv2.dilate(
        (framed[1:-1, 1:-1] == 2).astype(np.uint8), np.ones((5, 5), np.uint8)
    ).astype(np.uint8, copy=False)
    if not 0 < np.count_nonzero(table) < MOST_SURROUNDINGS * table.size:
        return None
    paper = small[table == 0]
    return table if 2 * np.count_nonzero(paper >= floor) > paper.size else None


def _shrink(gray: Pixels, side: int) -> Pixels:
    height, width = gray.shape
    scale = side / max(height, width)
    if scale >= 1:
        return gray
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(gray, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _span(profile: NDArray[Any], spill: float) -> tuple[int, int]:
    """First and one past the last index that hold all but ``spill`` of the mass at each end."""
    mass = np.cumsum(profile)
    first = int(np.searchsorted(mass, mass[-1] * spill, side="right"))
    last = int(np.searchsorted(mass, mass[-1] * (1 - spill), side="left"))
    margin = max(1, (last - first) // 50)
    return max(0, first - margin), min(len(profile), last + 1 + margin)
