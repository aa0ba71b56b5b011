"""Classes whose embeddings tell which image each is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.recognition_lines.pictures import EmbeddedClass

MakeClass = Callable[..., EmbeddedClass]


@pytest.fixture
def make_class() -> MakeClass:
    """Makes a class around one axis of a space of 16; ``spread`` moves its images apart."""

    def make(
        axis: int, origins: list[str], *, group: str = "", name: str = "", spread: float = 0.1
    ) -> EmbeddedClass:
        rng = np.random.default_rng(axis)
        rows = np.eye(16, dtype=np.float32)[axis] + spread * rng.normal(size=(len(origins), 16))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return EmbeddedClass(
            group, name or f"class {axis}", rows.astype(np.float32), np.array(origins)
        )

    return make
