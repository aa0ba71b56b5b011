"""The decision: nearest class, calibrated score, and rejection to ``unknown``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from indexer.calibration import Calibration

UNKNOWN = "unknown"
"""The class of a scan that is none of the classes; no support folder may carry this name."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Match:
    """One near class.

    Attributes:
        class_name: its name.
        support: its nearest support image: the path relative to the support folder, with
            forward slashes.
        distance: of the scan to the class, in [0, 2]: the cosine distance (1 - cosine similarity)
            to its support image or, of several, to the nearest ones together
            (`indexer.kernel`).
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
        matches: the nearest classes, nearest first.
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
    cohort_distance: float,
    calibration: Calibration,
    n_classes: int,
    reject: float,
    branch_id: str,
    index_id: str,
) -> Verdict:
    """The verdict on one scan.

    Args:
        matches: the nearest classes, nearest first.
        cohort_distance: of the scan, see `indexer.cohort.cohort_distances`.
        calibration: of the branch that made the distances.
        n_classes: number of classes in the index.
        reject: the share of strangers that the user accepts letting in.
        branch_id: of the branch.
        index_id: of the index.
    """
    if not matches:
        return Verdict(UNKNOWN, 0.0, (), branch_id, index_id)
    distances = [match.distance for match in matches]
    odds = calibration.odds(distances, cohort_distance)
    accepted = odds >= calibration.limit(reject, n_classes)
    return Verdict(
        class_name=matches[0].class_name if accepted else UNKNOWN,
        score=calibration.score(distances, odds),
        matches=matches,
        branch_id=branch_id,
        index_id=index_id,
    )


def decide_again(
    verdict: Verdict, *, calibration: Calibration, n_classes: int, reject: float
) -> Verdict:
    """The same verdict under another ``reject``; the distances and the score hold.

    Args:
        verdict: made by the same branch on the same index.
        calibration: of that branch.
        n_classes: number of classes in that index.
        reject: the share of strangers that the user accepts letting in.
    """
    if not verdict.matches:
        return verdict
    odds = calibration.odds_of(verdict.score, [match.distance for match in verdict.matches])
    # The odds come out of a rounded score: those that lie on the limit are accepted.
    accepted = odds >= calibration.limit(reject, n_classes) - _ROUNDING
    name = verdict.matches[0].class_name if accepted else UNKNOWN
    return replace(verdict, class_name=name)
