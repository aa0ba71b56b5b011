"""Pages of text: printed, typed, written by hand, listed as code, shown as slides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.drawing import hand
from models.drawing.lettering import (
    FACES,
    CellStyle,
    Face,
    measure,
    set_in_cells,
    write,
    write_centred,
    write_right,
)
from models.drawing.words import address, chance, day, digits, invented, phrase, pick, title

Pixels = npt.NDArray[np.uint8]
A4 = 1.4142


def sheet(width: int, aspect: float = A4) -> Pixels:
    """Return white paper, uint8 (width * aspect, width)."""
    return np.full((int(width * aspect), width), 255, np.uint8)


def paragraph(
    pixels: Pixels,
    rng: np.random.Generator,
    frame: tuple[int, int, int, int],
    size: int,
    *,
    face: Face = FACES[1],
    leading: float = 1.45,
    lines: int | None = None,
) -> int:
    """Fill a frame (left, top, right, bottom) with words; return the y below the last line."""
    left, top, right, bottom = frame
    count = int(rng.integers(3, 11)) if lines is None else lines
    per_line = int((right - left) / (size * 0.52) / 5.2) + 2
    y = top
    for number in range(count):
        y += int(size * leading)
        if y > bottom:
            break
        text = phrase(rng, per_line)
        if number == 0:
            text = text.capitalize()
        if number == count - 1:
            text = text[: int(len(text) * rng.uniform(0.2, 0.9))] + "."
        while text and left + measure(text, size, face) > right:
            text = text[: -max(1, len(text) // 20)]
        write(pixels, text, (left, y), size, face)
    return y


def printed_page(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a page of a book: one column, now and then a heading and a page number."""
    pixels = sheet(width, rng.uniform(1.3, 1.55))
    size = max(int(width / rng.uniform(38, 56)), 6)
    margin = int(width * rng.uniform(0.08, 0.16))
    y, bottom = margin, pixels.shape[0] - margin
    face = pick(rng, FACES[:5])
    leading = rng.uniform(1.3, 1.8)
    while y < bottom - 2 * size:
        if chance(rng, 0.25):
            y += int(size * 2.6)
            write(pixels, title(rng, 3), (margin, y), int(size * 1.4), Face("sans", 650))
        y = paragraph(
            pixels, rng, (margin, y, width - margin, bottom), size, face=face, leading=leading
        )
        y += int(size * rng.uniform(0.3, 1.2))
    write_centred(pixels, str(rng.integers(1, 500)), (width // 2, bottom + margin // 2), size, face)
    return pixels


def newspaper_page(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw two to four columns under a large title, with grey pictures."""
    pixels = sheet(width, rng.uniform(1.2, 1.5))
    margin, gap = int(width * 0.05), int(width * 0.03)
    size = max(width // 60, 5)
    y = int(width * 0.11)
    write_centred(pixels, title(rng, 2), (width // 2, y), width // 12, Face("sans", 800))
    y += int(size * 1.5)
    pixels[y : y + 2, margin:-margin] = 0
    columns = int(rng.integers(2, 5))
    reach = (width - 2 * margin - gap * (columns - 1)) // columns
    bottom = pixels.shape[0] - margin
    for column in range(columns):
        left, top = margin + column * (reach + gap), y + size
        while top < bottom - 3 * size:
            if chance(rng, 0.3):
                top += int(size * 2.2)
                write(pixels, invented(rng, 2).title(), (left, top), size * 2, Face("sans", 750))
            if chance(rng, 0.2):
                high = min(top + int(reach * 0.6), bottom)
                grey = rng.integers(60, 200, (4, 4)).repeat(reach // 4 + 1, 1)
                block = grey.repeat((high - top) // 4 + 1, 0)[: high - top - size, :reach]
                pixels[top + size : top + size + len(block), left : left + reach] = block
                top = high
            top = paragraph(pixels, rng, (left, top, left + reach, bottom), size, leading=1.25)
    return pixels


def letter(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a business letter: sender, address, date, text, signature."""
    pixels = sheet(width)
    size = max(int(width / rng.uniform(40, 50)), 6)
    margin = int(width * rng.uniform(0.09, 0.14))
    face = pick(rng, FACES[:5])
    y = int(width * 0.1)
    write(pixels, title(rng, 2), (margin, y), int(size * 1.7), Face("sans", 700))
    for row in address(rng):
        y += int(size * 1.3)
        write_right(pixels, row.title(), (width - margin, y), size, face)
    y += size * 4
    for row in (title(rng, 2), *address(rng)):
        y += int(size * 1.35)
        write(pixels, row.title(), (margin, y), size, face)
    y += size * 3
    write_right(pixels, day(rng).strftime("%d %B %Y"), (width - margin, y), size, face)
    y += size * 3
    write(pixels, f"Dear {title(rng, 1)},", (margin, y), size, face)
    for _ in range(rng.integers(2, 5)):
        y = paragraph(pixels, rng, (margin, y, width - margin, int(width * 1.15)), size, face=face)
        y += size
    y += size * 2
    write(pixels, "Yours sincerely,", (margin, y), size, face)
    at = (float(margin), float(y + size * 3))
    hand.cursive(pixels, at, width * 0.22, size * 0.9, rng, thickness=max(width // 300, 1))
    write(pixels, title(rng, 2), (margin, y + size * 5), size, face)
    return pixels


def typescript(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a typewritten page: cells of Courier, wide leading, uneven ink."""
    pixels = sheet(width, rng.uniform(1.25, 1.45))
    columns = int(rng.integers(55, 75))
    margin = int(width * rng.uniform(0.08, 0.14))
    cell = max((width - 2 * margin) // columns, 3)
    high = round(cell * rng.uniform(2.4, 3.4))
    rows = (pixels.shape[0] - 2 * margin) // high
    lines: list[str] = []
    while len(lines) < rows:
        if chance(rng, 0.15):
            lines += ["", title(rng, 3).upper().center(columns), ""]
        text = "     " + phrase(rng, int(rng.integers(15, 70)))
        while text:
            cut = text[: columns + 1].rfind(" ") if len(text) > columns else len(text)
            cut = cut if cut > 5 else columns
            lines.append(text[:cut])
            text = text[cut:].lstrip()
    block = set_in_cells([row.ljust(columns) for row in lines[:rows]], "courier", high, cell)
    depth = rng.uniform(0.4, 1.0)
    block = 255 - ((255 - block) * depth).astype(np.uint8)
    wide = min(block.shape[1], width - margin)
    pixels[margin : margin + len(block), margin : margin + wide] = block[:, :wide]
    return pixels


def code_listing(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a listing: cells, indentation, brackets, perhaps line numbers."""
    columns, rows = 64, int(rng.integers(22, 50))
    numbered = chance(rng, 0.6)
    depth, lines = 0, []
    for number in range(rows):
        if chance(rng, 0.12):
            text = ""
        else:
            name, other = invented(rng, 1), invented(rng, 2)
            text = pick(
                rng,
                (
                    f"{name} = {other}({digits(rng, 2)}, {invented(rng, 1)})",
                    f"if ({name} < {other}) {{",
                    f"for (int i = 0; i < {digits(rng, 2)}; i++) {{",
                    f"return {name}[{other}];",
                    f"// {phrase(rng, 4)}",
                    f"def {name}_{other}(self):",
                    "}",
                ),
            )
        depth = max(depth - 1, 0) if text == "}" else depth
        prefix = f"{number + 1:>3}  " if numbered else ""
        lines.append(f"{prefix}{'    ' * depth}{text}"[:columns].ljust(columns))
        depth = min(depth + 1, 4) if text.endswith(("{", ":")) else depth
    cell = max(width // (columns + 6), 3)
    style: CellStyle = pick(rng, ("plain", "light", "courier"))
    block = set_in_cells(lines, style, round(cell * rng.uniform(1.9, 2.4)), cell)
    pixels = np.full((len(block) + 6 * cell, width), 255, np.uint8)
    left = (width - block.shape[1]) // 2
    pixels[3 * cell : 3 * cell + len(block), max(left, 0) : max(left, 0) + block.shape[1]] = block[
        :, :width
    ]
    return 255 - pixels if chance(rng, 0.15) else pixels


def slide(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a slide: a wide picture with a large title and a few points."""
    pixels = sheet(width, pick(rng, (0.5625, 0.75)))
    height = pixels.shape[0]
    left = int(width * rng.uniform(0.06, 0.12))
    write(pixels, title(rng, 3), (left, int(height * 0.2)), width // 16, Face("sans", 650))
    if chance(rng, 0.5):
        pixels[int(height * 0.24) : int(height * 0.24) + 2, left : width - left] = 90
    y = int(height * 0.38)
    for _ in range(rng.integers(2, 6)):
        radius = max(width // 160, 2)
        pixels[y - 3 * radius : y - radius, left : left + 2 * radius] = 0
        write(pixels, phrase(rng, int(rng.integers(3, 7))), (left + width // 30, y), width // 28)
        y += int(height * 0.11)
    write_right(pixels, str(rng.integers(1, 60)), (width - 8, height - 8), width // 45)
    return 255 - pixels if chance(rng, 0.25) else pixels


def handwritten_page(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a page of cursive, sometimes on ruled or squared paper."""
    pixels = sheet(width, rng.uniform(1.2, 1.5))
    height = pixels.shape[0]
    small = width * rng.uniform(0.009, 0.017)
    leading = small * rng.uniform(3.6, 5)
    left = width * rng.uniform(0.05, 0.18)
    ruling = int(rng.integers(3))
    if ruling:
        pixels[:: max(int(leading), 4)] = 205
        if ruling == 2:
            pixels[:, :: max(int(leading), 4)] = 205
    slant, ink = rng.uniform(-0.1, 0.7), int(rng.integers(0, 90))
    y = width * 0.1
    while y < height - width * 0.06:
        share = rng.uniform(0.3, 0.8) if chance(rng, 0.2) else rng.uniform(0.9, 1.0)
        indent = left + (width * 0.06 if chance(rng, 0.15) else rng.normal(0, 2))
        hand.cursive(
            pixels,
            (indent, y + rng.normal(0, 1)),
            (width * 0.94 - indent) * share,
            small,
            rng,
            slant=slant,
            ink=ink,
            thickness=max(width // 400, 1),
        )
        y += leading * (2 if chance(rng, 0.08) else 1)
    return pixels
