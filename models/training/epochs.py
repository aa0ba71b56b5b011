"""What happens between the epochs of a training: judging, keeping, telling, ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import keras
import numpy as np

from config.errors import DataError
from models.episodes.trials import Embed
from models.training.folder import RunFolder
from models.training.judge import Judge, mean_error_rate
from models.training.plan import Plan
from models.training.run_state import State

Report = Callable[[Mapping[str, Any]], None]
"""Told of each epoch by its row of the history."""


class Epochs(keras.callbacks.Callback):  # type: ignore[misc]
    """After each epoch: judge, keep, tell, and end the training when it no longer helps.

    A row of the history has the trials of each source under ``held_out``, and once more, as
    ``errors``, ``trials`` and ``ways``, those of the first source that has held-out classes.
    ``images`` counts from the start of the run, ``seconds`` are the epoch's.

    Args:
        judge: gives the trials.
        plan: see `Plan`.
        folder: where the run is kept.
        images: an epoch.
        report: told of each epoch.
    """

    def __init__(
        self, judge: Judge, plan: Plan, folder: RunFolder, images: int, report: Report
    ) -> None:
        super().__init__()
        self._judge, self._plan, self._folder, self._report = judge, plan, folder, report
        self._images = images
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """The clock."""
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Judge, keep, tell."""
        number = epoch + 1
        loss = float((logs or {}).get("loss", np.nan))
        if not np.isfinite(loss):
            raise DataError(
                f"the loss of epoch {number} is {loss}", "Start anew with a lower --learning-rate"
            )
        found = self._judge(embed_by(self.model.branch))
        row = {
            "epoch": number,
            "loss": loss,
            **asdict(next(iter(found.values()))),
            "images": number * self._images,
            "seconds": round(time.monotonic() - self._started, 2),
            "learning_rate": float(self.model.optimizer.learning_rate),
            "held_out": {name: asdict(one) for name, one in found.items()},
        }
        before = self._folder.state
        rate = mean_error_rate(found)
        state = replace(before, epoch=number, training=f"training-{number}.weights.h5")
        is_best = not before.epoch or rate <= before.best_rate
        if is_best:
            state = replace(
                state,
                best_epoch=number,
                best_rate=rate,
                best_weights=f"best-{number}.weights.h5",
                improved=number if not before.epoch or rate < before.best_rate else before.improved,
            )
        self._folder.commit(
            state,
            row,
            self.model.save_weights,
            self.model.branch.save_weights if is_best else None,
        )
        self._report(row)
        self.model.stop_training = exhausted(state, self._plan)


def exhausted(state: State, plan: Plan) -> bool:
    """Whether the last epochs, as many as the plan's patience, have brought nothing better."""
    return bool(plan.patience) and state.epoch - state.improved >= plan.patience


def embed_by(branch: keras.Model) -> Embed:
    """The branch as a function of NumPy arrays."""
    return lambda images: np.asarray(branch.predict_on_batch(images))
