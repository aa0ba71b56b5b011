"""MobileNet's features under a head of their own; its last block too, if that is better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import keras
import numpy as np
from keras import ops

from models.detector.approaches.approach import Learned, Lesson, Material
from models.detector.approaches.head import STEPS, head_on
from models.detector.approaches.looks import seen_looks
from models.detector.features.space import Approach, Features
from models.detector.features.transfer import UNTIL, TransferSpace
from models.detector.heads.dense import SEEDS, Trained, balanced
from models.detector.heads.heads import DenseHead, DistanceHead, HeadKind
from models.detector.pictures.plane import Pixels, three_channels
from models.detector.saved.manifest import NETWORK_FILE

UNFROZEN: Final = "last block unfrozen"
"""The variant in which the last block was trained as well."""
_TUNED: Final = 12  # epochs
_RATE: Final = 1e-4
_BATCH: Final = 16


@dataclass(frozen=True, slots=True)
class TransferWay:
    """See `models.detector.features.transfer`; a `models.detector.approaches.approach.Way`.

    Attributes:
        network: MobileNet with its weights; as it was again after each lesson.
        kept: features that are known already, see `TransferSpace`.
        head: ``dense``, or ``distance`` where no others are to be seen.
    """

    network: keras.Model
    kept: dict[str, Features] = field(default_factory=dict)
    head: HeadKind = "dense"
    approach: Approach = "transfer"

    @property
    def title(self) -> str:
        """For people."""
        return "transfer" if self.head == "dense" else "transfer, distance"

    @property
    def steps(self) -> int:
        """At most: of the head; the last block is seldom worth its own."""
        return STEPS if self.head == "dense" else 1

    def learn(self, lesson: Lesson) -> Learned:
        """A head on what the frozen network sees; then, if what is held says so, the last block."""
        space = TransferSpace(self.network, self.kept)
        if self.head == "distance":
            own = lesson.learn.part(np.flatnonzero(lesson.learn.labels))
            rows = space.features(own.planes, own.embeddings)
            return Learned(space, DistanceHead(rows), networks={NETWORK_FILE: space.save})
        trained = head_on(space, lesson)
        frozen = _learned(space, trained)
        if lesson.held is None and lesson.variant != UNFROZEN:
            return frozen
        return self._unfrozen(lesson, trained) or frozen

    def _unfrozen(self, lesson: Lesson, frozen: Trained) -> Learned | None:
        """The last block trained too; None where what is held gets no better by it."""
        network = keras.models.clone_model(self.network)
        network.set_weights(self.network.get_weights())
        before = keras.Model(network.input, network.get_layer(UNTIL).output)
        tail = _tail(network, frozen.head)
        waiting = seen_looks(lesson, lambda planes: _mapped(before, planes))
        held = None
        if lesson.held is not None:
            held = (_mapped(before, lesson.held.planes), lesson.held)
        better = _tuned(tail, waiting, lesson, held, min(frozen.validation, default=np.inf))
        if not better and lesson.held is not None:
            return None
        kernel, bias = tail.layers[-1].get_weights()
        head = DenseHead(kernel[:, 0].astype(np.float64), float(bias[0]))
        space = TransferSpace(network)
        return _learned(
            space, Trained(head, frozen.learned, frozen.validation, frozen.best), UNFROZEN
        )


def _learned(space: TransferSpace, trained: Trained, variant: str = "") -> Learned:
    return Learned(
        space=space,
        head=trained.head,
        losses=(trained.learned, trained.validation),
        epochs=trained.best,
        variant=variant,
        networks={NETWORK_FILE: space.save},
    )


def _tail(network: keras.Model, head: DenseHead) -> keras.Model:
    """What follows `UNTIL`, with the head on it. Batch normalisation keeps what it knows."""
    first = network.layers.index(network.get_layer(UNTIL)) + 1
    for layer in network.layers[first:]:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    start = keras.Input(network.get_layer(UNTIL).output.shape[1:])
    x = start
    for layer in network.layers[first:]:
        x = (
            layer(x, training=False)
            if isinstance(layer, keras.layers.BatchNormalization)
            else layer(x)
        )
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.UnitNormalization()(x)
    dense = keras.layers.Dense(1)
    tail = keras.Model(start, dense(x))
    dense.set_weights(
        [head.weights.astype(np.float32)[:, np.newaxis], np.array([head.bias], np.float32)]
    )
    return tail


def _mapped(before: keras.Model, planes: Pixels) -> Any:
    """What the last block is given: float32 of shape (n, 7, 7, 160)."""
    return np.concatenate(
        [
            ops.convert_to_numpy(
                before(three_channels(planes[at : at + 32]) / 127.5 - 1.0, training=False)
            )
            for at in range(0, len(planes), 32)
        ]
    )


def _tuned(
    tail: keras.Model,
    waiting: Any,
    lesson: Lesson,
    held: tuple[Any, Material] | None,
    to_beat: float,
) -> bool:
    """Train the tail; whether it beat what was to be beaten, at which it is left."""
    keras.utils.set_random_seed(lesson.seed % SEEDS)
    tail.compile(
        keras.optimizers.AdamW(_RATE),
        keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    labels = lesson.learn.labels
    truth, weights = labels.astype(np.float32)[:, np.newaxis], balanced(labels).astype(np.float32)
    rng = np.random.default_rng(lesson.seed)
    evaluate = _loss_on(tail, held)
    best, kept = to_beat, None
    for _ in range(_TUNED):
        looks = rng.integers(len(waiting), size=len(labels))
        shown = waiting[looks, np.arange(len(labels))]
        tail.fit(shown, truth, sample_weight=weights, batch_size=_BATCH, epochs=1, verbose=0)
        if (loss := evaluate()) < best:
            best, kept = loss, tail.get_weights()
    if kept is not None:
        tail.set_weights(kept)
    return kept is not None


def _loss_on(tail: keras.Model, held: tuple[Any, Material] | None) -> Callable[[], float]:
    if held is None:
        return lambda: np.inf
    maps, material = held
    truth = material.labels.astype(np.float32)[:, np.newaxis]
    weights = balanced(material.labels).astype(np.float32)
    return lambda: float(tail.evaluate(maps, truth, sample_weight=weights, verbose=0))
