"""Embeddings of images, kept on disk so that only what is new is embedded again."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.private import make_private_folder, private


class EmbeddingCache:
    """One file that holds embeddings by the sha256 of their image, and the branch they are of.

    It is a cache: a file of another branch, or one that cannot be read, counts as empty.

    Args:
        folder: where the file lies; made when missing.
        branch_id: the branch whose embeddings are kept.
        kind: of what images, in a word: the file's name.
    """

    def __init__(self, folder: Path, branch_id: str, kind: str = "support") -> None:
        make_private_folder(folder)
        self._file = folder / f"{kind}-embeddings.npz"
        self._lock = folder / f"{kind}-embeddings.lock"
        self._branch_id = branch_id

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the cache alone: two workers need not embed the same new image."""
        with open(self._lock, "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def load(self) -> dict[str, NDArray[np.float32]]:
        """Embeddings, float32 of shape (dim,), by sha256."""
        try:
            # Opened here: NumPy leaves a file open that it cannot read.
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as held:
                if str(held["branch_id"]) != self._branch_id:
                    return {}
                return dict(zip(held["sha256"].tolist(), held["embeddings"], strict=True))
        except Exception:  # noqa: BLE001 - a damaged file raises anything; it is only a cache
            return {}

    def save(self, embeddings: Mapping[str, NDArray[np.float32]]) -> None:
        """Replace the file: written beside it, synced, renamed."""
        if not embeddings:
            return
        partial = self._file.with_suffix(".npz.tmp")
        with open(partial, "wb", opener=private) as file:
            np.savez(
                file,
                branch_id=np.array(self._branch_id),
                sha256=np.array(list(embeddings)),
                embeddings=np.stack(list(embeddings.values())),
            )
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._file)
