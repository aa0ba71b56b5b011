"""The decision: nearest class, calibrated score, and rejection to ``unknown``."""

from __future__ import annotations

from dataclasses import dataclass

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
