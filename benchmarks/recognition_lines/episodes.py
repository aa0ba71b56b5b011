"""Episodes: a support set drawn at random, and queries that are never among its examples.

Images are embedded once; an episode is a choice of rows. Where only the nearest example counts,
NumPy compares (`one_shot`); where scores count, a real `Judge` decides (`judged`). Intervals take
queries for independent; they are drawn again and again from a few hundred images, so that the true
uncertainty is larger where a line has few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.calibration import Calibration
from indexer.evaluation.outcome import Outcome
from indexer.evaluation.summary import STRANGERS_LET_IN
from indexer.index import Example
from indexer.verdict import UNKNOWN
from service.workers.judge import Judge

from .pictures import EmbeddedClass

Mistakes = Counter[tuple[str, str]]
"""How often each pair of true class and answered class occurred."""
KNOWN_A_STRANGER = 2
"""Known queries for each stranger: the share of strangers that calibration is fitted to."""


def draw(rng: np.random.Generator, one: EmbeddedClass, shots: int) -> tuple[int, NDArray[np.int64]]:
    """A query of a class and the examples that are shown of it.

    They are never the same image, nor of the same origin where other origins have images enough.

    Args:
        rng: the only source of chance.
        one: of at least two images.
        shots: examples; fewer where the class has not more images than this.

    Returns:
        The query's row, and the examples' rows, of shape (at most shots,).
    """
    query = int(rng.integers(len(one)))
    others = np.flatnonzero(one.origins != one.origins[query])
    if len(others) < shots:
        others = np.delete(np.arange(len(one)), query)
    return query, rng.choice(others, min(shots, len(others)), replace=False)


def one_shot(
    classes: Sequence[EmbeddedClass], *, ways: int, trials: int, seed: int
) -> tuple[Mistakes, int]:
    """Trials of one query, one example of each of ``ways`` classes, plain nearest neighbour.

    Classes of one trial are of one group, each group as often; groups of fewer classes are left
    out, unless all are: then the largest is asked with as many as it has. Another class that is
    as near as the right one counts as a mistake.

    Args:
        classes: of at least two images each.
        ways: classes shown in a trial.
        trials: how many.
        seed: of the draw.

    Returns:
        The mistakes, and the number of classes in a trial.
    """
    rng = np.random.default_rng(seed)
    pools, ways = _pools(classes, ways)
    mistakes: Mistakes = Counter()
    for _ in range(trials):
        shown = _some(rng, pools, ways)
        query, examples = draw(rng, shown[0], 1)
        support = [shown[0].embeddings[examples[0]]]
        support += [one.embeddings[rng.integers(len(one))] for one in shown[1:]]
        similarity = np.stack(support) @ shown[0].embeddings[query]
        nearest = int(similarity[1:].argmax()) + 1
        if similarity[nearest] >= similarity[0]:
            mistakes[shown[0].name, shown[nearest].name] += 1
    return mistakes, ways


def judged(
    classes: Sequence[EmbeddedClass],
    strangers: Sequence[EmbeddedClass],
    calibration: Calibration,
    *,
    ways: int,
    shots: int,
    episodes: int,
    seed: int,
) -> list[Outcome]:
    """Episodes in which two of the shown classes are asked for, and a stranger asks too.

    Args:
        classes: of at least two images each; classes of one episode are of one group.
        strangers: classes of which one is drawn for each stranger, each as often; those that are
            shown in the episode never. Empty: no strangers.
        calibration: of the branch that made the embeddings.
        ways: classes shown in an episode, at least two.
        shots: examples of each.
        episodes: how many.
        seed: of the draw.

    Returns:
        ``KNOWN_A_STRANGER`` known outcomes an episode, and one stranger's.
    """
    rng = np.random.default_rng(seed)
    pools, ways = _pools(classes, ways)
    outcomes: list[Outcome] = []
    for number in range(episodes):
        shown = _some(rng, pools, ways)
        asked, truths, support = [], [], []
        for place, one in enumerate(shown):
            query, rows = draw(rng, one, shots)
            support.append(one.embeddings[rows])
            if place < KNOWN_A_STRANGER:
                asked.append(one.embeddings[query])
                truths.append(one.name)
        names = {one.name for one in shown}
        others = [one for one in strangers if one.name not in names]
        if others:
            stranger = others[rng.integers(len(others))]
            asked.append(stranger.embeddings[rng.integers(len(stranger))])
            truths.append(UNKNOWN)
        verdicts = judge_by(shown, support, calibration).judge(np.stack(asked))
        outcomes += [
            Outcome(episode=str(number), query=truth, truth=truth, verdict=verdict, own=None)
            for truth, verdict in zip(truths, verdicts, strict=True)
        ]
    return outcomes


def judge_by(
    shown: Sequence[EmbeddedClass],
    support: Sequence[NDArray[np.float32]],
    calibration: Calibration,
) -> Judge:
    """A judge by some examples.

    Args:
        shown: the classes.
        support: embeddings of the examples of each, float32 of shape (n, dim), unit rows.
        calibration: of the branch that made them.
    """
    examples = [
        Example(one.name, f"{one.name}/{row}", f"{one.name}/{row}")
        for one, rows in zip(shown, support, strict=True)
        for row in range(len(rows))
    ]
    return Judge.of(
        examples, np.concatenate(support), calibration, reject=STRANGERS_LET_IN, branch_id=""
    )


def _pools(classes: Sequence[EmbeddedClass], ways: int) -> tuple[list[list[EmbeddedClass]], int]:
    """The classes of each group that has enough of them, and how many are enough."""
    groups: dict[str, list[EmbeddedClass]] = {}
    for one in classes:
        groups.setdefault(one.group, []).append(one)
    ways = min(ways, max(len(members) for members in groups.values()))
    return [members for members in groups.values() if len(members) >= ways], ways


def _some(
    rng: np.random.Generator, pools: Sequence[Sequence[EmbeddedClass]], ways: int
) -> list[EmbeddedClass]:
    """So many classes of one group, in random order."""
    members = pools[int(rng.integers(len(pools)))]
    return [members[key] for key in rng.choice(len(members), ways, replace=False)]
