"""Reading a network's weights, or saying in a few words why they are not its own."""

from __future__ import annotations

import warnings
from pathlib import Path

import keras
import numpy as np

from models.page.limits import ran_out_of_memory
from models.siamese.weights import misfit


def load_weights(network: keras.Model, file: Path) -> None:
    """Fill all of a network from a file; what it holds afterwards is undefined if that fails.

    Args:
        network: built already.
        file: as Keras saves weights.

    Raises:
        ValueError: it is of another network, damaged, or holds what is no number; one line.
        MemoryError: there is not enough.
    """
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that the file lacks, and leaves them at random.
            warnings.simplefilter("error", UserWarning)
            network.load_weights(file)
    except Exception as error:
        # A damaged file makes HDF5 raise whatever it likes.
        if ran_out_of_memory(error):
            raise MemoryError from error
        raise ValueError(misfit(error)) from None
    if not all(np.isfinite(weights).all() for weights in network.get_weights()):
        raise ValueError("its weights are no numbers")
