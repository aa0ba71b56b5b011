"""Each objective with the sampler that feeds it and the head that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from models.episodes.classes import Source
from models.episodes.samplers.base import Sampler
from models.episodes.samplers.classes import ClassSampler
from models.episodes.samplers.episodes import EpisodeSampler
from models.episodes.samplers.pairs import PairSampler
from models.episodes.samplers.triplets import TripletSampler
from models.siamese.objectives.contrastive import ContrastiveLoss
from models.siamese.objectives.cosine import CosineClassifier, CosineLoss
from models.siamese.objectives.prototypical import PrototypicalLoss
from models.siamese.objectives.triplet import TripletLoss
from models.training.plan import Plan


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What the branch is trained by.

    Attributes:
        sampler: gives the batches.
        loss: of what the network answers to them.
        head: between the branch and the loss; None without.
    """

    sampler: Sampler
    loss: keras.losses.Loss
    head: keras.layers.Layer | None = None


def task_of(plan: Plan, sources: Sequence[Source], side: int) -> Task:
    """The task for ``plan.objective``.

    Raises:
        DataError: see `Sampler`.
    """
    options: dict[str, Any] = {
        "side": side,
        "batch": plan.batch,
        "batches": plan.batches,
        "seed": plan.seed,
    }
    match plan.objective:
        case "contrastive":
            return Task(PairSampler(sources, **options), ContrastiveLoss())
        case "triplet":
            return Task(TripletSampler(sources, **options), TripletLoss())
        case "prototypical":
            episodes = EpisodeSampler(sources, shots=plan.shots, queries=plan.queries, **options)
            return Task(episodes, PrototypicalLoss(episodes.ways, plan.shots))
        case "cosine":
            sampler = ClassSampler(sources, **options)
            # The margin has its full size after half of the run.
            head = CosineClassifier(len(sampler.names), growth=plan.steps // 2)
            return Task(sampler, CosineLoss(head.margin), head)
