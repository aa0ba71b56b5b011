"""The decision: nearest class, calibrated score, and rejection to ``unknown``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from indexer.calibration import Calibration

UNKNOWN = "unknown"
"""The class of a scan that is none of the classes; no support folder may carry this name."""


@dataclass(frozen=True, slots=True)
class Match:
    """One near support image.

    Attributes:
        class_name: the class it is an example of.
        support: its path relative to the support folder, with forward slashes.
        distance: cosine distance (1 - cosine similarity) to the scan, in [0, 2].
    """

    class_name: str
    support: str
    distance: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a scan.

    Attributes:
        class_name: the nearest class, or ``unknown`` when rejected.
        score: calibrated probability, in [0, 1], that ``nearest.class_name`` is right; also
            when the answer is ``unknown``. 0 where there is no class at all.
        matches: the nearest support image of each of the nearest classes, nearest first.
        branch_id: content hash of the weights and the preparation that judged.
        index_id: content hash of the support set that judged.
    """

    class_name: str
    score: float
    matches: tuple[Match, ...]
    branch_id: str
    index_id: str

    @property
    def nearest(self) -> Match | None:
        """The nearest match; None where the support set is empty."""
        return self.matches[0] if self.matches else None

    @property
    def runner_up(self) -> Match | None:
        """The nearest match of another class; None with fewer than two classes."""
        return self.matches[1] if len(self.matches) > 1 else None


def decide(
    matches: tuple[Match, ...],
    *,
    calibration: Calibration,
    examples_by_class: Mapping[str, int],
    spread_by_class: Mapping[str, float],
    reject: float,
    branch_id: str,
    index_id: str,
) -> Verdict:
    """The verdict on one scan.

    Args:
        matches: nearest example of each of the nearest classes, nearest first.
        calibration: of the branch that made the distances.
        examples_by_class: number of support images by class, of the whole index.
        spread_by_class: how far apart a class's examples lie, where there are enough to tell.
        reject: the share of strangers that the user accepts letting in.
        branch_id: of the branch.
        index_id: of the index.
    """
    if not matches:
        return Verdict(UNKNOWN, 0.0, (), branch_id, index_id)
    nearest = matches[0]
    gap = matches[1].distance - nearest.distance if len(matches) > 1 else None
    spread = spread_by_class.get(nearest.class_name)
    near_enough = nearest.distance <= calibration.limit(spread, examples_by_class, reject)
    return Verdict(
        class_name=nearest.class_name if near_enough else UNKNOWN,
        score=calibration.score(nearest.distance, gap, spread),
        matches=matches,
        branch_id=branch_id,
        index_id=index_id,
    )
