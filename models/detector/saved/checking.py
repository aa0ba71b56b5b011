"""Whether a saved detector would be used, before any network is loaded."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from config.errors import WeightsError
from models.detector.saved.manifest import Manifest, train_again
from models.page.hashing import hash_file

_MOST: Final = 256 << 20  # bytes of one file; MobileNet has 9 million


def check_detector(folder: Path, manifest: Manifest, *, branch_id: str) -> None:
    """See that a detector is of this branch, and that its files are those of its manifest.

    Args:
        folder: in which it lies.
        manifest: of it.
        branch_id: of the product's branch.

    Raises:
        WeightsError: it was made for another branch, or a file is missing, too large, or another.
    """
    advice = train_again(folder)
    if manifest.approach == "branch" and manifest.branch_id != branch_id:
        raise WeightsError(
            f"the detector {manifest.name} was trained with other weights of the network", advice
        )
    for name, sha256 in manifest.files.items():
        file = folder / name
        try:
            state = file.lstat()
            if not stat.S_ISREG(state.st_mode):
                raise WeightsError(f"{file} is no file", advice)
            if state.st_size > _MOST:
                raise WeightsError(f"{file} is larger than {_MOST >> 20} MiB", advice)
            digest = hash_file(str(file), state)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise WeightsError(f"{file} cannot be read: {reason}", advice) from None
        if digest != sha256:
            raise WeightsError(f"{file} is not the one of its manifest", advice)
