"""How much memory a detector takes at work, measured where nothing else is going on."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

from models.detector.approaches.approach import Learned
from models.detector.heads.probability import Sigmoid
from models.detector.judging.trial import Trial
from models.detector.pictures.plane import SIDE
from models.detector.saved.manifest import Manifest
from models.detector.saved.saving import save_detector

_NAME: Final = "detector"
_PATIENCE: Final = 120.0  # seconds


def working_megabytes(trial: Trial, learned: Learned, sigmoid: Sigmoid) -> float | None:
    """By how much a process grows that loads a detector and asks it about a page, in MB.

    A process of its own is started for a network; what has none takes what its head takes. None
    where that process does not come to its end.

    Args:
        trial: what the detector is.
        learned: what sees and weighs for it.
        sigmoid: its calibration.
    """
    if not learned.networks:
        return sum(one.nbytes for one in learned.head.arrays().values()) / 1e6
    manifest = Manifest(
        name=_NAME,
        approach=trial.approach,
        head=trial.head,
        slope=sigmoid.slope,
        offset=sigmoid.offset,
        threshold=trial.threshold,
        files={},
        settings=dict(learned.settings),
    )
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as root:
        folder = Path(root, _NAME)
        folder.mkdir()
        save_detector(folder, manifest, learned.head, learned.networks)
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                return pool.submit(_grown, folder, Path(root)).result(_PATIENCE)
        except (BrokenExecutor, TimeoutError, OSError):
            return None


def _grown(folder: Path, cache: Path) -> float:
    """Runs in the other process."""
    from models.siamese.runtime import set_up_keras

    set_up_keras(cache, threads=1)
    # Whoever judges has these already.
    import tensorflow as tf

    from models.detector.saved.running import load_detector

    tf.function(tf.nn.relu)(tf.zeros((1, SIDE)))
    before = _resident()
    detector = load_detector(folder, branch_id="")
    page = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)
    detector.probabilities([page], np.zeros((1, 1), np.float32))
    return max(0.0, _resident() - before)


def _resident() -> float:
    """Resident memory of this process, in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
