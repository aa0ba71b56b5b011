"""Diagrams, by machine and by pen, and plans."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from models.drawing import hand
from models.drawing.kinds.pages import Pixels, sheet
from models.drawing.lettering import measure, write_centred
from models.drawing.words import chance, digits, invented, pick


def diagram(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw boxes, diamonds and circles joined by arrows, ruled and lettered by machine."""
    return _flow(rng, width, by_hand=False)


def sketched_diagram(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a diagram of boxes and arrows with a pen, sometimes on squared paper."""
    return _flow(rng, width, by_hand=True)


def _flow(rng: np.random.Generator, width: int, *, by_hand: bool) -> Pixels:
    pixels = sheet(width, rng.uniform(0.5, 1.0))
    height = pixels.shape[0]
    if by_hand and chance(rng, 0.3):
        pitch = width // 40
        pixels[::pitch] = 215
        pixels[:, ::pitch] = 215
    columns, rows = int(rng.integers(3, 6)), int(rng.integers(2, 5))
    wide, high = width / columns, height / rows
    pen = 1 + width // (300 if by_hand else 600)
    places = [
        (
            (c + 0.5) * wide + rng.normal(0, wide * 0.05),
            (r + 0.5) * high + rng.normal(0, high * 0.05),
        )
        for r in range(rows)
        for c in (range(columns) if r % 2 == 0 else range(columns - 1, -1, -1))
        if chance(rng, 0.75)
    ]
    reach, tall = wide * 0.32, high * 0.25
    disc = min(reach, tall) * 0.7
    shapes = rng.choice([0, 0, 0, 1, 2], len(places)).tolist()
    for ((x0, y0), shape0), ((x1, y1), shape1) in pairwise(zip(places, shapes, strict=True)):
        if abs(x1 - x0) > wide / 2:
            side = float(np.sign(x1 - x0))
            start = (x0 + side * (disc if shape0 == 2 else reach), y0)
            end = (x1 - side * (disc if shape1 == 2 else reach), y1)
        else:
            start = (x0, y0 + (disc if shape0 == 2 else tall))
            end = (x1, y1 - (disc if shape1 == 2 else tall))
        if by_hand:
            hand.line(pixels, start, end, rng, thickness=pen)
        else:
            hand.stroke(pixels, np.array([start, end]), thickness=pen)
        _arrow_head(pixels, start, end, width / 60, pen)
    for centre, shape in zip(places, shapes, strict=True):
        _node(pixels, rng, shape, centre, (reach, tall), pen=pen, by_hand=by_hand)
    return pixels


def _arrow_head(
    pixels: Pixels, start: tuple[float, float], end: tuple[float, float], size: float, pen: int
) -> None:
    angle = np.arctan2(end[1] - start[1], end[0] - start[0])
    wings = [
        (end[0] - size * np.cos(angle + turn), end[1] - size * np.sin(angle + turn))
        for turn in (0.45, -0.45)
    ]
    hand.stroke(pixels, np.array([wings[0], end, wings[1]]), thickness=pen)


def _node(
    pixels: Pixels,
    rng: np.random.Generator,
    shape: int,
    centre: tuple[float, float],
    reach: tuple[float, float],
    *,
    pen: int,
    by_hand: bool,
) -> None:
    (x, y), (wide, tall) = centre, reach
    round_reach = min(wide, tall) * 0.7
    if shape == 0 and by_hand:
        hand.box(pixels, (x - wide, y - tall, x + wide, y + tall), rng, thickness=pen)
    elif shape == 0:
        corners = ((int(x - wide), int(y - tall)), (int(x + wide), int(y + tall)))
        cv2.rectangle(pixels, *corners, (int(rng.choice([255, 225])),), -1)
        cv2.rectangle(pixels, *corners, (0,), pen)
    elif shape == 1:
        ring = np.array([(x - wide, y), (x, y - tall), (x + wide, y), (x, y + tall), (x - wide, y)])
        path = np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(ring)])
        path = hand.waver(path, rng, tall * 0.03) if by_hand else path
        hand.stroke(pixels, path, thickness=pen)
    elif by_hand:
        hand.loop(pixels, centre, (round_reach, round_reach), rng, thickness=pen)
    else:
        cv2.circle(pixels, (int(x), int(y)), int(round_reach), (0,), pen, cv2.LINE_AA)
    size = max(int(tall * 0.45), 6)
    if by_hand:
        hand.cursive(pixels, (x - wide * 0.7, y + 3), wide * 1.4, size * 0.5, rng)
    else:
        word = invented(rng, 1)
        size = min(size, int(size * 1.6 * wide / max(measure(word, size), 1)))
        write_centred(pixels, word, (int(x), int(y + size * 0.35)), max(size, 5))


def floor_plan(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw the plan of a flat: thick walls, doors with their swing, measures."""
    pixels = sheet(width, rng.uniform(0.7, 1.1))
    height = pixels.shape[0]
    margin, wall = width // 12, max(width // 90, 2)
    rooms = [(margin, margin, width - margin, height - margin)]
    for _ in range(rng.integers(3, 7)):
        rooms.sort(key=lambda room: (room[2] - room[0]) * (room[3] - room[1]))
        left, top, right, bottom = rooms.pop()
        share = rng.uniform(0.35, 0.65)
        if right - left > bottom - top:
            cut = int(left + (right - left) * share)
            rooms += [(left, top, cut, bottom), (cut, top, right, bottom)]
        else:
            cut = int(top + (bottom - top) * share)
            rooms += [(left, top, right, cut), (left, cut, right, bottom)]
    for left, top, right, bottom in rooms:
        cv2.rectangle(pixels, (left, top), (right, bottom), (0,), wall)
        write_centred(
            pixels, invented(rng, 1), ((left + right) // 2, (top + bottom) // 2), width // 38
        )
    for left, top, right, bottom in rooms:
        door = width // 16
        if right - left > 2 * door and bottom - top > 2 * door:
            x = int(rng.integers(left + wall, right - door - wall))
            cv2.rectangle(pixels, (x, bottom - wall), (x + door, bottom + wall), (255,), -1)
            cv2.ellipse(pixels, (x, bottom), (door, door), 0, -90, 0, (0,), 1, cv2.LINE_AA)
            cv2.line(pixels, (x, bottom), (x, bottom - door), (0,), 1)
    write_centred(pixels, f"{digits(rng, 2)} m", (width // 2, margin // 2), width // 36)
    return pixels


def tree(rng: np.random.Generator, width: int = 480) -> Pixels:
    """Draw a chart of who answers to whom: levels of boxes joined by right-angled lines."""
    pixels = sheet(width, rng.uniform(0.5, 0.8))
    height = pixels.shape[0]
    levels = [1, int(rng.integers(2, 4)), int(rng.integers(4, 7))]
    reach = (int(width / 15), int(height / 16))
    above: list[tuple[int, int]] = []
    for level, count in enumerate(levels):
        y = int(height * (0.18 + 0.32 * level))
        here = [(int(width * (k + 0.5) / count), y) for k in range(count)]
        for k, (x, _) in enumerate(here):
            if above:
                px, py = above[k * len(above) // count]
                middle = (py + y) // 2
                path = [(px, py + reach[1]), (px, middle), (x, middle), (x, y - reach[1])]
                cv2.polylines(pixels, [np.array(path)], False, (0,), 1)
            corners = ((x - reach[0], y - reach[1]), (x + reach[0], y + reach[1]))
            cv2.rectangle(pixels, *corners, (pick(rng, (0, 0, 90)),), 1)
            write_centred(pixels, invented(rng, 1)[:8], (x, y + width // 140), width // 45)
        above = here
    return pixels
