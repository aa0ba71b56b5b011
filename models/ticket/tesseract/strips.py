"""Lines drawn alike, one under the other, for an engine to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.ticket.ink import Pixels
from models.ticket.sheet import TALL
from models.ticket.tesseract.lines import Line
from models.ticket.words import Box

_UP, _DOWN, _PITCH = 1.2, 0.45, 1.7
"""What is drawn above and below a baseline, and from one to the next, in heights of capitals."""
_GAP = 3.0
"""The longest gap in a line, in heights of capitals; longer ones are shortened."""
_MARGIN, _BORDER = 0.4, 16
_INK, _NOISE, _MOST_GAIN = 40.0, 8.0, 4.0
"""How dark letters are drawn; what is so little darker than white is paper; a limit for the faint."""
_AROUND = 1.2
"""How far the darkness of letters is averaged, in heights of capitals (sigma)."""
_NARROW, _WIDE = 0.45, 0.95
"""Letters narrower or wider than that, in their heights, are drawn wider and narrower."""
_REDUCED = 0.75
"""Scale under which details would flicker, so it is smoothed first."""


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """A line as it is drawn.

    Attributes:
        pixels: uint8.
        x: of each column, on the sheet that the line was found on.
        base: y of the baseline there.
        scale: pixels drawn for one of the line's, downwards.
    """

    pixels: Pixels
    x: NDArray[np.float64]
    base: NDArray[np.float64]
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """Lines drawn one under the other.

    Attributes:
        pixels: uint8 of shape (height, width), 0 is black.
    """

    pixels: Pixels
    _drawn: tuple[_Strip, ...]

    def place(self, box: Box) -> Box:
        """Where a box stands on the sheet that the lines were found on."""
        left, top, width, height = box
        number = int((top + height / 2 - _BORDER) // _pitch())
        number = min(max(number, 0), len(self._drawn) - 1)
        strip = self._drawn[number]
        first, last = np.clip((left - _BORDER, left + width - _BORDER), 0, len(strip.x) - 1)
        x, end = strip.x[first], strip.x[last]
        above = _BORDER + number * _pitch() + _UP * TALL - top
        y = strip.base[(first + last) // 2] - above / strip.scale
        return round(x), round(y), round(end - x), round(height / strip.scale)


def strips_of(lines: Sequence[Line]) -> Strips:
    """Draw lines: capitals of one height, on straight baselines, evenly dark.

    Args:
        lines: at least one.
    """
    drawn = tuple(map(_drawn, lines))
    width = max(strip.pixels.shape[1] for strip in drawn) + 2 * _BORDER
    height = len(drawn) * _pitch() + 2 * _BORDER + round(TALL)
    pixels = np.full((height, width), 255, np.uint8)
    for number, strip in enumerate(drawn):
        top = _BORDER + number * _pitch()
        part = pixels[top : top + strip.pixels.shape[0], _BORDER : _BORDER + strip.pixels.shape[1]]
        np.minimum(part, strip.pixels[: part.shape[0]], out=part)
    return Strips(pixels, drawn)


def _pitch() -> int:
    return int(_PITCH * TALL)


def _drawn(line: Line) -> _Strip:
    scale = TALL / line.tall
    x = _columns(line, scale * _stretch(line.width))
    base = np.interp(x, line.baseline[:, 0], line.baseline[:, 1])
    rows = np.arange(-_UP * TALL, _DOWN * TALL) / scale
    pixels = _evenly_dark(line)
    if scale < _REDUCED:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.36 / scale).astype(np.float32, copy=False)
    left, top = line.corner
    drawn = cv2.remap(
        pixels.astype(np.uint8),
        np.repeat(x[None] - left, len(rows), 0).astype(np.float32),
        (base[None] + rows[:, None] - top).astype(np.float32),
        cv2.INTER_CUBIC, borderValue=255,
    )  # fmt: skip
    return _Strip(drawn.astype(np.uint8, copy=False), x, base, scale)


def _stretch(width: float) -> float:
    """Factor by which letters are drawn wider, so that they have a usual form."""
    if width < _NARROW:
        return min(2.0, (_NARROW + 0.1) / width)
    if width > _WIDE:
        return max(0.5, (_WIDE - 0.2) / width)
    return 1.0


def _columns(line: Line, scale: float) -> NDArray[np.float64]:
    """Where the drawn columns are taken from; long gaps are left out."""
    margin, gap = _MARGIN * line.tall, _GAP * line.tall
    end = line.spans[0][0]
    x = np.arange(max(0.0, end - margin), max(last for _, last in line.spans) + margin, 1 / scale)
    kept = np.ones(len(x), np.bool_)
    for first, last in line.spans:
        if first - end > gap:
            kept &= (x <= end + gap / 2) | (x >= first - gap / 2)
        end = max(end, last)
    answer: NDArray[np.float64] = x[kept]
    return answer


def _evenly_dark(line: Line) -> NDArray[np.float32]:
    """Faint letters darkened, each as its neighbours need it, and paper whitened."""
    sigma = max(2.0, _AROUND * line.tall)
    own = line.own.astype(np.float32)
    # Mean darkness of the line's own ink, column by column.
    sums = [part.sum(axis=0, dtype=np.float32)[None] for part in (own * line.pixels, own)]
    shade, share = (cv2.GaussianBlur(part, (0, 0), sigma)[0] for part in sums)
    dark = np.where(share > 1e-3, shade / np.maximum(share, 1e-3), 120)
    paper = 255 - _NOISE
    gain = np.clip((255 - _INK) / np.maximum(paper - dark, 10), 1, _MOST_GAIN)
    answer: NDArray[np.float32] = np.clip(255 - (paper - line.pixels) * gain, 0, 255)
    return answer.astype(np.float32, copy=False)
