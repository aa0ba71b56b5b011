"""The least data that a tiny branch can learn from, and how it is trained on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from models.episodes.classes import ImageClass, Source
from models.page.prepare import Recipe
from models.siamese.shapes import TINY
from models.siamese.weights import Manifest
from models.training.plan import Plan
from models.training.trainer import train

RECIPE = Recipe(side=TINY.eye.side, working_side=64)
PLAN = Plan(
    epochs=3, batches=4, batch=16, learning_rate=1e-2, queries=1, seed=3, ways=5, trials=50,
    patience=0,
)  # fmt: skip


def source(name: str, seed: int, *, classes: int = 10, images: int = 4) -> Source:
    """Classes of random blots; the images of one differ in a few pixels."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(classes):
        blot = rng.random((4, 4)) < 0.4
        blot[0, 0] = True
        noise = rng.random((images, TINY.eye.side, TINY.eye.side)) < 0.03
        pictures = np.kron(blot, np.ones((4, 4), bool))[None] ^ noise
        made.append(ImageClass(name, f"c{number}", 255 * pictures.astype(np.uint8)))
    return Source(name, 1.0, tuple(made))


SOURCES = (source("one", 1), source("two", 2))
HELD_OUT = (source("one", 3, classes=6), source("two", 4, classes=3))


def run(out: Path, plan: Plan = PLAN, **options: Any) -> tuple[Manifest, list[Mapping[str, Any]]]:
    """The manifest of a training, and what it told."""
    told: list[Mapping[str, Any]] = []
    given = {"report": told.append} | options
    _, manifest = train(
        SOURCES, HELD_OUT, shape=TINY.eye, recipe=RECIPE, plan=plan, out=out, **given
    )  # fmt: skip
    return manifest, told


def longer(plan: Plan = PLAN, **changes: Any) -> Plan:
    """The plan with some things changed."""
    return replace(plan, **changes)
