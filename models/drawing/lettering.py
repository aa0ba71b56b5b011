"""Letters without any font file: OpenCV's and Pillow's built-in faces, proportional or in cells.

OpenCV 5 carries three faces (`sans` and `italic` with weights 100 to 900, `uni` with one); Pillow
carries a bold Courier bitmap. Printers of tills set letters in equal cells, so `set_in_cells`
prints a page of text by one look-up in a table of glyph pictures, which costs less than a
millisecond for a whole receipt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

CellStyle = Literal["light", "plain", "bold", "slanted", "narrow", "courier", "dots"]
CELL_STYLES: Final[tuple[CellStyle, ...]] = (
    "light",
    "plain",
    "bold",
    "slanted",
    "narrow",
    "courier",
    "dots",
)

_CELL_HEIGHT, _CELL_WIDTH = 64, 36
_FIRST, _LAST = 32, 127


@dataclass(frozen=True, slots=True)
class Face:
    """A proportional face: one of OpenCV's fonts and its weight (100 thin to 900 black)."""

    font: Literal["sans", "italic", "uni"] = "sans"
    weight: int = 400


FACES: Final = (
    Face("sans", 300),
    Face("sans", 400),
    Face("sans", 500),
    Face("uni"),
    Face("uni"),
    Face("italic", 400),
)


@lru_cache(maxsize=8)
def _font(name: str) -> cv2.FontFace:
    return cv2.FontFace(name)


def write(
    pixels: npt.NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: int,
    face: Face = FACES[1],
    *,
    ink: int = 0,
) -> int:
    """Write text into pixels, in place.

    Args:
        pixels: uint8 (height, width), drawn into.
        text: One line.
        at: Left end of the base line, (x, y).
        size: Height of the face in pixels.
        face: Which face.
        ink: Grey, 0 to 255.

    Returns:
        The x where the text ends.
    """
    if not text:
        return at[0]
    end, _ = cv2.putText(pixels, text, at, (ink,), _font(face.font), size, face.weight)
    return int(end[0])


def measure(text: str, size: int, face: Face = FACES[1]) -> int:
    """Return the width of a line in pixels."""
    box = cv2.getTextSize((10_000, 100), text, (0, 0), _font(face.font), size, face.weight)
    return int(box[2])


def write_centred(
    pixels: npt.NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: int,
    face: Face = FACES[1],
    *,
    ink: int = 0,
) -> None:
    """Write text with the middle of its base line at (x, y)."""
    write(pixels, text, (at[0] - measure(text, size, face) // 2, at[1]), size, face, ink=ink)


def write_right(
    pixels: npt.NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    size: int,
    face: Face = FACES[1],
    *,
    ink: int = 0,
) -> None:
    """Write text with the right end of its base line at (x, y)."""
    write(pixels, text, (at[0] - measure(text, size, face), at[1]), size, face, ink=ink)


def set_in_cells(
    lines: Sequence[str], style: CellStyle, height: int, width: int
) -> npt.NDArray[np.uint8]:
    """Print lines in equal cells of height x width pixels, black on white.

    Returns:
        uint8 (len(lines) * height, longest line * width). What is not ASCII prints as a question
        mark.
    """
    columns = max((len(line) for line in lines), default=0)
    if not columns:
        return np.full((len(lines) * height, width), 255, np.uint8)
    text = "".join(line.ljust(columns) for line in lines)
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8).astype(np.intp) - _FIRST
    cells = _scaled_cells(style, height, width)[np.clip(codes, 0, _LAST - _FIRST - 1)]
    page = cells.reshape(len(lines), columns, height, width).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(page.reshape(len(lines) * height, columns * width))


@lru_cache(maxsize=256)
def _scaled_cells(style: CellStyle, height: int, width: int) -> npt.NDArray[np.uint8]:
    """Return every printable glyph in cells of this size, uint8 (95, height, width)."""
    cells = _cells(style)
    smaller = height < _CELL_HEIGHT
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.stack([cv2.resize(cell, (width, height), interpolation=how) for cell in cells])


@lru_cache(maxsize=16)
def _cells(style: CellStyle) -> npt.NDArray[np.uint8]:
    """Draw every printable ASCII character into a large cell, uint8 (95, 64, 36)."""
    letters = [chr(code) for code in range(_FIRST, _LAST)]
    match style:
        case "courier":
            return np.stack([_courier_cell(letter) for letter in letters])
        case "dots":
            return np.stack([_dotted(_cell(letter, Face("uni"))) for letter in letters])
        case "light":
            face = Face("sans", 250)
        case "plain":
            face = Face("sans", 420)
        case "bold":
            face = Face("sans", 700)
        case "slanted":
            face = Face("italic", 400)
        case "narrow":
            face = Face("uni")
    return np.stack([_cell(letter, face) for letter in letters])


def _cell(letter: str, face: Face) -> npt.NDArray[np.uint8]:
    """Fit one letter into a cell: wide ones are squeezed, the narrow ones get feet."""
    wide = np.full((_CELL_HEIGHT, 4 * _CELL_WIDTH), 255, np.uint8)
    baseline = 46
    end = write(wide, letter, (_CELL_WIDTH, baseline), 46, face)
    inked = np.flatnonzero(wide.min(axis=0) < 200)
    cell = np.full((_CELL_HEIGHT, _CELL_WIDTH), 255, np.uint8)
    if letter == " " or not inked.size or end <= _CELL_WIDTH:
        return cell
    left, right = int(inked[0]), int(inked[-1]) + 1
    glyph = np.ascontiguousarray(wide[:, left:right])
    room = _CELL_WIDTH - 5
    if right - left > room or letter in "-_=*":
        glyph = cv2.resize(glyph, (room, _CELL_HEIGHT), interpolation=cv2.INTER_AREA).astype(
            np.uint8
        )
    start = (_CELL_WIDTH - glyph.shape[1]) // 2
    cell[:, start : start + glyph.shape[1]] = glyph
    if letter in "iIl1":
        stroke, left, right = 3 + face.weight // 150, 7, _CELL_WIDTH - 7
        cell[baseline - stroke : baseline, left:right] = 0
        top = int(np.flatnonzero(cell[:baseline].min(axis=1) < 200)[0]) + (letter == "i") * 11
        if letter != "1":
            cell[top : top + stroke, left : right if letter == "I" else _CELL_WIDTH // 2] = 0
    return cell


def _courier_cell(letter: str) -> npt.NDArray[np.uint8]:
    """Round off Pillow's bitmap Courier: the blur makes a typewriter's soft edges."""
    tile = Image.new("L", (6, 11), 255)
    ImageDraw.Draw(tile).text((0, 0), letter, fill=0, font=ImageFont.load_default_imagefont())
    large = cv2.resize(np.asarray(tile), (_CELL_WIDTH, 66), interpolation=cv2.INTER_CUBIC)
    sharp = (cv2.GaussianBlur(large, (0, 0), 2.0).astype(np.float32) - 128) * 4 + 110
    return np.clip(sharp[:_CELL_HEIGHT], 0, 255).astype(np.uint8)


def _dotted(cell: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Render a glyph by the pins of a needle printer, 8 columns by 14 rows."""
    coarse = cv2.resize(cell, (8, 14), interpolation=cv2.INTER_AREA) < 165
    out = np.full((_CELL_HEIGHT, _CELL_WIDTH), 255, np.uint8)
    for row, column in np.argwhere(coarse):
        centre = (int((column + 0.5) * _CELL_WIDTH / 8), int((row + 0.5) * _CELL_HEIGHT / 14))
        cv2.circle(out, centre, 3, (0,), -1, cv2.LINE_AA)
    return out
