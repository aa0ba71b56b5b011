"""Training as a use-case: mix the data, train, calibrate on held-out classes, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.errors import DataError, UsageError
from config.words import counted
from indexer.background import Background
from indexer.fitting import fit_calibration
from models.episodes.classes import Watch, unwatched
from models.episodes.division import divided
from models.episodes.held_names import refuse_unmatched
from models.episodes.mixture import drawn_names, mix
from models.episodes.spec import DataSpec
from models.episodes.trials import Embed, embed_classes
from models.page.prepare import Recipe
from models.siamese.shapes import EyeShape
from models.siamese.weights import Manifest
from models.training.epochs import Report
from models.training.folder import RunFolder
from models.training.plan import Plan
from models.training.trainer import train
from service.reports.training import write_training

LEAST_LEARNED = 2
"""Classes without which there is nothing to tell apart."""
LEAST_CLASSES, LEAST_IMAGES = 3, 4
"""What the calibration needs: held-out classes, and images of one of them."""


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
    options: str = "--data",
    watch: Watch = unwatched,
    tell: Callable[[str], None] = lambda _line: None,
) -> Manifest:
    """Train on what ``specs`` name, judge and calibrate on what is held out, write to ``out``.

    A run that was interrupted is gone on with. At the end its curves are drawn, where plotly is
    installed.

    Args:
        specs: what is learned from and held out; see `mix` for these and the next three.
        hold_out: names of groups or classes.
        drawings: pictures of each drawn class.
        solids: weight of drawn solids.
        plan: how it is trained.
        out: the run folder.
        provenance: what else the manifest says.
        report: told of each epoch.
        options: that named the data, for messages.
        watch: shown the images as they are read, and then the epochs.
        tell: given what the person should know, line by line.

    Raises:
        DataError: the data are not enough, or ``out`` is taken.
        UsageError: see `mix` and `refuse_unmatched`.
    """
    RunFolder(out).refuse_taken()  # before minutes are spent on reading and drawing
    with divided(specs, hold_out) as divisions:
        refuse_unmatched(hold_out, divisions, drawn=drawn_names(specs, solids=solids))
    recipe, shape = Recipe(), EyeShape()
    mixture = mix(
        specs,
        recipe,
        hold_out=hold_out,
        drawings=drawings,
        solids=solids,
        seed=plan.seed,
        watch=watch,
    )
    for line in mixture.unreadable:
        tell(f"left out: {line}")
    if mixture.unreadable:
        tell(f"images left out because they cannot be read: {len(mixture.unreadable)}")
    learned = sum(len(source.classes) for source in mixture.sources)
    if learned < LEAST_LEARNED:
        raise DataError(
            f"{options} leaves {counted(learned, 'class', 'classes')} to learn from, "
            f"a network needs {LEAST_LEARNED} to tell apart",
            "Hold out fewer, or add classes",
        )
    held = {source.name: source.classes for source in mixture.held_out}
    classes = [one for source in mixture.held_out for one in source.classes]
    refuse_few_held((len(one.images) for one in classes), options)

    def calibrate(embed: Embed) -> dict[str, Any]:
        groups = [f"{name}/{one.group}" for name, there in held.items() for one in there]
        rng = np.random.default_rng(plan.seed)
        background = Background(embed_classes(classes, embed), groups, rng)
        return fit_calibration([background]).stored()

    with watch("training", plan.epochs) as advance:

        def after_epoch(row: Mapping[str, Any]) -> None:
            advance()
            report(row)

        _, manifest = train(
            mixture.sources,
            mixture.held_out,
            shape=shape,
            recipe=recipe,
            plan=plan,
            out=out,
            decided={"hold_out": sorted(hold_out), "drawings": drawings, "solids": solids},
            provenance=provenance,
            calibrate=calibrate,
            report=after_epoch,
        )
    try:
        tell(f"its curves are in {write_training(out)}")
    except UsageError as error:
        tell(f"its curves are not drawn: {error}")
    return manifest


def refuse_few_held(images: Iterable[int], options: str) -> None:
    """Refuse now what the calibration would refuse after hours.

    Args:
        images: how many each held-out class has.
        options: that name data of which a share can be held out.

    Raises:
        DataError: too few classes are held out, or too few images of each.
    """
    several = [number for number in images if number > 1]
    if len(several) < LEAST_CLASSES:
        classes = counted(len(several), "class", "classes")
        share = f"Keep a share out with held=0.05 after {options}, or name groups with --hold-out"
        if "--from-ledger" in options:
            share = "Name classes with --hold-out, or add --data with held=0.05 after its path"
        raise DataError(
            f"{classes} of 2 images and more {'is' if len(several) == 1 else 'are'} held out, "
            f"judging and calibrating need {LEAST_CLASSES}",
            share,
        )
    if max(several) < LEAST_IMAGES:
        raise DataError(
            f"no held-out class has more than {max(several)} images, "
            f"calibrating needs {LEAST_IMAGES}",
            "Hold out a class with more images",
        )
