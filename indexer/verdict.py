"""The decision: nearest class, calibrated score, and rejection to ``unknown``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from indexer.calibration import Calibration

UNKNOWN = "unknown"
"""The class of a scan that is none of the classes; no support folder may carry this name."""
Decider = Literal["support", "detector"]
"""Whose answer a verdict is: the support images', or that of a detector (`models.detector`)."""
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
class Detection:
    """What a detector says: one more match, with a calibrated score.

    Attributes:
        name: of the detector, which is that of its class.
        detector_id: content hash of all that decides its answers.
        probability: calibrated, in [0, 1], that the scan is of its class.
        accepted: the probability reaches the detector's threshold.
    """

    name: str
    detector_id: str
    probability: float
    accepted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of a scan.

    Attributes:
        class_name: the nearest class, or that of a detector; ``unknown`` when rejected by all.
        score: calibrated probability, in [0, 1], that ``nearest.class_name`` is right; also
            when the answer is ``unknown`` or a detector's. 0 where no class has an example.
        matches: the nearest classes, nearest first.
        branch_id: content hash of the weights and the preparation that judged.
        index_id: content hash of the support set that judged.
        detections: what each detector says, by name.
    """

    class_name: str
    score: float
    matches: tuple[Match, ...]
    branch_id: str
    index_id: str
    detections: tuple[Detection, ...] = ()

    @property
    def nearest(self) -> Match | None:
        """The nearest match; None where the support set is empty."""
        return self.matches[0] if self.matches else None

    @property
    def runner_up(self) -> Match | None:
        """The nearest match of another class; None with fewer than two classes."""
        return self.matches[1] if len(self.matches) > 1 else None

    @property
    def decided_by(self) -> Decider | None:
        """Whose answer ``class_name`` is; of two that give the same one, the surer's."""
        return self._deciding[0]

    @property
    def sureness(self) -> float:
        """Calibrated probability, in [0, 1], that ``class_name`` is right; 0 if it is ``unknown``."""
        return self._deciding[1]

    @property
    def _deciding(self) -> tuple[Decider | None, float]:
        if self.class_name == UNKNOWN:
            return None, 0.0
        best = _surest([one for one in self.detections if one.name == self.class_name])
        near = self.nearest is not None and self.nearest.class_name == self.class_name
        if near and (best is None or best.probability <= self.score):
            return "support", self.score
        return ("detector", best.probability) if best else (None, 0.0)


def decide(
    matches: tuple[Match, ...],
    *,
    cohort_distance: float,
    calibration: Calibration,
    n_classes: int,
    reject: float,
    branch_id: str,
    index_id: str,
    detections: tuple[Detection, ...] = (),
) -> Verdict:
    """The verdict on one scan.

    Whoever accepts it competes by calibrated probability: the nearest class by its score, each
    detector by its own. The highest wins; the nearest class also where it is as high.

    Args:
        matches: the nearest classes, nearest first.
        cohort_distance: of the scan, see `indexer.cohort.cohort_distances`.
        calibration: of the branch that made the distances.
        n_classes: number of classes in the index.
        reject: the share of strangers that the user accepts letting in.
        branch_id: of the branch.
        index_id: of the index.
        detections: what each detector says, by name.
    """
    score, accepted = 0.0, False
    if matches:
        distances = [match.distance for match in matches]
        odds = calibration.odds(distances, cohort_distance)
        score = calibration.score(distances, odds)
        accepted = odds >= calibration.limit(reject, n_classes)
    return Verdict(
        class_name=_winner(matches[0] if accepted else None, score, detections),
        score=score,
        matches=matches,
        branch_id=branch_id,
        index_id=index_id,
        detections=detections,
    )


def decide_again(
    verdict: Verdict, *, calibration: Calibration, n_classes: int, reject: float
) -> Verdict:
    """The same verdict under another ``reject``; distances, score and detections hold.

    Args:
        verdict: made by the same branch on the same index, with the same detectors.
        calibration: of that branch.
        n_classes: number of classes in that index.
        reject: the share of strangers that the user accepts letting in.
    """
    accepted = False
    if verdict.matches:
        odds = calibration.odds_of(verdict.score, [match.distance for match in verdict.matches])
        # The odds come out of a rounded score: those that lie on the limit are accepted.
        accepted = odds >= calibration.limit(reject, n_classes) - _ROUNDING
    nearest = verdict.nearest if accepted else None
    return replace(verdict, class_name=_winner(nearest, verdict.score, verdict.detections))


def _winner(accepted: Match | None, score: float, detections: Sequence[Detection]) -> str:
    """The class of the surest of those who accept a scan; ``unknown`` if nobody does."""
    best = _surest(detections)
    if best is not None and (accepted is None or best.probability > score):
        return best.name
    return accepted.class_name if accepted is not None else UNKNOWN


def _surest(detections: Sequence[Detection]) -> Detection | None:
    """The most probable of those that accept; of two alike the first."""
    accepting = [one for one in detections if one.accepted]
    return max(accepting, key=lambda one: one.probability, default=None)
