"""MobileNetV2 without anybody's weights, which still tells pictures apart."""

from __future__ import annotations

import keras

from models.detector.features.transfer import build_mobilenet


def random_mobilenet(seed: int) -> keras.Model:
    """Weights at random, so large that what is seen does not fade from layer to layer."""
    keras.utils.set_random_seed(seed)
    network = build_mobilenet()
    network.set_weights([2 * one if one.ndim == 4 else one for one in network.get_weights()])
    return network
