"""Transfer: what MobileNetV2 learned from a million photographs, as features.

Sandler et al. (2018), as `keras.applications` has it, without its top. It was made for colour:
the same grey stands in all three channels.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from config.errors import WeightsError
from config.private import make_private_folder, private
from models.detector.features.loading import load_weights
from models.detector.features.space import Features
from models.detector.pictures.plane import SIDE, Pixels
from models.page.limits import ran_out_of_memory

WEIGHTS_FILE: Final = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
"""As Keras names the weights that were trained on ImageNet."""
CHANNELS: Final = 1280
"""Numbers of a picture's features."""
UNTIL: Final = "block_15_add"
"""The layer before the last block."""
BATCH: Final = 32
_PATIENCE: Final = 20.0  # seconds for a server that does not answer


def open_mobilenet(weights: Path | None) -> tuple[keras.Model, str]:
    """MobileNetV2 with weights, and a hash of them.

    Args:
        weights: a file of them, as Keras saves them; None for those of ImageNet, from Keras's
            folder or its server.

    Raises:
        WeightsError: there are none, or they are of another network; says what to bring.
    """
    if weights is None:
        weights = _of_imagenet()
    try:
        with open(weights, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        network = build_mobilenet()
        load_weights(network, weights)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WeightsError(f"{weights} cannot be used: {reason}", _advice(weights)) from None
    except ValueError as error:
        raise WeightsError(
            f"{weights} holds no weights of MobileNetV2: {error}", _advice(weights)
        ) from None
    return network, digest


def _advice(weights: Path) -> str:
    if weights == imagenet_file():
        return "Remove it, and Keras fetches it again; or name another with --weights"
    return f"Name Keras's file {WEIGHTS_FILE} with --weights"


def build_mobilenet() -> keras.Model:
    """MobileNetV2 without weights: (batch, 224, 224, 3) in [-1, 1] to (batch, 7, 7, 1280)."""
    return keras.applications.MobileNetV2(
        input_shape=(SIDE, SIDE, 3), include_top=False, weights=None
    )


def imagenet_file() -> Path:
    """Where Keras keeps the weights of ImageNet, and looks for them first."""
    return Path(os.environ["KERAS_HOME"], "models", WEIGHTS_FILE)


def _of_imagenet() -> Path:
    place = imagenet_file()
    if place.is_file():
        return place
    try:
        # Where this folder is missing or cannot be written, Keras would fetch into another one.
        place.parent.mkdir(parents=True, exist_ok=True)
        with _quietly():
            keras.applications.MobileNetV2(
                input_shape=(SIDE, SIDE, 3), include_top=False, weights="imagenet"
            )
    except Exception as error:
        # Whatever a network may say; what came and is no such file is told by who reads it.
        if ran_out_of_memory(error):
            raise MemoryError from error
    if not place.is_file():
        raise WeightsError(
            "MobileNetV2 has no weights here, and they cannot be fetched",
            f"Bring {WEIGHTS_FILE} (9 MB, of keras.applications) and put it at {place}, "
            "or name it with --weights",
        )
    return place


@contextmanager
def _quietly() -> Iterator[None]:
    """Keras draws a bar on stdout, and waits for its server for ever."""
    waited = socket.getdefaulttimeout()
    told = keras.config.is_interactive_logging_enabled()
    socket.setdefaulttimeout(_PATIENCE)
    keras.config.disable_interactive_logging()
    try:
        yield
    finally:
        socket.setdefaulttimeout(waited)
        if told:
            keras.config.enable_interactive_logging()


class TransferSpace:
    """See the module; a `models.detector.features.space.FeatureSpace`.

    Args:
        network: see `open_mobilenet`.
        kept: features that are known already, by the sha256 of a plane's bytes; added to. None
            where the network may change.
    """

    def __init__(self, network: keras.Model, kept: dict[str, Features] | None = None) -> None:
        self._network = network
        self._kept = kept
        self._forward = _compiled(network)

    def features(self, planes: Pixels, embeddings: NDArray[np.float32]) -> Features:
        """See `models.detector.features.space.FeatureSpace`; ``embeddings`` play no part."""
        del embeddings
        if self._kept is None:
            return self._seen(planes)
        names = [hashlib.sha256(plane.tobytes()).hexdigest() for plane in planes]
        new = list(
            {name: place for place, name in enumerate(names) if name not in self._kept}.values()
        )
        if new:
            for place, row in zip(new, self._seen(planes[new]), strict=True):
                self._kept[names[place]] = row
        return np.stack([self._kept[name] for name in names])

    def save(self, file: Path) -> None:
        """Write the whole network: a detector stands on its own."""
        self._network.save_weights(file)

    def _seen(self, planes: Pixels) -> Features:
        found = [
            self._forward(planes[start : start + BATCH]).numpy()
            for start in range(0, len(planes), BATCH)
        ]
        return np.concatenate(found)


def saved_space(file: Path) -> TransferSpace:
    """What `TransferSpace.save` wrote, at work.

    Raises:
        ValueError: it is of another network, or damaged.
    """
    network = build_mobilenet()
    load_weights(network, file)
    return TransferSpace(network)


def _compiled(network: keras.Model) -> Any:
    @tf.function(input_signature=(tf.TensorSpec((None, SIDE, SIDE), tf.uint8),))  # type: ignore[untyped-decorator, unused-ignore]
    def forward(planes: tf.Tensor) -> tf.Tensor:
        grey = tf.cast(planes, tf.float32)[..., tf.newaxis] / 127.5 - 1.0
        seen = network(tf.repeat(grey, 3, axis=-1), training=False)
        return tf.math.l2_normalize(tf.reduce_mean(seen, axis=(1, 2)), axis=-1)

    return forward


def kept_features(file: Path) -> dict[str, Features]:
    """What `keep_features` wrote; nothing where it is missing or damaged: it is a cache."""
    try:
        # Opened here: of a damaged archive NumPy leaves the file open.
        with file.open("rb") as data, np.load(data, allow_pickle=False) as held:
            names, rows = held["names"].tolist(), held["rows"]
            if rows.dtype != np.float32 or rows.shape != (len(names), CHANNELS):
                return {}
            return dict(zip(names, rows, strict=True)) if np.isfinite(rows).all() else {}
    except Exception as error:
        # A damaged archive makes the library raise whatever it likes.
        if ran_out_of_memory(error):
            raise MemoryError from error
        return {}


def keep_features(file: Path, kept: dict[str, Features]) -> None:
    """Write features for the next training, in one step.

    Raises:
        OSError: the disk is full, say.
    """
    make_private_folder(file.parent)
    part = file.with_name(f".{file.name}.part")
    with open(part, "wb", opener=private) as held:
        np.savez(held, names=np.array(list(kept)), rows=np.stack(list(kept.values())))
        held.flush()
        os.fsync(held.fileno())
    part.replace(file)
