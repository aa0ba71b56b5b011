"""How well a branch tells classes apart that it has not been trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from config.errors import DataError
from models.episodes.classes import Source
from models.episodes.trials import Embed, OneShot, embed_classes, one_shot_trials
from models.training.plan import Plan


class Judge:
    """One-shot trials within the groups of each source's held-out classes.

    A trial has ``plan.ways`` classes, or as many as the source's largest group has. Smaller
    groups take no part.

    Args:
        held_out: classes by source, of two images and more.
        plan: ways, trials and seed.

    Raises:
        DataError: no group of any source has two classes.
    """

    def __init__(self, held_out: Sequence[Source], plan: Plan) -> None:
        self._plan = plan
        self._ways = {one.name: min(plan.ways, _largest_group(one)) for one in held_out}
        self._sources = [one for one in held_out if self._ways[one.name] > 1]
        if not self._sources:
            number = sum(len(source.classes) for source in held_out)
            raise DataError(
                f"{number} classes are held out, judging needs 2 of one group with 2 images each",
                "Keep a share out with held=0.05 after --data, or name groups with --hold-out",
            )

    def __call__(self, embed: Embed) -> dict[str, OneShot]:
        """The errors of each source, by its name."""
        return {
            source.name: one_shot_trials(
                [one.group for one in source.classes],
                embed_classes(source.classes, embed),
                ways=self._ways[source.name],
                trials=self._plan.trials,
                seed=self._plan.seed,
            )
            for source in self._sources
        }


def _largest_group(source: Source) -> int:
    """Classes of it that a trial can ask for."""
    sizes = Counter(one.group for one in source.classes if len(one.images) > 1)
    return max(sizes.values(), default=0)


def mean_error_rate(found: Mapping[str, OneShot]) -> float:
    """Over sources, each counting alike, in [0, 1]."""
    return sum(one.error_rate for one in found.values()) / len(found)
