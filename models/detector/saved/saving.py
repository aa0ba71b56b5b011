"""Writing a trained detector into an empty folder, on the disk before it is named."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.detector.heads.heads import Head
from models.detector.saved.manifest import HEAD_FILE, Manifest, write_manifest


def save_detector(
    folder: Path,
    manifest: Manifest,
    head: Head,
    networks: Mapping[str, Callable[[Path], object]],
) -> Manifest:
    """Write a detector's files and its manifest, and have them on the disk.

    Args:
        folder: exists; nobody reads it yet.
        manifest: its ``files`` are filled in here.
        head: of it.
        networks: what writes each file of weights, by the file's name.

    Returns:
        The manifest as it was written.

    Raises:
        OSError: the disk is full, say.
    """
    _write(folder, head, networks)
    files = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in (HEAD_FILE, *networks)
    }
    manifest = replace(manifest, files=files)
    write_manifest(folder, manifest)
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return manifest


def saved_size(head: Head, networks: Mapping[str, Callable[[Path], object]]) -> int:
    """Bytes on the disk that a detector would take."""
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as folder:
        _write(Path(folder), head, networks)
        return sum(file.stat().st_size for file in Path(folder).iterdir())


def _write(folder: Path, head: Head, networks: Mapping[str, Callable[[Path], object]]) -> None:
    np.savez(folder / HEAD_FILE, **head.arrays())  # type: ignore[arg-type]
    for name, write in networks.items():
        write(folder / name)
