"""What stands beside a receipt's text: emblem, barcode, stamp, handwriting, a torn edge."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing.lettering import Face, measure, write
from models.drawing.words import digits, invented, pick


def emblem(width: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw something like a shop's emblem, uint8 (height, width)."""
    height = int(width * rng.uniform(0.15, 0.4))
    pixels = np.full((height, width), 255, np.uint8)
    middle = (width // 2, height // 2)
    radius = int(height * 0.42)
    match int(rng.integers(4)):
        case 0:
            cv2.circle(pixels, middle, radius, (0,), -1, cv2.LINE_AA)
            letter = invented(rng, 1)[0].upper()
            size = radius
            left = middle[0] - measure(letter, size, Face("sans", 800)) // 2
            write(pixels, letter, (left, middle[1] + size // 3), size, Face("sans", 800), ink=255)
        case 1:
            name = invented(rng, 2).title()
            face = Face("italic", 800)
            size = min(int(height * 0.7), int(0.8 * width * height / measure(name, height, face)))
            left = (width - measure(name, size, face)) // 2
            write(pixels, name, (left, int(height * 0.7)), size, face)
        case 2:
            angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 12))))
            reach = radius * rng.uniform(0.5, 1.0, len(angles))
            shape = np.stack([np.cos(angles) * reach, np.sin(angles) * reach], axis=1) + middle
            cv2.fillPoly(pixels, [shape.astype(np.int32)], (0,), cv2.LINE_AA)
        case _:
            cv2.ellipse(pixels, middle, (radius * 2, radius), 0, 0, 360, (0,), 2, cv2.LINE_AA)
            name = invented(rng, 1).upper()
            size = radius
            left = middle[0] - measure(name, size, Face("sans", 700)) // 2
            write(pixels, name, (left, middle[1] + size // 3), size, Face("sans", 700))
    return pixels


def barcode(width: int, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw bars with digits below, uint8 (height, width)."""
    height = int(width * rng.uniform(0.12, 0.25))
    pixels = np.full((height + width // 12, width), 255, np.uint8)
    bars = np.repeat(np.arange(120) % 2 * 255, rng.integers(1, 4, 120)).astype(np.uint8)
    reach = int(width * rng.uniform(0.5, 0.85))
    left = (width - reach) // 2
    strip = cv2.resize(bars[None], (reach, 1), interpolation=cv2.INTER_NEAREST)
    pixels[int(height * 0.15) : height, left : left + reach] = strip
    size = max(width // 18, 6)
    code = digits(rng, 13)
    write(pixels, code, ((width - measure(code, size)) // 2, height + size), size)
    return pixels


def stamp(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Stamp a framed word aslant on the paper, in place."""
    height, width = pixels.shape
    size = max(width // 10, 10)
    word = pick(rng, ("PAID", "COPY", "PAID IN FULL", "RECEIVED", "BEZAHLT"))
    face = Face("sans", 700)
    tile = np.zeros((size * 2, measure(word, size, face) + size), np.uint8)
    write(tile, word, (size // 2, int(size * 1.35)), size, face, ink=255)
    cv2.rectangle(tile, (2, 2), (tile.shape[1] - 3, tile.shape[0] - 3), (255,), 2)
    turn = cv2.getRotationMatrix2D(
        (tile.shape[1] / 2, tile.shape[0] / 2), rng.uniform(-35, 35), 1.0
    )
    turn[:, 2] += (rng.uniform(0.1, 0.5) * width, rng.uniform(0.3, 0.8) * height)
    mark = cv2.warpAffine(tile, turn, (width, height))
    mark = mark * rng.uniform(0.3, 0.8)
    np.minimum(pixels, 255 - mark.astype(np.uint8), out=pixels)


def scribble(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Write something by hand on the paper, in place: loops, a tick or an underline."""
    height, width = pixels.shape
    start = np.array([rng.uniform(0.1, 0.6) * width, rng.uniform(0.02, 0.98) * height])
    steps = np.linspace(0, rng.uniform(2, 7) * np.pi, 80)
    size = width * rng.uniform(0.015, 0.05)
    path = np.stack(
        [
            steps * size * 0.4 + np.cos(steps) * size,
            np.sin(steps * rng.uniform(0.8, 1.3)) * size * rng.uniform(0.6, 1.8),
        ],
        axis=1,
    )
    points = np.rint(start + path).astype(np.int32)
    ink = int(rng.integers(0, 130))
    cv2.polylines(pixels, [points], False, (ink,), max(width // 220, 1), cv2.LINE_AA)


def tear(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Show the till's saw-toothed cut at both ends against a dark lid, uint8 (height', width)."""
    width = pixels.shape[1]
    pitch = max(int(width * rng.uniform(0.015, 0.04)), 4)
    depth = max(pitch // 2, 2)
    teeth = np.abs(np.arange(width) % pitch - pitch / 2) * 2 * depth / pitch
    bar = np.arange(depth + 2)[:, None]
    edge = np.where(bar < teeth + 1, int(rng.integers(0, 70)), 255).astype(np.uint8)
    return np.vstack([edge, pixels, edge[::-1]])
