from __future__ import annotations

from typing import get_args

import keras
import numpy as np
import pytest

from models.siamese.network import Siamese
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY
from models.training.objectives import task_of
from models.training.plan import Objective
from tests.models.training.toy import PLAN, SOURCES, longer


@pytest.mark.parametrize("objective", get_args(Objective))
def test_each_objective_is_learned(objective: Objective) -> None:
    """Training by it would burn hours and change nothing."""
    keras.utils.set_random_seed(1)
    branch = build_shape_eye(TINY.eye)
    task = task_of(longer(objective=objective, batches=15), SOURCES, TINY.eye.side)
    siamese = Siamese(branch, task.head)
    siamese.compile(keras.optimizers.AdamW(1e-2), task.loss, jit_compile=False)
    # The margin of the cosine objective grows and makes it harder: measured before and after,
    # the loss would not say what was learned.
    if task.head is not None:
        task.head.final_margin = 0.0
    losses = siamese.fit(task.sampler, epochs=4, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < 0.85 * losses[0]


def test_the_margin_is_full_after_half_of_the_run() -> None:
    """It would hinder the beginning, or the end would not profit from it."""
    task = task_of(longer(epochs=4, batches=5), SOURCES, TINY.eye.side)
    assert task.head is not None
    rows = np.ones((2, TINY.dim), np.float32)
    task.head(rows)
    for _ in range(9):
        task.head(rows, training=True)
    assert 0 < float(task.head.margin()) < 0.3
    task.head(rows, training=True)
    assert float(task.head.margin()) == pytest.approx(0.3)


def test_the_head_knows_every_class_of_every_source() -> None:
    """Classes of the second source would be learned as those of the first."""
    task = task_of(PLAN, SOURCES, TINY.eye.side)
    assert task.head is not None
    assert task.head.n_classes == len(set(task.sampler.names)) == 20
    labels = np.concatenate([task.sampler[number][1] for number in range(20)])
    assert set(labels.tolist()) == set(range(20))
