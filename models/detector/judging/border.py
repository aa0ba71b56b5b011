"""What the border of a picture alone says of its label: nothing, if the collection is fair.

A white border that means "banana" is the leak of many collections. The centre of a picture is
never read here, so that whoever is right by the border is right for the wrong reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.detector.heads.logistic import fit_logistic
from models.detector.judging.rounds import divisions
from models.detector.pictures.picture import Picture, labels_of
from models.detector.pictures.plane import SIDE, Pixels

SHARE: Final = 0.12
"""Of each side of a picture that is its border."""

_WIDE: Final = round(SHARE * SIDE)
_GREYS, _TURNS, _STRENGTHS = 16, 8, 8  # bins of the histograms
_STEEP: Final = 255.0  # strength of an edge that falls into the last bin
_PENALTY: Final = 1.0


def border_features(plane: Pixels) -> NDArray[np.float64]:
    """How bright the border is, how even, and how edges run in it.

    Histograms of grey, of the strengths of edges and of their directions (Dalal and Triggs, 2005,
    over the whole border), as square roots of shares, and the mean and spread of grey.

    Args:
        plane: uint8 of shape (224, 224); inside of the border it may be anything.

    Returns:
        float64 of shape (34,), each in [0, 1].
    """
    strips = _strips(plane)
    greys = np.concatenate([one.ravel() for one in strips]).astype(np.float64)
    across, down = (
        np.concatenate([_slopes(one, *way).ravel() for one in strips]) for way in ((1, 0), (0, 1))
    )
    strength = np.hypot(across, down)
    direction = np.mod(np.arctan2(down, across), np.pi) / np.pi  # dark to light, or light to dark
    histograms = (
        np.histogram(greys, _GREYS, (0, 256))[0],
        np.histogram(np.minimum(np.sqrt(strength / _STEEP), 1), _STRENGTHS, (0, 1))[0],
        np.histogram(direction, _TURNS, (0, 1), weights=strength)[0],
    )
    shares = [np.sqrt(one / max(float(one.sum()), 1e-9)) for one in histograms]
    return np.concatenate([*shares, [greys.mean() / 255, greys.std() / 128]])


def border_scores(pictures: Sequence[Picture], rounds: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each picture's border looks like those of the class.

    A logistic regression, learned anew in each round from all pictures that are not its test.

    Args:
        pictures: n of them, of the class and others.
        rounds: of shape (n,), see `models.detector.judging.rounds.rounds_of`.

    Returns:
        float64 of shape (n,), logits, higher for the class; each by what had not seen it.

    Raises:
        ValueError: all are of one kind.
    """
    rows = np.stack([border_features(one.plane) for one in pictures])
    labels = labels_of(pictures)
    found = np.zeros(len(pictures))
    for part in divisions(rounds):
        seen = np.concatenate([part.train, part.validation])
        middle, spread = rows[seen].mean(axis=0), rows[seen].std(axis=0) + 0.01
        head = fit_logistic((rows[seen] - middle) / spread, labels[seen], _PENALTY)
        scaled = ((rows - middle) / spread).astype(np.float32)
        found[part.test] = head.scores(scaled[part.test])
    return found


def _strips(plane: Pixels) -> tuple[Pixels, Pixels, Pixels, Pixels]:
    """The border in four parts, none of them twice, and nothing else."""
    inside = slice(_WIDE, SIDE - _WIDE)
    return (
        plane[:_WIDE],
        plane[SIDE - _WIDE :],
        plane[inside, :_WIDE],
        plane[inside, SIDE - _WIDE :],
    )


def _slopes(strip: Pixels, across: int, down: int) -> NDArray[np.float32]:
    """Sobel's, within the strip alone: a copy, for OpenCV looks beyond the edge of a view."""
    found = cv2.Sobel(
        strip.copy(), cv2.CV_32F, across, down, scale=0.25,
        borderType=cv2.BORDER_REPLICATE | cv2.BORDER_ISOLATED,
    )  # fmt: skip
    return found.astype(np.float32, copy=False)
