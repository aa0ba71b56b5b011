"""Training: sources of classes in, weights and their manifest out."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from config.errors import DataError
from models.episodes.classes import ImageClass, Source
from models.episodes.pairs import PairSampler
from models.episodes.trials import embed_classes, one_shot_trials
from models.page.prepare import Recipe
from models.siamese.branch import BranchShape, build_branch
from models.siamese.network import Siamese
from models.siamese.objective import ContrastiveLoss
from models.siamese.weights import Manifest, write_manifest

WEIGHTS_FILE = "siamese.weights.h5"
MANIFEST_FILE = "siamese.manifest.json"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to train.

    Attributes:
        epochs, batches, pairs: pairs a batch, batches an epoch, epochs a run.
        learning_rate: the peak, reached after a twentieth of the run, then a cosine to zero.
        weight_decay: of AdamW (Loshchilov and Hutter, 2019).
        scale: inverse temperature of the contrastive loss.
        seed: of the initial weights and of every sample.
        ways, trials: the one-shot trials that each epoch is judged by.
    """

    epochs: int = 40
    batches: int = 100
    pairs: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    scale: float = 20.0
    seed: int = 1
    ways: int = 20
    trials: int = 4000


Report = Callable[[int, Mapping[str, float]], None]
"""Called after each epoch with its number, from 1, and its figures."""


def train(
    sources: Sequence[Source],
    validation: Sequence[ImageClass],
    *,
    shape: BranchShape,
    recipe: Recipe,
    plan: Plan,
    out: Path,
    provenance: Mapping[str, Any],
    report: Report = lambda _epoch, _figures: None,
) -> tuple[keras.Model, Manifest]:
    """Train a branch and write it to the folder ``out``.

    The weights that are kept are the running average of the last ones (Polyak and Juditsky,
    1992), saved after each epoch, so that a run that is cut short leaves usable weights.

    Args:
        sources: what to learn from.
        validation: held-out classes, of at least one group with ``plan.ways`` classes.
        shape: the branch to train.
        recipe: the preparation that the sources had, and that the weights hold for.
        plan: see `Plan`.
        out: the run folder; made when missing.
        provenance: what the manifest says of the command and the data.
        report: told of each epoch.

    Raises:
        DataError: see `PairSampler`; or the run folder holds a finished run.
    """
    if (out / MANIFEST_FILE).exists():
        raise DataError(f"{out} already holds a trained network", "Name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(plan.seed)
    sampler = PairSampler(sources, pairs=plan.pairs, batches=plan.batches, seed=plan.seed)
    branch = build_branch(shape)
    siamese = Siamese(branch)
    steps = plan.epochs * plan.batches
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(
            0.0,
            steps - steps // 20,
            warmup_target=plan.learning_rate,
            warmup_steps=max(1, steps // 20),
        ),
        weight_decay=plan.weight_decay,
        use_ema=True,
        ema_momentum=0.998,
    )
    siamese.compile(optimizer=optimizer, loss=ContrastiveLoss(plan.scale))
    judge = _Judge(branch, validation, plan, out, report)
    started = time.monotonic()
    siamese.fit(
        sampler,
        epochs=plan.epochs,
        verbose=0,
        # The average replaces the raw weights before the judge looks at an epoch's end.
        callbacks=[keras.callbacks.SwapEMAWeights(swap_on_epoch=True), judge],
    )
    branch.save_weights(out / WEIGHTS_FILE)
    manifest = Manifest(
        weights=WEIGHTS_FILE,
        sha256=hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest(),
        branch=asdict(shape),
        recipe=recipe,
        training={
            **provenance,
            "objective": "contrastive",
            "plan": asdict(plan),
            "images": 2 * plan.pairs * steps,
            "seconds": round(time.monotonic() - started),
            "keras": keras.__version__,
            "backend": keras.backend.backend(),
            "sources": [
                {
                    "name": source.name,
                    "weight": source.weight,
                    "classes": len(source.classes),
                    "images": sum(len(one.images) for one in source.classes),
                }
                for source in sources
            ],
        },
        scores={"held-out one-shot": judge.last},
    )
    write_manifest(out / MANIFEST_FILE, manifest)
    return branch, manifest


class _Judge(keras.callbacks.Callback):  # type: ignore[misc]
    """After each epoch: one-shot trials on the held-out classes, and the weights to disk."""

    def __init__(
        self,
        branch: keras.Model,
        validation: Sequence[ImageClass],
        plan: Plan,
        out: Path,
        report: Report,
    ) -> None:
        super().__init__()
        self._branch, self._validation, self._plan = branch, validation, plan
        self._out, self._report = out, report
        self.last: dict[str, float] = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Judge, save, tell."""
        embeddings = embed_classes(
            self._validation, lambda x: np.asarray(self._branch.predict_on_batch(x))
        )
        found = one_shot_trials(
            self._validation,
            embeddings,
            ways=self._plan.ways,
            trials=self._plan.trials,
            seed=self._plan.seed,
        )
        self.last = {"ways": found.ways, "trials": found.trials, "errors": found.errors}
        figures = {"loss": float((logs or {}).get("loss", np.nan)), **self.last}
        self._branch.save_weights(self._out / f"last.{WEIGHTS_FILE}")
        with (self._out / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": epoch + 1, **figures}) + "\n")
        self._report(epoch + 1, figures)
