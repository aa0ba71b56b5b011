"""An evaluation as plain values, under the names that ``evaluate --json`` has."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from indexer.evaluation.measures import Bin, Proportion
from indexer.evaluation.outcome import Episode, Evaluation, Outcome
from indexer.evaluation.summary import Separation, Summary, errors_of


def describe_evaluation(evaluation: Evaluation, summary: Summary) -> dict[str, Any]:
    """All that was found out, one object.

    Args:
        evaluation: what was found out.
        summary: of its outcomes.
    """
    outcomes = evaluation.outcomes
    return {
        "folder": described_name(str(evaluation.folder)),
        "branch_id": evaluation.branch_id,
        "reject": evaluation.reject,
        "errors": summary.errors.count,
        "total": summary.errors.total,
        "error_rate": summary.errors.share,
        "interval": list(summary.errors.interval),
        "strangers": summary.strangers,
        "confusion": {
            described_name(truth): {
                described_name(nearest): count for nearest, count in row.items()
            }
            for truth, row in summary.confusion.items()
        },
        **_separation("", summary.by_score),
        **_separation("_by_distance", summary.by_distance),
        "ece": summary.calibration_error,
        "reliability": [_bin(one) for one in summary.reliability],
        "decisions": {
            "known_accepted_right": described_proportion(summary.decisions.accepted_right),
            "known_accepted_wrong": described_proportion(summary.decisions.accepted_wrong),
            "known_rejected": described_proportion(summary.decisions.rejected),
            "strangers_accepted": described_proportion(summary.decisions.strangers_accepted),
        },
        "episodes": [_episode(one) for one in evaluation.episodes],
        "mistakes": [_outcome(one) for one in outcomes if one.known and not one.right],
        "accepted_strangers": [_outcome(one) for one in outcomes if one.accepted and not one.known],
        "unreadable": [
            {"path": described_name(path), "error": reason}
            for path, reason in sorted(evaluation.unreadable.items())
        ],
    }


def _separation(suffix: str, found: Separation | None) -> dict[str, Any]:
    return {
        f"auroc{suffix}": found.auroc if found else None,
        f"kept_at_5_percent_strangers{suffix}": described_proportion(found.kept) if found else None,
    }


def described_proportion(value: Proportion) -> dict[str, Any]:
    """So many of so many, with share and interval."""
    return {**asdict(value), "share": value.share, "interval": list(value.interval)}


def _bin(one: Bin) -> dict[str, Any]:
    return {
        "low": one.low,
        "high": one.high,
        "right": one.right.count,
        "total": one.right.total,
        "mean_score": one.mean_score,
    }


def _episode(episode: Episode) -> dict[str, Any]:
    errors = errors_of(episode.outcomes)
    return {
        "episode": described_name(episode.name),
        "errors": errors.count,
        "total": errors.total,
        "strangers": len(episode.outcomes) - errors.total,
        "classes": episode.classes,
        "examples": episode.examples,
        "queries_in_support": episode.shown,
        "index_id": episode.index_id,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    nearest, own = outcome.nearest, outcome.own
    return {
        "query": described_name(outcome.query),
        "true_class": described_name(outcome.truth),
        "class": described_name(outcome.verdict.class_name),
        "score": outcome.verdict.score,
        "nearest_class": described_name(nearest.class_name),
        "nearest_support": described_name(nearest.support),
        "distance": nearest.distance,
        "own_support": described_name(own.support) if own else None,
        "own_distance": own.distance if own else None,
    }


def described_name(name: str) -> str:
    """A name of any bytes as text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
