"""Small detectors that are quick to make, saved as the product saves them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.detector.heads.heads import DenseHead
from models.detector.saved.manifest import REPORT_FILE, Manifest
from models.detector.saved.saving import save_detector

MADE_AT = "2026-01-31T12:00:00.000000Z"
REPORT = "<!doctype html><title>Report</title><h1>How good it is</h1>"


def put_detector(
    folder: Path,
    name: str,
    weights: NDArray[np.float64],
    bias: float,
    *,
    branch_id: str,
    slope: float = 40.0,
    threshold: float = 0.5,
    **more: Any,
) -> Manifest:
    """Save a detector of the product's own embeddings as ``folder``/``name``, all at once.

    Args:
        folder: of all detectors; it is made.
        name: of the class.
        weights: of shape (dim,).
        bias: is added to the weighted sum.
        branch_id: of the branch that makes the embeddings.
        slope: how sure it is.
        threshold: the probability from which it accepts.
        more: of the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(
        name, "branch", "dense", slope, 0.0, threshold, {},
        branch_id=branch_id, made_at=MADE_AT, **{"scores": {"auroc": 0.97}, **more},
    )  # fmt: skip
    made = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    manifest = save_detector(made, manifest, DenseHead(weights, bias), {})
    (made / REPORT_FILE).write_text(REPORT)
    place = folder / name
    if place.exists():
        place.rename(folder / f".old-{os.urandom(4).hex()}")
    made.rename(place)
    return manifest


def between(
    positives: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]]
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias of the plane halfway between the means of two kinds of embeddings."""
    near, far = np.mean(positives, axis=0), np.mean(others, axis=0)
    weights = (near - far).astype(np.float64)
    return weights, -float(weights @ (near + far)) / 2
