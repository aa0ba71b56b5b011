"""Training as a use-case: mix the data, train, calibrate on held-out classes, write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from config.errors import DataError
from indexer.fitting import fit_calibration
from models.episodes.mixture import DataSpec, mix
from models.episodes.trials import embed_classes
from models.page.prepare import Recipe
from models.siamese.branch import BranchShape
from models.siamese.weights import Manifest, write_manifest
from models.training.trainer import MANIFEST_FILE, Plan, Report, train


def train_network(
    specs: Sequence[DataSpec],
    *,
    hold_out: frozenset[str],
    drawings: int,
    solids: float,
    plan: Plan,
    out: Path,
    provenance: Mapping[str, Any],
    report: Report,
) -> Manifest:
    """Train on what ``specs`` name, judge and calibrate on what is held out, write to ``out``.

    Raises:
        DataError: the data are not enough, or ``out`` is taken.
    """
    recipe, shape = Recipe(), BranchShape()
    mixture = mix(
        specs, recipe, hold_out=hold_out, drawings=drawings, solids=solids, seed=plan.seed
    )
    held_out = [one for one in mixture.held_out if len(one.images) > 1]
    if len(held_out) < plan.ways:
        raise DataError(
            f"{len(held_out)} classes are held out, judging needs {plan.ways}",
            "Name groups or classes to keep out of training with --hold-out",
        )
    branch, manifest = train(
        mixture.sources,
        held_out,
        shape=shape,
        recipe=recipe,
        plan=plan,
        out=out,
        provenance={
            **provenance,
            "hold_out": sorted(hold_out),
            "held_out_classes": len(held_out),
            "drawings": drawings,
            "solids": solids,
        },
        report=report,
    )
    embeddings = embed_classes(held_out, lambda x: np.asarray(branch.predict_on_batch(x)))
    calibration = fit_calibration(embeddings, [one.group for one in held_out], seed=plan.seed)
    manifest = replace(manifest, calibration=calibration.stored())
    write_manifest(out / MANIFEST_FILE, manifest)
    return manifest
