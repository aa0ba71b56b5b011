"""Wear: what scanners, cameras, heat and pockets do to a drawing."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from models.drawing.words import chance

_TILE: Final = 256


def age(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, strength: float = 1.0
) -> npt.NDArray[np.uint8]:
    """Make a scan or a photo of a clean drawing; which traces it bears is drawn from `rng`.

    Args:
        pixels: uint8 (height, width), dark on light.
        rng: The only source of chance.
        strength: 0 leaves everything crisp, 1 is as the scans that were looked at, 2 is worse.

    Returns:
        uint8 (height', width'); a margin or a border may have been added.
    """
    odds = min(strength, 1.0)
    out = pixels
    fax = chance(rng, 0.2 * odds)
    if chance(rng, 0.25 * odds):
        out = fold(out, rng)
    if not fax and chance(rng, 0.12 * odds):
        out = crumple(out, rng)
    if chance(rng, 0.6 * odds):
        out = tilt(out, rng, degrees=2.0 * strength, ground=edge_grey(out))
    if chance(rng, 0.45 * odds):
        out = fade(out, rng)
    if not fax and chance(rng, 0.35 * odds):
        out = shade(out, rng)
    if chance(rng, 0.4 * odds):
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 1.1) * strength).astype(np.uint8)
    if chance(rng, 0.5 * odds):
        out = grain(out, rng, rng.uniform(2, 10) * strength)
    if chance(rng, 0.25 * odds):
        out = specks(out, rng)
    if chance(rng, 0.25 * odds):
        out = compress(out, rng)
    if fax:
        out = binarise(out, rng)
    if chance(rng, 0.15 * odds):
        out = scanner_border(out, rng)
    return out


def edge_grey(pixels: npt.NDArray[np.uint8]) -> int:
    """Return the grey that prevails along the border."""
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return int(np.median(rim))


def tilt(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, degrees: float, ground: int
) -> npt.NDArray[np.uint8]:
    """Turn by a few degrees, with a trace of perspective."""
    height, width = pixels.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, degrees / 2), 1.0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners @ turn[:, :2].T + turn[:, 2]
    moved = moved + rng.normal(0, 0.004 * degrees * min(height, width) / 2, (4, 2))
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return cv2.warpPerspective(
        pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(ground,)
    ).astype(np.uint8)


def fade(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Lose contrast: ink becomes grey, paper loses some white."""
    paper = rng.uniform(190, 255)
    ink = rng.beta(1, 2) * (paper - 60)
    return cv2.LUT(pixels, np.linspace(ink, paper, 256).astype(np.uint8)).astype(np.uint8)


def shade(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Lay a soft shadow over the picture."""
    coarse = np.clip(rng.normal(0.88, 0.12, (3, 3)), 0.4, 1.0).astype(np.float32)
    height, width = pixels.shape
    light = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.multiply(pixels, light, dtype=cv2.CV_8U).astype(np.uint8)


def grain(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, sigma: float
) -> npt.NDArray[np.uint8]:
    """Add the sensor's noise, sigma in grey levels."""
    tile = rng.standard_normal((_TILE, _TILE), np.float32) * sigma
    height, width = pixels.shape
    noise = np.tile(tile, (height // _TILE + 1, width // _TILE + 1))[:height, :width]
    return cv2.add(pixels, noise.astype(np.int16), dtype=cv2.CV_8U).astype(np.uint8)


def specks(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Scatter dust: small dark dots, and now and then a hair."""
    out = pixels.copy()
    height, width = out.shape
    for _ in range(rng.integers(3, 40)):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(out, centre, int(rng.integers(0, 2)), (int(rng.integers(0, 140)),), -1)
    if chance(rng, 0.3):
        start = rng.uniform(0, 1, 2) * (width, height)
        path = start + np.cumsum(rng.normal(0, height / 200, (20, 2)), axis=0)
        cv2.polylines(out, [path.astype(np.int32)], False, (60,), 1, cv2.LINE_AA)
    return out


def fold(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Crease the paper once to three times: a thin line, light on one side, dark on the other."""
    height, width = pixels.shape
    relief = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 4)):
        across = chance(rng, 0.7)
        length = height if across else width
        place = rng.uniform(0.1, 0.9) * length
        distance = (np.arange(length) - place) / (0.02 * length)
        profile = (-rng.uniform(10, 40) * np.sign(distance) * np.exp(-np.abs(distance))).astype(
            np.float32
        )
        relief += profile[:, None] if across else profile[None, :]
    return cv2.add(pixels, relief.astype(np.int16), dtype=cv2.CV_8U).astype(np.uint8)


def crumple(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Press the paper into flat facets at all angles, each catching the light in its own way."""
    height, width = pixels.shape
    coarse = (height // 4 + 1, width // 4 + 1)
    y, x = np.mgrid[: coarse[0], : coarse[1]].astype(np.float32)
    relief = np.zeros(coarse, np.float32)
    for _ in range(rng.integers(4, 12)):
        angle = rng.uniform(0, np.pi)
        place = rng.uniform(0.1, 0.9, 2) * coarse
        distance = (x - place[1]) * np.cos(angle) + (y - place[0]) * np.sin(angle)
        decay = np.exp(-np.abs(distance) / (rng.uniform(0.03, 0.2) * min(coarse)))
        relief += np.sign(distance) * decay.astype(np.float32) * rng.normal(0, 14)
    full = cv2.resize(relief, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.add(pixels, full.astype(np.int16), dtype=cv2.CV_8U).astype(np.uint8)


def compress(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Pass through JPEG at a low quality."""
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 75))])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


def binarise(pixels: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Make black and white of it, as fax machines and thrifty scanners do."""
    level, _ = cv2.threshold(pixels, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    level = min(level + rng.uniform(-15, 25), 250)
    return cv2.threshold(pixels, level, 255, cv2.THRESH_BINARY)[1].astype(np.uint8)


def scanner_border(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Show some of the scanner's bed or lid around the paper."""
    top, bottom, left, right = (
        int(share * min(pixels.shape)) for share in rng.exponential(0.04, 4).clip(0, 0.2)
    )
    grey = int(rng.choice([0, 20, 60, 255]))
    return cv2.copyMakeBorder(
        pixels, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(grey,)
    ).astype(np.uint8)


def on_ground(
    pixels: npt.NDArray[np.uint8], rng: np.random.Generator, *, degrees: float = 12.0
) -> npt.NDArray[np.uint8]:
    """Photograph a sheet that lies on something: a turned sheet on a darker, uneven ground."""
    height, width = pixels.shape
    margin = rng.uniform(0.02, 0.2, 2) * min(height, width)
    full = (int(width + 2 * margin[0]), int(height + 2 * margin[1]))
    base = float(rng.choice([12, 40, 90, 140, 235]))
    coarse = rng.normal(base, rng.uniform(2, 14), tuple(rng.integers(4, 40, 2))).clip(0, 255)
    ground = cv2.resize(coarse.astype(np.float32), full, interpolation=cv2.INTER_LINEAR)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(rng.normal(0, degrees / 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    placed = (corners - middle) @ turn.T * rng.uniform(0.9, 1.0) + np.array(full) / 2
    placed = placed + rng.normal(0, 0.015 * min(height, width), (4, 2))
    matrix = cv2.getPerspectiveTransform(corners, placed.astype(np.float32))
    out = ground.astype(np.uint8)
    cv2.warpPerspective(
        pixels, matrix, full, dst=out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return out
