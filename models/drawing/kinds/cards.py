"""Small things in print: calendars, cards, labels, posters."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from models.drawing.kinds.forms import rule_grid
from models.drawing.kinds.pages import Pixels, sheet
from models.drawing.lettering import Face, measure, write, write_centred
from models.drawing.marks import barcode, emblem
from models.drawing.words import address, chance, day, digits, invented, phrase, title

_HEAVY: Final = Face("sans", 700)


def calendar(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a month: seven columns of numbered days."""
    pixels = sheet(width, rng.uniform(0.75, 1.1))
    height, margin = pixels.shape[0], int(width * 0.05)
    date = day(rng).replace(day=1)
    write_centred(
        pixels, date.strftime("%B %Y"), (width // 2, int(height * 0.12)), width // 14, _HEAVY
    )
    columns = np.linspace(margin, width - margin, 8).astype(int).tolist()
    rows = np.linspace(int(height * 0.24), height - margin, 7).astype(int).tolist()
    if chance(rng, 0.7):
        rule_grid(pixels, columns, rows)
    size = width // 30
    for k, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        write(pixels, name, (columns[k] + 4, int(height * 0.22)), size)
    for number in range(1, 29 + int(rng.integers(3))):
        week, weekday = divmod(number - 1 + date.weekday(), 7)
        if week < 6:
            write(pixels, str(number), (columns[weekday] + 4, rows[week] + size + 2), size)
    return pixels


def card(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a visiting card: a frame, an emblem, a name and three lines."""
    pixels = sheet(width, rng.uniform(0.55, 0.65))
    height = pixels.shape[0]
    mark = emblem(width // 3, rng)
    top = int(height * 0.12)
    pixels[top : top + len(mark), width // 20 : width // 20 + mark.shape[1]] = mark
    left = int(width * rng.uniform(0.3, 0.5))
    write(pixels, title(rng, 2), (left, int(height * 0.5)), width // 16, _HEAVY)
    write(pixels, phrase(rng, 2).title(), (left, int(height * 0.6)), width // 28)
    for k, text in enumerate((*address(rng)[:2], f"+{digits(rng, 11)}")):
        write(pixels, text.title(), (left, int(height * (0.73 + 0.08 * k))), width // 34)
    cv2.rectangle(pixels, (2, 2), (width - 3, height - 3), (0,), 1)
    return pixels


def parcel_label(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a parcel's label: boxes, an address in large letters, a barcode."""
    pixels = sheet(width, rng.uniform(1.2, 1.6))
    height = pixels.shape[0]
    cv2.rectangle(pixels, (6, 6), (width - 7, height - 7), (0,), 3)
    rows = [int(height * share) for share in (0.2, 0.55, 0.9)]
    for y in rows[:2]:
        cv2.line(pixels, (6, y), (width - 7, y), (0,), 2)
    face, size = Face("sans", 800), width // 8
    name = invented(rng, 2).upper()[:6]
    write(pixels, name, (20, int(height * 0.15)), size, face)
    code = digits(rng, 3)
    write(pixels, code, (width - 20 - measure(code, size, face), int(height * 0.15)), size, face)
    y = rows[0]
    for text in (title(rng, 2), *address(rng)):
        y += width // 13
        write(pixels, text, (width // 14, y), width // 19)
    bars = barcode(width - 40, rng)
    top = (rows[1] + height - len(bars)) // 2
    pixels[top : top + len(bars), 20 : 20 + bars.shape[1]] = bars
    return pixels


def poster(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a few huge words and a dark shape."""
    pixels = sheet(width, rng.uniform(1.2, 1.5))
    height = pixels.shape[0]
    centre = (int(width * rng.uniform(0.3, 0.7)), int(height * rng.uniform(0.45, 0.65)))
    radius = int(width * rng.uniform(0.18, 0.32))
    if chance(rng, 0.5):
        cv2.circle(pixels, centre, radius, (int(rng.integers(0, 120)),), -1, cv2.LINE_AA)
    else:
        corners = rng.normal(0, radius, (3, 2)) + centre
        cv2.fillPoly(pixels, [corners.astype(np.int32)], (int(rng.integers(0, 120)),), cv2.LINE_AA)
    heavy = Face("sans", 850)
    write_centred(
        pixels, invented(rng, 1).upper(), (width // 2, int(height * 0.18)), width // 5, heavy
    )
    write_centred(
        pixels, invented(rng, 2).upper(), (width // 2, int(height * 0.28)), width // 11, heavy
    )
    write_centred(pixels, phrase(rng, 3), (width // 2, int(height * 0.94)), width // 22)
    return pixels
