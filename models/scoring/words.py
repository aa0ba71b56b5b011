"""Words that were read against those that stand there: recall, precision, character errors.

Words are compared as a bag, without case and without the punctuation around them, as usual for
receipts (ICDAR 2019 SROIE, task 2): their order, which columns make a matter of taste, plays no
part. It does in the character error rate, over the whole text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, product

from rapidfuzz.distance import Levenshtein

from models.ticket.words import Word

_AROUND = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How many words were read rightly; they add up, over receipts say.

    Attributes:
        right: read, and there.
        wrong: read, and not there.
        missed: there, and not read.
    """

    right: int
    wrong: int
    missed: int

    def __add__(self, other: WordCounts) -> WordCounts:
        return WordCounts(
            self.right + other.right, self.wrong + other.wrong, self.missed + other.missed
        )

    @property
    def recall(self) -> float | None:
        """Share of the words there that were read; None where there are none."""
        return _share(self.right, self.right + self.missed)

    @property
    def precision(self) -> float | None:
        """Share of the words read that are there; None where none were read."""
        return _share(self.right, self.right + self.wrong)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; None where nothing was there and nothing read."""
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True)
class ComparedWords:
    """Which words were read rightly. Words that are punctuation alone are in none of the three.

    Attributes:
        right: of those read, that are there.
        wrong: of those read, that are not.
        missed: of those there, that were not read.
    """

    right: tuple[Word, ...]
    wrong: tuple[Word, ...]
    missed: tuple[Word, ...]

    @property
    def counts(self) -> WordCounts:
        """How many."""
        return WordCounts(len(self.right), len(self.wrong), len(self.missed))


@dataclass(frozen=True, slots=True)
class CharacterCounts:
    """Signs of a text that were read wrongly; they add up.

    Attributes:
        errors: signs to insert, delete or replace, at the least.
        length: signs of the true text.
    """

    errors: int
    length: int

    def __add__(self, other: CharacterCounts) -> CharacterCounts:
        return CharacterCounts(self.errors + other.errors, self.length + other.length)

    @property
    def rate(self) -> float | None:
        """Errors a sign; more than 1 where much was read that is not there; None of no text."""
        return _share(self.errors, self.length)


def compared(word: str) -> str:
    """A word as it is compared: without case and punctuation around it; may be empty."""
    return _AROUND.sub("", word.casefold())


def compare_words(read: Sequence[Word], true: Sequence[Word]) -> ComparedWords:
    """Tell right words from wrong and missed ones.

    Where a word stands more often on one side, those nearest to one another on their page are
    taken for the same.
    """
    found, there = _by_spelling(read), _by_spelling(true)
    right: set[int] = set()
    seen: set[int] = set()
    for spelling in found.keys() & there.keys():
        pairs = product(found[spelling], there[spelling])
        for one, other in sorted(pairs, key=lambda pair: _apart(read[pair[0]], true[pair[1]])):
            if one not in right and other not in seen:
                right.add(one)
                seen.add(other)
    read_at, true_at = (sorted(chain.from_iterable(one.values())) for one in (found, there))
    return ComparedWords(
        right=tuple(read[place] for place in read_at if place in right),
        wrong=tuple(read[place] for place in read_at if place not in right),
        missed=tuple(true[place] for place in true_at if place not in seen),
    )


def compare_texts(read: str, true: str) -> CharacterCounts:
    """Character errors: Levenshtein's distance of two texts in reading order.

    Both are casefolded; blanks and line ends, however many, count as one blank, those at either
    end as none.
    """
    one, other = (" ".join(text.casefold().split()) for text in (read, true))
    return CharacterCounts(Levenshtein.distance(one, other), len(other))


def _by_spelling(words: Sequence[Word]) -> dict[str, list[int]]:
    """Places of the words, by how they are compared."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, word in enumerate(words):
        if spelling := compared(word.text):
            places[spelling].append(place)
    return places


def _apart(one: Word, other: Word) -> tuple[int, float]:
    """Pages, then pixels between the middles of two words."""
    (x, y), (a, b) = _middle(one), _middle(other)
    return abs(one.page - other.page), abs(x - a) + abs(y - b)


def _middle(word: Word) -> tuple[float, float]:
    left, top, width, height = word.box
    return left + width / 2, top + height / 2


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
