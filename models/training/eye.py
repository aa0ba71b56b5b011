"""The shape eye of a finished run, taken as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from config.errors import DataError, WeightsError
from models.siamese.weights import Manifest, load_branch
from models.training.folder import MANIFEST_FILE, SETTINGS_FILE, RunFolder

_ADVICE = "Name with --eye the folder of a finished training, or the manifest in it"


def finished_eye(path: Path) -> tuple[keras.Model, Manifest]:
    """The shape eye at ``path``, its weights compared with its manifest.

    Args:
        path: a run folder, or a manifest. The eye of a branch that has been joined is the one
            that it was joined with.

    Returns:
        The eye, and the manifest of the branch that it came in.

    Raises:
        DataError: there is no such folder, no run in it, or one that is not finished.
        WeightsError: see `load_branch`.
    """
    manifest = path / MANIFEST_FILE if path.is_dir() else path
    if not manifest.is_file():
        raise _missing(path)
    try:
        branch, found = load_branch(manifest)
    except WeightsError as error:
        raise WeightsError(error.message, "Train it again, or name another with --eye") from None
    return (branch if found.branch.join is None else branch.get_layer("shape_eye")), found


def eye_training(manifest: Manifest) -> dict[str, Any]:
    """What a manifest says of the training of its shape eye alone."""
    joined = manifest.branch.join is not None and "eye" in manifest.training
    return dict(manifest.training["eye"] if joined else manifest.training)


def _missing(path: Path) -> DataError:
    """Why there is no manifest."""
    if not path.exists():
        return DataError(f"{path} does not exist", _ADVICE)
    if not (path / SETTINGS_FILE).is_file():
        return DataError(f"{path} holds no {MANIFEST_FILE} and no run", _ADVICE)
    try:
        message = RunFolder(path).unfinished()
    except DataError as error:
        return DataError(error.message, _ADVICE)
    return DataError(
        message, "Finish it with the command that began it, or name another with --eye"
    )
