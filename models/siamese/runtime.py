"""How Keras runs in this process: which backend, how many threads, where it may write."""

from __future__ import annotations

import os
import sqlite3  # noqa: F401 - see below
from contextlib import suppress
from pathlib import Path

import cv2

from config.private import make_private_folder
from models.page.quiet import quiet_stderr


def set_up_keras(cache: Path, *, threads: int) -> None:
    """Choose on purpose what Keras and TensorFlow would otherwise choose by themselves.

    Call it before the first import of keras: Keras reads ``KERAS_BACKEND`` then, and writes
    ``keras.json`` into ``KERAS_HOME``, which would be the user's home folder.

    Args:
        cache: the folder Keras may write into.
        threads: threads that one operation may use, in OpenCV and TensorFlow alike. Worker
            processes take 1: there are as many workers as cores.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    home = cache / "keras"
    with suppress(OSError):  # Keras does without; what cannot be made here it cannot make either
        for folder in (cache, home):
            make_private_folder(folder)
    os.environ["KERAS_HOME"] = str(home)
    # Errors only.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    cv2.setNumThreads(threads)
    # TensorFlow brings an SQLite of its own, without full text, under the same names: whichever is
    # loaded first serves the whole process. Python's was, by the import above.
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        # It greets while it is imported, before it reads how much it should say. What goes wrong
        # is raised, and is heard.
        with quiet_stderr():
            import tensorflow as tf

        tf.get_logger().setLevel("ERROR")  # it counts tracings, which are no trouble of anybody
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
