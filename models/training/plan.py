"""How long, how fast and for what a network is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Objective = Literal["contrastive", "triplet", "prototypical", "cosine"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What decides a training, beside the data, the branch and the recipe.

    Attributes:
        objective: see `models.siamese.objectives`.
        epochs, batches: batches an epoch, epochs a run.
        batch: images a batch at most: as many whole pairs, triplets or episodes' classes as fit.
        learning_rate: the peak, reached after a twentieth of the run, then a cosine to zero.
        weight_decay: of AdamW (Loshchilov and Hutter, 2019).
        shots, queries: of a class in an episode of the prototypical objective.
        seed: of the initial weights and of every sample.
        precision: the policy of Keras that the network computes in; weights are float32.
        patience: epochs without a better mean held-out error rate before training ends; 0 never.
        ways, trials: the one-shot trials of each source that an epoch is judged by.
    """

    objective: Objective = "cosine"
    epochs: int = 50
    batches: int = 100
    batch: int = 256
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    shots: int = 1
    queries: int = 3
    seed: int = 1
    precision: str = "float32"
    patience: int = 15
    ways: int = 20
    trials: int = 4000

    @property
    def steps(self) -> int:
        """Batches of the whole run."""
        return self.epochs * self.batches
