"""What judges: the branch that embeds pages, and an index with the rule for its matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.calibration import Calibration
from indexer.verdict import Detection, Verdict, decide, decide_again

if TYPE_CHECKING:
    from indexer.index import Example, SupportIndex
    from models.siamese.embedder import Embedder


def open_embedder(manifest: Path, cache: Path, *, threads: int) -> Embedder:
    """The branch at work in this process; takes seconds.

    Args:
        manifest: of its weights.
        cache: the folder Keras may write into.
        threads: see `models.siamese.runtime.set_up_keras`.

    Raises:
        WeightsError: the weights are not there, or not those of the manifest.
    """
    from models.siamese.runtime import set_up_keras

    set_up_keras(cache, threads=threads)
    from models.siamese.embedder import Embedder

    return Embedder(manifest)


@dataclass(frozen=True, slots=True)
class Judge:
    """A support set that judges.

    Attributes:
        index: over the support embeddings.
        calibration: of the branch that made them.
        reject: the share of strangers that the user accepts letting in.
        branch_id: of the branch.
    """

    index: SupportIndex
    calibration: Calibration
    reject: float
    branch_id: str

    @classmethod
    def of(
        cls,
        examples: Sequence[Example],
        embeddings: NDArray[np.float32],
        calibration: Calibration,
        *,
        reject: float,
        branch_id: str,
    ) -> Judge:
        """A judge by these examples.

        Args:
            examples: what the rows are.
            embeddings: float32 of shape (n_examples, dim), rows of length 1.
            calibration: of the branch that made them.
            reject: the share of strangers that the user accepts letting in.
            branch_id: of the branch.
        """
        from indexer.index import SupportIndex

        index = SupportIndex(
            examples,
            embeddings,
            branch_id,
            sharpness=calibration.sharpness,
            cohort=calibration.cohort,
        )
        return cls(index, calibration, reject, branch_id)

    def judge(
        self,
        embeddings: NDArray[np.float32],
        detections: Sequence[tuple[Detection, ...]] | None = None,
    ) -> list[Verdict]:
        """One verdict a page.

        Args:
            embeddings: float32 of shape (n, dim), rows of length 1.
            detections: what detectors say of each page; None where none is asked.
        """
        found = zip(
            self.index.search(embeddings),
            self.index.cohort_distances(embeddings),
            detections if detections is not None else [()] * len(embeddings),
            strict=True,
        )
        return [
            decide(
                matches,
                cohort_distance=float(distance),
                calibration=self.calibration,
                n_classes=len(self.index.examples_by_class),
                reject=self.reject,
                branch_id=self.branch_id,
                index_id=self.index.index_id,
                detections=said,
            )
            for matches, distance, said in found
        ]

    def judge_again(self, verdict: Verdict) -> Verdict:
        """A verdict of this branch on this index, under this ``reject``."""
        return decide_again(
            verdict,
            calibration=self.calibration,
            n_classes=len(self.index.examples_by_class),
            reject=self.reject,
        )
