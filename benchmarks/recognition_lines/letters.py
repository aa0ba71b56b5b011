"""Letters of alphabets that training held out, in the manner of the Omniglot one-shot test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from .bench import Bench
from .episodes import Mistakes, one_shot
from .pictures import EmbeddedClass
from .rows import Measure, Row, right_row

LINE = "Omniglot one-shot test"
TARGET = 1 - 6 / 400
WAYS = 20
_PLACE = "omniglot/images_background.zip"


def measure(bench: Bench) -> list[Row]:
    """Trials within held-out alphabets of the background set, of 20 letters, one example each.

    The test itself (Lake et al., 2015) has runs in which one hand draws the 20 examples and
    another the 20 queries: the first row is of such runs. In the second each image is of any hand,
    as in the trials that training judges itself by. The evaluation set is not used.
    """
    classes = bench.unseen_classes(_PLACE, _hand)
    alphabets = sorted({PurePosixPath(one.group).name for one in classes})
    if not alphabets:
        why = f"training held out no alphabet of {_PLACE}"
        return [Row(LINE, "", Measure.RIGHT, None, 1, target=TARGET, note=why)]
    shown = bench.network.gallery.embed(classes)
    names = ", ".join(alphabets)
    # The 20 trials of a run share hands and letters: a run counts for about one trial.
    by_hands = two_hands(shown, runs=bench.trials, seed=bench.seed)
    by_any, ways = one_shot(shown, ways=WAYS, trials=bench.trials, seed=bench.seed)
    return [
        right_row(
            LINE,
            f"{names}: one hand shows {WAYS}, another asks",
            1,
            by_hands,
            bench.trials * WAYS,
            TARGET,
        ),
        right_row(LINE, f"{names}: {ways} letters, any hand", 1, by_any, bench.trials, TARGET),
    ]


def two_hands(classes: Sequence[EmbeddedClass], *, runs: int, seed: int) -> Mistakes:
    """Runs of 20 letters of one alphabet: examples by one hand, a query of each by another.

    Args:
        classes: letters; an image's origin is the hand that drew it. Groups are alphabets, of
            which those of at least 20 letters are used; at least one.
        runs: how many, of 20 trials each.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    alphabets: dict[str, list[EmbeddedClass]] = {}
    for one in classes:
        alphabets.setdefault(one.group, []).append(one)
    large = [letters for letters in alphabets.values() if len(letters) >= WAYS]
    mistakes: Mistakes = Counter()
    for _ in range(runs):
        letters = large[rng.integers(len(large))]
        hands = sorted(set.intersection(*({str(hand) for hand in one.origins} for one in letters)))
        shows, asks = rng.choice(hands, 2, replace=False)
        shown = [letters[key] for key in rng.choice(len(letters), WAYS, replace=False)]
        support = np.concatenate([one.embeddings[one.origins == shows][:1] for one in shown])
        queries = np.concatenate([one.embeddings[one.origins == asks][:1] for one in shown])
        similarity = queries @ support.T
        own = similarity.diagonal().copy()
        np.fill_diagonal(similarity, -np.inf)
        for key in np.flatnonzero(similarity.max(axis=1) >= own):
            mistakes[shown[key].name, shown[int(similarity[key].argmax())].name] += 1
    return mistakes


def _hand(name: str) -> str:
    """The hand that drew an image: the number behind the letter's, as in ``0709_17.png``."""
    return PurePosixPath(name).stem.rpartition("_")[2]
