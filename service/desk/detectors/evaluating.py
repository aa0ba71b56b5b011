"""Measuring a trained detector on pictures that it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from config.home import Home
from config.settings import Settings
from config.words import counted
from indexer.evaluation.detectors import TrialSummary
from models.detector.judging.trial import Trial
from models.detector.pictures.gathering import gather
from models.detector.pictures.picture import labels_of
from models.detector.pictures.recognising import Recognised, recognised
from models.detector.saved.manifest import Manifest, read_manifest
from models.detector.saved.running import load_detector
from models.episodes.classes import Watch, unwatched
from models.siamese.weights import SHIPPED
from service.desk.detectors.known import read_known
from service.desk.detectors.listing import folder_of
from service.desk.detectors.telling import scores_of
from service.workers.engine import limits_of
from service.workers.judge import open_embedder

_BATCH = 16


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """A detector on other pictures.

    Attributes:
        manifest: of the detector.
        trial: what it made of them; without grounds, curves and cost.
        labels: bool of shape (n,), whether each is of the class.
        seen: how many pictures were left out because it was trained on them, or on copies.
        left_out: files that were no pictures, with the reason, by path.
        notes: what else the person should know.
    """

    manifest: Manifest
    trial: Trial
    labels: NDArray[np.bool_]
    seen: int
    left_out: Mapping[str, str]
    notes: tuple[str, ...]


def evaluate_detector(
    home: Home,
    settings: Settings,
    name: str,
    positives: Sequence[Path],
    others: Sequence[Path],
    *,
    threads: int,
    watch: Watch = unwatched,
) -> Evaluated:
    """Show a detector pictures whose truth is known. Those it was trained on say nothing.

    Nor do copies of them, as far as the pictures that it was trained on are still there to compare.

    Raises:
        MissingError: there is no such detector.
        WeightsError: it cannot be used.
        DataError: no picture of the class, or of others, is left.
    """
    folder = folder_of(home, name)
    read_manifest(folder)  # what is wrong with it is told before pictures are read
    limits = limits_of(settings)
    gathered = gather(positives, others, limits, watch)
    known = read_known(folder)
    found = recognised(gathered.pictures, known.paths if known else {}, limits, watch)
    pictures, shown = found.new, found.same + found.copies
    labels = labels_of(pictures) if pictures else np.zeros(0, np.bool_)
    if not labels.any() or labels.all():
        raise DataError(
            f"no {'other picture' if labels.any() else f'picture of {name}'} is left to measure "
            f"by: {counted(shown, 'picture')} left out because it was trained on them"
            f"{' or on copies of them' if found.copies else ''}",
            "Name pictures that it has not seen",
        )
    embedder = open_embedder(SHIPPED, home.cache, threads=threads)
    detector = load_detector(folder, branch_id=embedder.branch_id)
    probabilities = np.zeros(len(pictures))
    with watch("judging pictures", len(pictures)) as advance:
        for start in range(0, len(pictures), _BATCH):
            pages = [one.grey for one in pictures[start : start + _BATCH]]
            rows = detector.probabilities(pages, embedder.embed(pages))
            probabilities[start : start + len(pages)] = rows
            for _ in pages:
                advance()
    manifest = detector.manifest
    notes = (*gathered.notes, *_notes(found))
    if known is None:
        notes += ("nobody knows what it was trained on: if it was these, the figures are too good",)
    trial = Trial(
        title=str(manifest.training.get("title", manifest.approach)),
        approach=manifest.approach,
        head=manifest.head,
        scores=probabilities,
        probabilities=probabilities,
        threshold=manifest.threshold,
    )
    return Evaluated(manifest, trial, labels, shown, gathered.left_out, notes)


def _notes(found: Recognised) -> Iterator[str]:
    """What the person should know of pictures that it was trained on."""
    if found.same:
        yield f"left out because it was trained on them: {counted(found.same, 'picture')}"
    if found.copies:
        yield (
            "left out because they show the same as pictures that it was trained on: "
            f"{counted(found.copies, 'picture')}"
        )
    if found.scenes:
        yield (
            f"of a scene that it was trained on: {counted(found.scenes, 'picture')}; the figures "
            "may be better than work will be"
        )
    if found.gone:
        yield (
            "it was trained on pictures that are no longer there, or changed: "
            f"{found.gone}; copies of them cannot be recognised"
        )


def described_evaluation(evaluated: Evaluated, summary: TrialSummary) -> dict[str, Any]:
    """The figures as plain values."""
    return {
        "name": evaluated.manifest.name,
        "detector_id": evaluated.manifest.detector_id,
        "title": evaluated.trial.title,
        "threshold": evaluated.trial.threshold,
        "pictures": {
            "positives": int(evaluated.labels.sum()),
            "others": int((~evaluated.labels).sum()),
            "trained_on": evaluated.seen,
            "left_out": len(evaluated.left_out),
        },
        **scores_of(summary),
    }
