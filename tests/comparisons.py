"""Comparisons of detectors made by hand: what the reports and their figures are tested with."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector.judging.trial import Comparison, Cost, Curve, Earlier, Trial
from models.detector.pictures.picture import Picture

WHITE, PLAIN, BUSY = "white", "plain", "other pictures"
"""Grounds of the background test."""


def drawn(seed: int, *, positive: bool) -> NDArray[np.uint8]:
    """A crescent on a busy ground, or boxes there: uint8 of shape (120, 160)."""
    rng = np.random.default_rng(seed)
    pixels = cv2.resize(rng.integers(90, 220, (12, 16), np.uint8), (160, 120))
    x, y = int(rng.integers(60, 100)), int(rng.integers(50, 70))
    if positive:
        cv2.ellipse(pixels, (x, y), (45, 28), float(rng.integers(0, 360)), 10, 170, 235, 16)
        return np.asarray(pixels, np.uint8)
    for _ in range(3):
        left, top = (int(one) for one in rng.integers(5, 80, 2))
        grey = int(rng.integers(20, 250))
        cv2.rectangle(pixels, (left, top), (left + 50, top + 35), grey, -1)
    return np.asarray(pixels, np.uint8)


def pictures_in(folder: Path, positives: int, others: int) -> tuple[Picture, ...]:
    """Pictures with their files, two a group."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(positives + others):
        positive = number < positives
        pixels = drawn(number, positive=positive)
        path = folder / f"{'banana' if positive else 'other'}_{number:03d}.png"
        data = cv2.imencode(".png", pixels)[1].tobytes()
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        made.append(Picture(path, digest, positive, f"group {number // 2}", pixels))
    return tuple(made)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """From any number to a probability."""
    return 0.5 * (1 + np.tanh(0.5 * values))


def trial_of(
    labels: NDArray[np.bool_], title: str, *, gap: float, seed: int, ground_gap: float | None = None
) -> Trial:
    """A trial whose scores are two normal distributions, ``gap`` apart; well calibrated.

    On other grounds they are ``ground_gap`` apart; None for as far as on their own.
    """
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, len(labels))
    prior = np.log(labels.sum() / max(1, (~labels).sum()))
    scores = gap * labels + noise

    def calibrated(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return sigmoid(gap * (values - gap / 2) + prior)

    there = gap if ground_gap is None else ground_gap
    grounds = {
        name: calibrated(there * labels + noise + rng.normal(0, 0.1, len(labels)))
        for name in (WHITE, PLAIN, BUSY)
    }
    approach = "branch" if title.startswith("branch") else "cnn"
    head = "nearest" if "nearest" in title else "dense"
    return Trial(title, approach, head, scores, calibrated(scores), 0.5, grounds)


def with_curves(trial: Trial, rounds: int = 4) -> Trial:
    """The same, as if it had been trained by epochs, and its cost measured."""
    curves = []
    for number in range(rounds):
        rng = np.random.default_rng(number)
        learned = 0.7 * np.exp(-np.arange(30) / 8) + rng.normal(0, 0.01, 30) + 0.05
        validation = learned + 0.1 + 0.00025 * np.arange(30) ** 2
        best = int(np.argmin(validation)) + 1
        curves.append(Curve(tuple(learned.tolist()), tuple(validation.tolist()), best))
    return replace(trial, curves=tuple(curves), cost=Cost(184.2, 6.1, 512.0, 1_450_000))


def comparison_in(folder: Path, positives: int = 64, others: int = 240) -> Comparison:
    """Two approaches in three trials, with all that a report can show."""
    pictures = pictures_in(folder, positives, others)
    labels = np.array([one.positive for one in pictures])
    branch = trial_of(labels, "branch, nearest", gap=1.2, seed=2, ground_gap=0.8)
    dense = trial_of(labels, "branch, dense", gap=1.5, seed=3)
    cost = Cost(2.5, 0.4, 30.0, 60_000)
    best = with_curves(trial_of(labels, "cnn", gap=2.4, seed=1))
    seen = np.arange(len(labels)) % 3 == 0
    earlier = trial_of(labels, "cnn", gap=1.4, seed=4).probabilities
    planes = [one.plane for one in pictures if one.positive][:3]
    return Comparison(
        name="banana",
        pictures=pictures,
        rounds=np.arange(len(labels)) // 2 % 4,
        trials=(best, replace(dense, cost=cost), replace(branch, cost=cost)),
        border=0.4 * labels + np.random.default_rng(5).normal(0, 1, len(labels)),
        grounds=tuple(
            {
                "as photographed": one,
                WHITE: np.maximum(one, 180),
                PLAIN: np.clip(one, 90, 200),
                BUSY: one[::-1].copy(),
            }
            for one in planes
        ),
        left_out={"others/broken.png": "is truncated"},
        skipped={"transfer": "its weights are not here"},
        notes=("2 pictures lie in both folders and were left out",),
        earlier=Earlier("cnn", "2026-05-04T10:00:00Z", np.where(seen, np.nan, earlier), 0.6),
    )
