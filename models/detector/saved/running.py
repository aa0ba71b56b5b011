"""A trained detector at work: pages go in, probabilities come out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.errors import WeightsError
from models.detector.features.space import BranchSpace, FeatureSpace
from models.detector.heads.heads import Head, head_of
from models.detector.heads.probability import Sigmoid
from models.detector.pictures.plane import Pixels, plane_of
from models.detector.saved.manifest import HEAD_FILE, NETWORK_FILE, Manifest, read_manifest


class Detector:
    """One class, and everything else.

    Attributes:
        manifest: what it is.
        name: of its class.
        detector_id: content hash of all that decides its answers.
        threshold: the probability from which a page is its class.
    """

    def __init__(self, manifest: Manifest, space: FeatureSpace, head: Head) -> None:
        self.manifest = manifest
        self.name = manifest.name
        self.detector_id = manifest.detector_id
        self.threshold = manifest.threshold
        self._space = space
        self._head = head
        self._sigmoid = Sigmoid(manifest.slope, manifest.offset)

    def scores(
        self, pages: Sequence[Pixels], embeddings: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """What its head says of each page, before that becomes a probability; see below."""
        planes = np.stack([plane_of(page) for page in pages])
        return self._head.scores(self._space.features(planes, embeddings))

    def probabilities(
        self, pages: Sequence[Pixels], embeddings: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """How probably each page is of its class.

        Args:
            pages: uint8 of shape (height, width) each, grey, any size; at least one.
            embeddings: of the same pages by the product's branch, float32 (n_pages, dim).

        Returns:
            float64 of shape (n_pages,) in [0, 1].
        """
        return self._sigmoid(self.scores(pages, embeddings))


def load_detector(folder: Path, *, branch_id: str) -> Detector:
    """The detector that was saved in ``folder``. Keras must be set up before.

    Args:
        folder: its name is the detector's.
        branch_id: of the product's branch: a detector that was trained on the embeddings of
            another one has nothing to say.

    Raises:
        WeightsError: it is damaged, of another version, or of another branch.
    """
    manifest = read_manifest(folder)
    again = f"Train it again with 'pigeonhole detector train', or remove the folder {folder}"
    if manifest.approach == "branch" and manifest.branch_id != branch_id:
        raise WeightsError(
            f"the detector {manifest.name} was trained with other weights of the network", again
        )
    files = {name: _checked(folder / name, sha256) for name, sha256 in manifest.files.items()}
    try:
        with np.load(io.BytesIO(files[HEAD_FILE]), allow_pickle=False) as arrays:
            head = head_of(manifest.head, arrays)
        return Detector(manifest, _space_of(manifest, folder), head)
    except (ValueError, KeyError, OSError, TypeError) as error:
        raise WeightsError(
            f"the detector {manifest.name} does not fit its manifest: {error}", again
        ) from None


def _space_of(manifest: Manifest, folder: Path) -> FeatureSpace:
    """What sees for it; built from its settings, and its weights read.

    Raises:
        ValueError, KeyError, TypeError, OSError: they do not fit.
    """
    if manifest.approach == "branch":
        return BranchSpace()
    if NETWORK_FILE not in manifest.files:
        raise ValueError("its network is missing")
    if manifest.approach == "cnn":
        from models.detector.features.cnn import CnnShape, CnnSpace

        space = CnnSpace(CnnShape.of(manifest.settings))
        space.load(folder / NETWORK_FILE)
        return space
    from models.detector.features.transfer import saved_space

    return saved_space(folder / NETWORK_FILE)


def _checked(file: Path, sha256: str) -> bytes:
    """The bytes of a file that a manifest names.

    Raises:
        WeightsError: it is missing, or is another.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WeightsError(f"{file} cannot be read: {reason}", "Train the detector again") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(f"{file} is not the one of its manifest", "Train the detector again")
    return data
