"""Keras is set up once, before a test module imports it, and writes into a temporary folder.

To import this is to set it up: a conftest does, so that no test hangs on which one came first.
"""

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
