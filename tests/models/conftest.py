"""Keras is set up once, before a test module imports it, and writes into a temporary folder."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from pathlib import Path

from models.siamese.runtime import set_up_keras

_cache = Path(tempfile.mkdtemp(prefix="pigeonhole-keras-"))
atexit.register(shutil.rmtree, _cache, ignore_errors=True)
with warnings.catch_warnings():
    # What TensorFlow says of itself while it is imported differs from one Python to the next.
    warnings.simplefilter("ignore")
    set_up_keras(_cache, threads=1)
    import keras  # noqa: F401
