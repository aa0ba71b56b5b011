"""The prototypical objective: nearest to the mean of its class's examples."""

from __future__ import annotations

import keras
from keras import ops

from models.siamese.objectives.comparing import squared_distances


class PrototypicalLoss(keras.losses.Loss):  # type: ignore[misc]
    """Softmax over the negative squared distances to the classes' prototypes (Snell et al., 2017).

    A prototype is the mean of a class's support embeddings. Since embeddings have length 1,
    distances lie between 0 and 4, and are scaled (Oreshkin et al., "TADAM", 2018).

    Args:
        ways: classes an episode.
        shots: support images a class.
        scale: of the squared distances.
    """

    def __init__(self, ways: int, shots: int, scale: float = 10.0) -> None:
        super().__init__(name="prototypical")
        self.ways = ways
        self.shots = shots
        self.scale = scale

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Loss of each query, of shape (ways * queries,).

        Args:
            y_true: labels of shape (batch,) or (batch, 1), in the order of `EpisodeSampler`:
                ``ways`` support images, one of each class, ``shots`` times; then the queries.
            y_pred: unit rows of shape (batch, dim).
        """
        labels = ops.reshape(y_true, (-1,))
        split = self.ways * self.shots
        support = ops.reshape(y_pred[:split], (self.shots, self.ways, y_pred.shape[-1]))
        prototypes = ops.mean(support, axis=0)
        logits = -self.scale * squared_distances(y_pred[split:], prototypes)
        same = ops.equal(labels[split:, None], labels[None, : self.ways])
        return -ops.sum(ops.cast(same, logits.dtype) * ops.log_softmax(logits, axis=-1), axis=-1)
