"""The detector's own network, trained on nothing but these pictures."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from models.detector.approaches.approach import Learned, Lesson
from models.detector.approaches.head import STEPS, head_on
from models.detector.features.cnn import CnnShape, CnnSpace
from models.detector.features.space import Approach
from models.detector.heads.heads import HeadKind
from models.detector.saved.manifest import NETWORK_FILE


@dataclass(frozen=True, slots=True)
class CnnWay:
    """See `models.detector.features.cnn`; a `models.detector.approaches.approach.Way`."""

    shape: CnnShape = field(default_factory=CnnShape)
    title: str = "cnn"
    approach: Approach = "cnn"
    head: HeadKind = "dense"
    steps: int = STEPS

    def learn(self, lesson: Lesson) -> Learned:
        """A codebook without labels, then a head with them."""
        space = CnnSpace(self.shape)
        space.learn(lesson.learn.planes, seed=lesson.seed)
        trained = head_on(space, lesson)
        return Learned(
            space=space,
            head=trained.head,
            losses=(trained.learned, trained.validation),
            epochs=trained.best,
            settings=asdict(self.shape),
            networks={NETWORK_FILE: space.save},
        )
