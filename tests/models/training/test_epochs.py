from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from config.errors import DataError
from models.episodes.trials import OneShot
from models.siamese.network import Siamese
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY
from models.training.epochs import Epochs, exhausted
from models.training.folder import RunFolder
from models.training.plan import Plan
from models.training.run_state import State


class Told:
    """A judge who says what the test tells him to."""

    def __init__(self, *errors: int) -> None:
        self.errors = list(errors)

    def __call__(self, _embed: object) -> dict[str, OneShot]:
        """The next number of errors."""
        errors = self.errors.pop(0)
        return {"a": OneShot(errors, 100, 20), "b": OneShot(2 * errors, 100, 5)}


def after(tmp_path: Path, *errors: int, patience: int = 0) -> tuple[State, list[dict], bool]:
    """The state, the history and whether training ends, after epochs with so many errors."""
    branch = build_shape_eye(TINY.eye)
    siamese = Siamese(branch)
    siamese(np.zeros((1, TINY.eye.side, TINY.eye.side, 1), np.float32))
    siamese.compile(keras.optimizers.SGD(0.5), loss="mse", jit_compile=False)
    folder, told = RunFolder(tmp_path), []
    epochs = Epochs(Told(*errors), Plan(patience=patience), folder, 320, told.append)
    epochs.set_model(siamese)
    with folder.opened({}, ()):
        for number in range(len(errors)):
            branch.weights[0].assign(np.full(branch.weights[0].shape, number + 1.0))
            epochs.on_epoch_begin(number)
            epochs.on_epoch_end(number, {"loss": 1.5})
    assert told == folder.history()
    return folder.state, told, siamese.stop_training


def test_a_row_says_all_of_its_epoch(tmp_path: Path) -> None:
    """Curves could not be drawn."""
    _, rows, _ = after(tmp_path, 7, 6)
    assert [row.pop("seconds") >= 0 for row in rows] == [True, True]
    assert rows[1] == {
        "epoch": 2, "loss": 1.5, "errors": 6, "trials": 100, "ways": 20, "images": 640,
        "learning_rate": 0.5,
        "held_out": {
            "a": {"errors": 6, "trials": 100, "ways": 20},
            "b": {"errors": 12, "trials": 100, "ways": 5},
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("errors", "best"), [((9, 5, 7), 2), ((9, 8, 7), 3), ((5, 7, 9), 1), ((5, 7, 5), 3)]
)
def test_the_best_epoch_is_kept(tmp_path: Path, errors: tuple[int, ...], best: int) -> None:
    """The network of a bad last epoch would be shipped."""
    state, _, _ = after(tmp_path, *errors)
    assert (state.epoch, state.best_epoch) == (3, best)
    assert state.best_rate == pytest.approx(1.5 * min(errors) / 100)
    branch = build_shape_eye(TINY.eye)
    branch.load_weights(tmp_path / "checkpoint" / state.best_weights)
    assert (np.asarray(branch.weights[0]) == best).all()


@pytest.mark.parametrize(
    ("errors", "patience", "ends"),
    [
        ((5, 6, 7), 2, True),
        ((5, 6, 7), 3, False),
        ((5, 6, 4), 2, False),
        ((5, 5, 5), 2, True),  # as good is not better
        ((9, 9, 9), 0, False),
    ],
)
def test_training_ends_when_it_no_longer_helps(
    tmp_path: Path, errors: tuple[int, ...], patience: int, ends: bool
) -> None:
    """It would run for hours in vain, or end while it still helps."""
    state, _, ended = after(tmp_path, *errors, patience=patience)
    assert ended == ends == exhausted(state, Plan(patience=patience))


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    """Hours would pass over weights that are all NaN."""
    epochs = Epochs(Told(1), Plan(), RunFolder(tmp_path), 320, lambda _row: None)
    with pytest.raises(DataError, match="the loss of epoch 4 is nan") as caught:
        epochs.on_epoch_end(3, {"loss": float("nan")})
    assert "--learning-rate" in caught.value.advice
