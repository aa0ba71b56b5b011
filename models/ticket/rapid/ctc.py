"""From what a recogniser says of each step of a line to words: CTC, read greedily.

A. Graves et al., "Connectionist Temporal Classification" (2006): at each step of the line either
a sign or nothing; the same sign at neighbouring steps is one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BLANK = 0.2
"""Probability of a blank somewhere between two signs above which a word ends there. The most
probable reading leaves many out; on 63 receipts of SROIE word F1 is 0.945 with it, 0.934 without
(on every third of them)."""
_EXTENDED = 0x250
_VIETNAMESE = range(0x1EA0, 0x1EFA)


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The signs that may be read.

    Attributes:
        columns: of a recogniser's output; the first is "nothing".
        signs: what each column stands for, "" for nothing; no two need differ.
    """

    columns: NDArray[np.intp]
    signs: tuple[str, ...]

    @classmethod
    def of(cls, characters: Sequence[str], *, latin: bool) -> Alphabet:
        """What a recogniser knows.

        Args:
            characters: one for each column of its output, from the second on; the first is any.
            latin: leave out letters of other scripts, of which it else finds some in every stain,
                and take full-width forms for what they stand for.
        """
        columns, signs = [0], [""]
        for column, character in enumerate(characters[1:], 1):
            sign = unicodedata.normalize("NFKC", character) if latin else character
            if len(sign) == 1 and (not latin or _latin(sign)):
                columns.append(column)
                signs.append(sign)
        return cls(np.array(columns, np.intp), tuple(signs))


@dataclass(frozen=True, slots=True)
class Span:
    """One word of a line.

    Attributes:
        text: without blanks.
        confidence: mean probability of its signs, from 0 to 1.
        first: step of its first sign.
        last: step of its last one.
    """

    text: str
    confidence: float
    first: int
    last: int


def words_in(probabilities: NDArray[np.float32], alphabet: Alphabet) -> list[Span]:
    """The words of a line, from left to right.

    Args:
        probabilities: of shape (steps, columns), between 0 and 1.
        alphabet: the signs that may be read.
    """
    known = probabilities[:, alphabet.columns]
    blanks = [at for at, sign in enumerate(alphabet.signs) if sign.isspace()]
    blank = known[:, blanks].max(axis=1, initial=0)
    found: list[Span] = []
    word: list[tuple[int, str, float]] = []
    before = 0
    for step, column in enumerate(known.argmax(axis=1)):
        if column in {0, before}:
            before = column
            continue
        before = column
        sign = alphabet.signs[column]
        if word and (sign.isspace() or blank[word[-1][0] + 1 : step].max(initial=0) > _BLANK):
            found.append(_span(word))
            word = []
        if not sign.isspace():
            word.append((step, sign, float(known[step, column])))
    return [*found, _span(word)] if word else found


def _span(word: Sequence[tuple[int, str, float]]) -> Span:
    steps, signs, sure = zip(*word, strict=True)
    return Span("".join(signs), min(1.0, sum(sure) / len(sure)), steps[0], steps[-1])


def _latin(sign: str) -> bool:
    number = ord(sign)
    if sign == "×" or not sign.isprintable():  # noqa: RUF001 - receipts are typed with an x
        return False
    return number < _EXTENDED or number in _VIETNAMESE or sign in "€–—‘’“”•"  # noqa: RUF001
