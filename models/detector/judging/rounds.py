"""Pictures take turns at being the test: cross-validation that never parts a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from config.words import counted
from models.detector.pictures.picture import Picture

LEAST: Final = 3
"""Rounds: one to learn from, one to choose by, one to be judged by."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """The parts of one round: indices of pictures, in their order; together all of them.

    Attributes:
        train: what is learned from.
        validation: what says when to stop, and calibrates.
        test: what is judged.
    """

    train: Rows
    validation: Rows
    test: Rows


def rounds_of(pictures: Sequence[Picture], *, rounds: int = 5, seed: int = 0) -> Rows:
    """In which round each picture is the test.

    Cross-validation stratified by label (Kohavi, 1995), of whole groups: the largest are dealt
    first, each to the round that has least of its kind. Fewer rounds are made where there are not
    enough groups for one of each kind in every round.

    Args:
        pictures: of the class and others, or of the class alone.
        rounds: how many at most; at least `LEAST`.
        seed: of the order among groups of one size.

    Returns:
        int64 of shape (n,), from 0, each number taken up to the highest.

    Raises:
        DataError: there are too few groups of the class, or of others if there are any, for
            `LEAST` rounds.
        ValueError: fewer rounds than `LEAST` are asked for.
    """
    if rounds < LEAST:
        raise ValueError(f"{rounds} rounds are too few: {LEAST} is the least")
    names, group = np.unique([one.group for one in pictures], return_inverse=True)
    positive = np.array([one.positive for one in pictures], np.bool_)
    amounts = np.stack(
        [np.bincount(group[kind], minlength=len(names)) for kind in (positive, ~positive)], axis=1
    ).astype(np.int64)
    _refuse_too_few(amounts)
    most = min(rounds, *(int(np.count_nonzero(of)) for of in amounts.T if of.any()))
    for number in range(most, LEAST - 1, -1):
        round_of_group, dealt = _dealt(amounts, number, np.random.default_rng(seed))
        # Groups that hold both kinds can leave a round without one of them.
        if (dealt[:, amounts.any(axis=0)] > 0).all():
            found: Rows = round_of_group[group]
            return found
    raise DataError(
        "pictures of the class and others are alike so often that they cannot be told apart "
        f"in {LEAST} rounds",
        "Look whether the same things are in both folders, and add pictures of other things",
    )


def divisions(rounds: Rows) -> Iterator[Division]:
    """The parts of each round in turn: the test of the next round is the validation of this one.

    Args:
        rounds: see `rounds_of`.
    """
    number = int(rounds.max()) + 1
    for test in range(number):
        validation = (test + 1) % number
        yield Division(
            np.flatnonzero((rounds != test) & (rounds != validation)),
            np.flatnonzero(rounds == validation),
            np.flatnonzero(rounds == test),
        )


def _dealt(amounts: Rows, number: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """The round of each group, and how many pictures of each kind each round has."""
    order = rng.permutation(len(amounts))
    # Those with most of the class first, then those with most others.
    order = order[np.lexsort((-amounts[order, 1], -amounts[order, 0]))]
    ties = rng.permutation(number)
    found = np.zeros(len(amounts), np.int64)
    dealt = np.zeros((number, 2), np.int64)
    for group in order:
        kind = 0 if amounts[group, 0] else 1
        place = np.lexsort((ties, dealt[:, 1 - kind], dealt[:, kind]))[0]
        found[group] = place
        dealt[place] += amounts[group]
    return found, dealt


def _refuse_too_few(amounts: Rows) -> None:
    """Say so where there are fewer groups of a kind than `LEAST`.

    Raises:
        DataError: see above.
    """
    for of, what, must in zip(
        amounts.T, ("pictures of the class", "other pictures"), (True, False), strict=True
    ):
        there, total = int(np.count_nonzero(of)), int(of.sum())
        if there < LEAST and (must or total):
            lacking = LEAST - there
            raise DataError(
                f"there are too few {what}: {total}, of which {there} independent; one is to learn "
                "from, one to choose by and one to be judged by",
                f"Add {counted(lacking, 'picture')} or more of other scenes: "
                "copies and pictures of one scene count once",
            )
