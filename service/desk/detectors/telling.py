"""What a detector's manifest says of how it came about, and of how good it is."""

from __future__ import annotations

import math
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from indexer.evaluation.detectors import TrialSummary, summarise_comparison
from models.detector.judging.contest import Entrant
from models.detector.judging.trial import Comparison
from models.detector.saved.manifest import Manifest
from service.desk.detectors.request import Request
from service.reports.detectors.verdict import verdict_lines
from service.version import VERSION


def manifest_of(
    comparison: Comparison, best: Entrant, request: Request, branch_id: str
) -> Manifest:
    """The manifest of the best; its files are not named yet.

    Args:
        comparison: what was judged.
        best: that is kept.
        request: what was asked for.
        branch_id: of the product's branch, where the best looks through it; else empty.
    """
    trial = best.trial
    labels = comparison.labels
    summary = summarise_comparison(comparison)
    return Manifest(
        name=comparison.name,
        approach=trial.approach,
        head=trial.head,
        slope=best.sigmoid.slope,
        offset=best.sigmoid.offset,
        threshold=trial.threshold,
        files={},
        settings=dict(best.learned.settings),
        branch_id=branch_id,
        made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        training={
            "title": trial.title,
            "variant": trial.variant,
            "one_class": comparison.one_class,
            "positives": _paths(request.positives),
            "others": _paths(request.others),
            "background": _paths(request.background),
            "weights": str(request.weights.absolute()) if request.weights else None,
            "corrections": {
                "positives": len(request.corrections.positives),
                "others": len(request.corrections.others),
            }
            if request.corrections
            else None,
            "pictures": {"positives": int(labels.sum()), "others": int((~labels).sum())},
            "groups": len({one.group for one in comparison.pictures}),
            "rounds": int(comparison.rounds.max()) + 1,
            "seed": request.seed,
            "border_auroc": _rounded(summary.border.value) if summary.border else None,
            "versions": {
                "pigeonhole": VERSION,
                "python": platform.python_version(),
                **{name: version(name) for name in ("keras", "numpy")},
            },
        },
        scores={
            one.title: scores_of(found)
            for one, found in zip(comparison.trials, summary.trials, strict=True)
        },
        verdict=verdict_lines(comparison),
    )


def scores_of(found: TrialSummary) -> dict[str, Any]:
    """The figures of a trial as plain numbers; an interval is a list of two."""
    return {
        "auroc": _rounded(found.area.value),
        "auroc_interval": [_rounded(found.area.low), _rounded(found.area.high)],
        "average_precision": _rounded(found.precision.value),
        "kept": [found.kept.count, found.kept.total],
        "let_in": [found.let_in.count, found.let_in.total],
        "ece": _rounded(found.calibration_error),
        "grounds": {name: _rounded(one.area.value) for name, one in found.grounds.items()},
    }


def _rounded(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _paths(paths: tuple[Path, ...]) -> list[str]:
    return [str(path.absolute()) for path in paths]
