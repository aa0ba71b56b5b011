"""In which numbers the network computes while it is trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
"""Keras's dtype policy for each word of the command line. Weights are float32 in both."""

_BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


def chosen_policy(word: str, cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Keras's policy for ``auto``, ``float32`` or ``bfloat16``.

    ``auto`` takes bfloat16 where the processor multiplies it by itself, as Linux tells in
    ``cpuinfo``: there it is a third faster. Elsewhere it would be emulated, and slower.
    """
    if word != "auto":
        return POLICIES[word]
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    flags = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return POLICIES["bfloat16" if flags & _BFLOAT16_FLAGS else "float32"]


@contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Layers that are made within compute in ``policy``."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
