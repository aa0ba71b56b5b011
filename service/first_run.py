"""Laying out a home: its folders, its settings, and on the very first run two ready classes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from config.errors import HomeError
from config.home import Home
from storage.filing.files import fsync_folder
from storage.filing.folders import sync_tree


def lay_out_home(home: Home) -> None:
    """Make what ``home`` lacks.

    The ready classes are drawn only where there is no support folder at all: never beside a
    user's own classes, never again after they were deleted.

    Raises:
        HomeError: something cannot be made.
    """
    home.lay_out()
    if home.support.exists():
        return
    from models.drawing.ready import ready_classes

    partial = home.support.with_name(f".{home.support.name}.{os.getpid()}.tmp")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for class_name, file_name, pixels in ready_classes():
            _write_png(partial / class_name / file_name, pixels)
        sync_tree(partial)
        # In one step: a support folder that exists is complete.
        partial.rename(home.support)
        fsync_folder(home.support.parent)
    except OSError as error:
        if not home.support.exists():  # else another process was faster
            raise HomeError(f"cannot make {home.support}: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_png(path: Path, pixels: object) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)  # type: ignore[arg-type, unused-ignore]
