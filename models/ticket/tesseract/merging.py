"""Two readings of the same page made one: of each place the words that are surer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.ticket.words import Word, sureness

_ACROSS, _DOWN = 0.3, 0.5
"""Share of the smaller one's width and height by which words stand at one place."""
_ALONE = 0.4
"""Confidence from which on a word is believed that one of two readings has."""
_ALIKE, _UNLIKE = 0.2, -0.1
"""What a word's confidence gains where both read it alike, and where they do not."""
_EDGES = re.compile(r"^\W+|\W+$")


def merged(first: Sequence[Word], second: Sequence[Word]) -> list[Word]:
    """The words of two readings; where both read something, the surer ones.

    As in voting among recognisers (Fiscus, ROVER, 1997), what both read alike is surer than either
    says, and what they do not is less sure.

    Args:
        first: on one page.
        second: on that page.
    """
    found: list[Word] = []
    for one, other in _places(first, second):
        if one and other:
            surer = sureness(one) >= sureness(other)
            found += _voted(one, other) if surer else _voted(other, one)
        else:
            found += [word for word in (*one, *other) if word.confidence >= _ALONE]
    return found


def _voted(words: Sequence[Word], others: Sequence[Word]) -> Iterator[Word]:
    """Words of one reading, as sure as the other one leaves them."""
    read = {_plain(word) for word in others}
    for word in words:
        confidence = word.confidence + (_ALIKE if _plain(word) in read else _UNLIKE)
        yield replace(word, confidence=min(max(confidence, 0.0), 1.0))


def _plain(word: Word) -> str:
    return _EDGES.sub("", word.text).casefold()


def _places(
    first: Sequence[Word], second: Sequence[Word]
) -> Iterator[tuple[list[Word], list[Word]]]:
    """Words of both that stand at one place, directly or through others there."""
    touching = _touching(_boxes(first), _boxes(second))
    left, right = set(range(len(first))), set(range(len(second)))
    while left:
        ones, others = {left.pop()}, set[int]()
        news = True
        while news:
            reached = {int(k) for one in ones for k in np.flatnonzero(touching[one])}
            back = {int(k) for other in reached for k in np.flatnonzero(touching[:, other])}
            news = not (reached <= others and back <= ones)
            others |= reached
            ones |= back
        left -= ones
        right -= others
        yield [first[k] for k in sorted(ones)], [second[k] for k in sorted(others)]
    yield from (([], [second[k]]) for k in sorted(right))


def _boxes(words: Sequence[Word]) -> NDArray[np.float64]:
    return np.array([word.box for word in words], np.float64).reshape(-1, 4)


def _touching(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether words stand at one place; shape (n first, n second)."""
    answer = np.ones((len(first), len(second)), np.bool_)
    for axis, share in ((0, _ACROSS), (1, _DOWN)):
        start, length = first[:, None, axis], first[:, None, axis + 2]
        other, its = second[None, :, axis], second[None, :, axis + 2]
        shared = np.minimum(start + length, other + its) - np.maximum(start, other)
        answer &= shared > share * np.minimum(length, its)
    return answer
