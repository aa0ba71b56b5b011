"""Training a dense head by epochs, until pictures that it does not learn from get no better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from models.detector.heads.heads import DenseHead, Rows

Labels = NDArray[np.bool_]

LEARNING_RATE: Final = 0.02
WEIGHT_DECAY: Final = 1e-3
BATCH: Final = 32
EPOCHS: Final = 80
PATIENCE: Final = 12
SEEDS: Final = 2**32
"""That Keras tells apart."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A head and how it came about.

    Attributes:
        head: of the best epoch.
        learned: loss on the pictures it learned from, after each epoch.
        validation: loss on the others, after each epoch; empty where there were none.
        best: the epoch, from 1, whose weights these are.
    """

    head: DenseHead
    learned: tuple[float, ...]
    validation: tuple[float, ...]
    best: int


class _Looks(keras.utils.PyDataset):  # type: ignore[misc]
    """Each picture once an epoch, each time as another of its variants."""

    def __init__(self, variants: Rows, labels: Labels, seed: int) -> None:
        super().__init__()
        self._variants, self._labels = variants, labels.astype(np.float32)[:, np.newaxis]
        self._weights = balanced(labels).astype(np.float32)
        self._rng = np.random.default_rng(seed)
        self._order = self._rng.permutation(len(labels))

    def __len__(self) -> int:
        return math.ceil(len(self._labels) / BATCH)

    def __getitem__(self, number: int) -> tuple[Any, Any, Any]:
        rows = self._order[number * BATCH : (number + 1) * BATCH]
        looks = self._rng.integers(len(self._variants), size=len(rows))
        return self._variants[looks, rows], self._labels[rows], self._weights[rows]

    def on_epoch_end(self) -> None:
        """Another order."""
        self._order = self._rng.permutation(len(self._labels))


def balanced(labels: Labels) -> NDArray[np.float64]:
    """Weights of shape (n,) under which both classes count the same; of mean 1."""
    n_positive = int(np.count_nonzero(labels))
    n_other = len(labels) - n_positive
    return np.where(labels, len(labels) / (2 * n_positive), len(labels) / (2 * n_other))


def train_dense(
    variants: Rows,
    labels: Labels,
    validation: tuple[Rows, Labels] | None,
    *,
    seed: int,
    epochs: int = EPOCHS,
    after: Callable[[], None] = lambda: None,
) -> Trained:
    """A dense head by Adam on the class-balanced cross entropy, stopped early.

    Args:
        variants: float32 of shape (v, n, d): n pictures, each in v variants.
        labels: bool of shape (n,), some of both.
        validation: features (m, d) and labels (m,) of pictures that it does not learn from; None
            trains for all ``epochs``.
        seed: of the order and of the first weights.
        epochs: the most.
        after: called after each epoch.
    """
    keras.utils.set_random_seed(seed % SEEDS)
    inputs = keras.Input((variants.shape[2],))
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="zeros")(inputs))
    model.compile(
        keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,  # a head is trained faster than it is compiled
    )
    watched = [keras.callbacks.LambdaCallback(on_epoch_end=lambda _epoch, _logs: after())]
    held = None
    if validation is not None:
        rows, truth = validation
        held = (rows, truth.astype(np.float32)[:, np.newaxis], balanced(truth).astype(np.float32))
        stopping = keras.callbacks.EarlyStopping(
            "val_loss", patience=PATIENCE, restore_best_weights=True
        )
        watched.append(stopping)
    history = model.fit(
        _Looks(variants, labels, seed),
        validation_data=held,
        epochs=epochs,
        callbacks=watched,
        verbose=0,
    ).history
    kernel, bias = model.layers[-1].get_weights()
    told = tuple(map(float, history.get("val_loss", ())))
    return Trained(
        head=DenseHead(kernel[:, 0].astype(np.float64), float(bias[0])),
        learned=tuple(map(float, history["loss"])),
        validation=told,
        best=int(np.argmin(told)) + 1 if told else epochs,
    )
