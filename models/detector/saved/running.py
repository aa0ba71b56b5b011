"""A trained detector at work: pages go in, probabilities come out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.errors import WeightsError
from models.detector.features.space import BranchSpace, FeatureSpace
from models.detector.heads.heads import Head, head_of
from models.detector.heads.probability import Sigmoid
from models.detector.pictures.plane import SIDE, Pixels, plane_of
from models.detector.saved.arrays import read_arrays
from models.detector.saved.checking import check_detector
from models.detector.saved.manifest import (
    HEAD_FILE,
    NETWORK_FILE,
    Manifest,
    read_manifest,
    train_again,
)
from models.page.limits import ran_out_of_memory


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
    """The detector that was saved in ``folder``, at work. Keras must be set up before.

    A network of its own is asked once, about a picture that is drawn: what does not fit is found
    now, and the first page does not wait for TensorFlow to lay out its work.

    Args:
        folder: its name is the detector's.
        branch_id: of the product's branch: a detector that was trained on the embeddings of
            another one has nothing to say.

    Raises:
        WeightsError: it is damaged, of another version, or of another branch.
        MemoryError: there is not enough; nothing is said of the detector.
    """
    manifest = read_manifest(folder)
    check_detector(folder, manifest, branch_id=branch_id)
    try:
        head = head_of(manifest.head, read_arrays(folder / HEAD_FILE))
        space = _space_of(manifest, folder)
        if manifest.approach != "branch":
            _try_out(space, head)
    except Exception as error:
        # Whatever a damaged file makes a library raise.
        if ran_out_of_memory(error):
            raise MemoryError from error
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise WeightsError(
            f"the detector {manifest.name} does not fit its manifest: {' '.join(reason.split())}",
            train_again(folder),
        ) from None
    return Detector(manifest, space, head)


def _try_out(space: FeatureSpace, head: Head) -> None:
    """Ask about one picture.

    Raises:
        ValueError: the head is of other features, or answers with no number.
    """
    drawn = np.add.outer(np.arange(SIDE), 2 * np.arange(SIDE)) % 256
    rows = space.features(drawn.astype(np.uint8)[np.newaxis], np.zeros((1, 0), np.float32))
    if not np.isfinite(head.scores(rows)).all():
        raise ValueError("it answers with what is no number")


def _space_of(manifest: Manifest, folder: Path) -> FeatureSpace:
    """What sees for it; built from its settings, and its weights read.

    Raises:
        ValueError, KeyError: they do not fit.
    """
    if manifest.approach == "branch":
        return BranchSpace()
    if manifest.approach == "cnn":
        from models.detector.features.cnn import CnnShape, CnnSpace

        space = CnnSpace(CnnShape.of(manifest.settings))
        space.load(folder / NETWORK_FILE)
        return space
    from models.detector.features.transfer import saved_space

    return saved_space(folder / NETWORK_FILE)
