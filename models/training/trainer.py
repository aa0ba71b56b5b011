"""Training: sources of classes in, weights and their manifest out."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.trials import Embed
from models.page.prepare import Recipe
from models.siamese.network import Siamese
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import BranchShape, EyeShape
from models.siamese.weights import Manifest, misfit, write_manifest
from models.training.epochs import Epochs, Report, embed_by, exhausted
from models.training.folder import HISTORY_FILE, MANIFEST_FILE, WEIGHTS_FILE, RunFolder, as_json
from models.training.judge import Judge
from models.training.objectives import task_of
from models.training.plan import Plan
from models.training.precision import computing_in

Calibrate = Callable[[Embed], dict[str, Any]]
"""Given the trained branch, makes what the manifest says of its distances."""


_OF_A_ROW = ("loss", "seconds", "images", "held_out")
"""What is needed of an epoch again when its run is gone on with."""


def train(
    sources: Sequence[Source],
    held_out: Sequence[Source],
    *,
    shape: EyeShape,
    recipe: Recipe,
    plan: Plan,
    out: Path,
    decided: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
    calibrate: Calibrate = lambda _embed: {},
    report: Report = lambda _row: None,
) -> tuple[keras.Model, Manifest]:
    """Train a shape eye and write it to the folder ``out``, or go on with the run that is there.

    What is written is a branch without a join: shape is all it sees. Interrupted at any time, it
    goes on from the last finished epoch when it is called again, to the same result. The weights
    that are written are those of the epoch with the lowest mean error rate on the held-out
    classes.

    Args:
        sources: what to learn from.
        held_out: classes to judge by, see `Judge`.
        shape: of the eye to train.
        recipe: the preparation that the sources had, and that the weights hold for.
        plan: see `Plan`.
        out: the run folder; made when missing.
        decided: what else decides the run, as JSON has it: a run is gone on with only by a call
            that has the same.
        provenance: what else the manifest says.
        calibrate: see `Calibrate`; called once, at the end.
        report: see `Report`; when a run is gone on with, of its earlier epochs too.

    Returns:
        The branch in float32, and the manifest that lies beside its weights.

    Raises:
        DataError: see `Sampler`, `Judge` and `RunFolder.opened`; or the loss is no number.
    """
    keras.utils.set_random_seed(plan.seed)
    judge = Judge(held_out, plan)
    with computing_in(plan.precision):
        branch = build_shape_eye(shape)
        task = task_of(plan, sources, shape.side)
        siamese = Siamese(branch, task.head)
    siamese(np.zeros((1, shape.side, shape.side, 1), np.float32))  # makes its weights
    # XLA is what makes JAX fast; TensorFlow on a processor is as fast without, and need not
    # compile anew for every size of a batch. PyTorch has none.
    jit = keras.backend.backend() == "jax"
    siamese.compile(optimizer=_optimizer(plan), loss=task.loss, jit_compile=jit)
    branch.compile(jit_compile=jit)
    settings = as_json(
        {
            "plan": asdict(plan),
            "branch": asdict(shape),
            "recipe": asdict(recipe),
            **(decided or {}),
            "sources": {one.name: _described(one) for one in sources},
            "held_out": {one.name: _described(one) for one in held_out},
        }
    )
    folder = RunFolder(out)
    with folder.opened(settings, task.sampler.names):
        for row in folder.history():
            for name in _OF_A_ROW:
                if name not in row:
                    raise DataError(
                        f"{out / HISTORY_FILE} has no {name} of epoch {row['epoch']}",
                        "Name another folder with --out",
                    )
            report(row)
        if folder.state.epoch:
            siamese.optimizer.build(siamese.trainable_variables)
            # Only to see, before hours are spent, that it can be read at the end.
            _restore(branch, folder.checkpoint / folder.state.best_weights)
            _restore(siamese, folder.checkpoint / folder.state.training)
            task.sampler.epoch = folder.state.epoch
        images = plan.batches * task.sampler.batch
        if folder.state.epoch < plan.epochs and not exhausted(folder.state, plan):
            siamese.fit(
                task.sampler,
                initial_epoch=folder.state.epoch,
                epochs=plan.epochs,
                verbose=0,
                shuffle=False,  # Keras would shuffle the batches by a state that no file keeps
                callbacks=[Epochs(judge, plan, folder, images, report)],
            )
        best = folder.checkpoint / folder.state.best_weights
        folder.keep(WEIGHTS_FILE, lambda part: shutil.copyfile(best, part))
        branch = build_shape_eye(shape)
        branch.load_weights(out / WEIGHTS_FILE)
        history = folder.history()
        manifest = Manifest(
            weights=WEIGHTS_FILE,
            sha256=hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest(),
            branch=BranchShape(shape),
            recipe=recipe,
            training={
                **(provenance or {}),
                **settings,
                "best_epoch": folder.state.best_epoch,
                "epochs": folder.state.epoch,
                "images": history[-1]["images"],
                "seconds": round(sum(row["seconds"] for row in history)),
                "keras": keras.__version__,
                "backend": keras.backend.backend(),
            },
            scores={
                "held-out one-shot": {
                    name: asdict(found) for name, found in judge(embed_by(branch)).items()
                }
            },
            calibration=as_json(calibrate(embed_by(branch))),
        )
        # Last: a folder with a manifest is a finished run.
        folder.keep(MANIFEST_FILE, lambda part: write_manifest(part, manifest))
    return branch, manifest


def _restore(model: keras.Model, file: Path) -> None:
    """The branch, or with it head and optimizer, as they were."""
    try:
        model.load_weights(file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{file} cannot be gone on with: {misfit(error)}", "Name another folder with --out"
        ) from None


def _optimizer(plan: Plan) -> keras.optimizers.Optimizer:
    rising = max(1, plan.steps // 20)
    return keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(
            0.0,
            max(1, plan.steps - rising),
            warmup_target=plan.learning_rate,
            warmup_steps=rising,
        ),
        weight_decay=plan.weight_decay,
    )


def _described(source: Source) -> dict[str, Any]:
    """What a source is, down to its pixels."""
    digest = hashlib.sha256()
    for one in source.classes:
        digest.update(repr((one.group, one.name, one.images.shape)).encode())
        digest.update(one.images.tobytes())
    return {
        "weight": source.weight,
        "classes": len(source.classes),
        "images": sum(len(one.images) for one in source.classes),
        "augmentation": asdict(source.augmentation),
        "sha256": digest.hexdigest(),
    }
