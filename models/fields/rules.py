"""What tickets call things: the words of ``rules.toml``, and finding them in what was read."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

_FILE = Path(__file__).with_name("rules.toml")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"})
_MISREAD = 8
"""Of so many letters one may be another; of fewer than five none."""

_KEPT = 1024
"""Texts whose phrases are remembered."""


class Found(NamedTuple):
    """A phrase of the rules in a text.

    Attributes:
        kind: under which name it stands in the rules.
        phrase: as it stands there.
        errors: letters that were read otherwise.
    """

    kind: str
    phrase: str
    errors: int


class Phrases:
    """Phrases by kind, to be found in a text although it was misread here and there.

    Args:
        kinds: phrases by the name of their kind; of kinds that fit equally well the first counts.
    """

    def __init__(self, kinds: Mapping[str, Iterable[str]]) -> None:
        self._phrases = [
            (kind, plain(phrase), len(plain(phrase).split()))
            for kind, phrases in kinds.items()
            for phrase in phrases
        ]
        self._longest = max((length for _, _, length in self._phrases), default=0)
        # The same row is asked for again and again.
        self._remembered = lru_cache(maxsize=_KEPT)(self._search)

    def find(self, text: str) -> Found | None:
        """The longest phrase in ``text``, the best read of those; None if there is none."""
        return self._remembered(text)

    def _search(self, text: str) -> Found | None:
        words = plain(text).split()
        windows = [
            [" ".join(words[start : start + many]) for start in range(len(words) - many + 1)]
            for many in range(self._longest + 2)
        ]
        best: tuple[tuple[int, int], Found] | None = None
        for kind, phrase, length in self._phrases:
            errors = _errors(windows, phrase, length)
            if errors is None:
                continue
            rank = (len(phrase) - 2 * errors, -errors)
            if best is None or rank > best[0]:
                best = rank, Found(kind, phrase, errors)
        return best[1] if best else None


def plain(text: str) -> str:
    """Letters and single blanks: without case, accents, digits and signs."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    return " ".join(re.sub(r"[^a-z]+", " ", folded.replace("\u0308", "")).split())


def _errors(windows: Sequence[Sequence[str]], phrase: str, length: int) -> int | None:
    """Letters that differ at the fewest; a blank may be missing, or one too many.

    Args:
        windows: of a text, by how many words they have.
        phrase: in small letters.
        length: its words.
    """
    allowed = (len(phrase) + _MISREAD - 5) // _MISREAD
    if allowed < 1:
        return 0 if phrase in windows[length] else None
    near = chain.from_iterable(windows[max(1, length - 1) : length + 2])
    found = process.extractOne(phrase, near, scorer=Levenshtein.distance, score_cutoff=allowed)
    return None if found is None else int(found[1])


def alike(one: str, other: str) -> bool:
    """Whether two signs are easily taken for one another, in any case."""
    pair = {one.upper(), other.upper()}
    return any(pair <= set(group) for group in rules().look_alikes)


@dataclass(frozen=True, slots=True)
class Rules:
    """All of ``rules.toml``.

    Attributes:
        labels: what stands beside an amount.
        date_labels: ``yes`` and ``no``: what stands beside the date that is asked for.
        vendor: ``firms``, ``trades``, ``not_vendor`` and ``address``.
        forms: ends of firms' names, as they are written.
        known: names of chains, by something that they print.
        begun: ends of firms' names by how they begin, where that says all.
        name_words: that names of firms are made of, in small letters.
        look_alikes: groups of signs that are taken for one another.
        digits: pairs of digits that are taken for one another.
        letters: the letter that a sign or digit among letters was.
        countries: what tickets say where a currency is used, by its code.
        signs: the code of a currency (ISO 4217) by its sign, in capitals.
    """

    labels: Phrases
    date_labels: Phrases
    vendor: Mapping[str, Phrases]
    forms: tuple[str, ...]
    begun: Mapping[str, str]
    known: Mapping[str, str]
    name_words: frozenset[str]
    look_alikes: tuple[str, ...]
    digits: frozenset[frozenset[str]]
    letters: Mapping[str, str]
    countries: Phrases
    signs: Mapping[str, str]


@cache
def rules() -> Rules:
    """The rules that come with the program."""
    found: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    vendor = dict(found["vendor"])
    known, forms, begun = vendor.pop("known"), vendor.pop("forms"), vendor.pop("begun")
    words = vendor.pop("words")
    words += " ".join((*vendor["firms"], *vendor["trades"])).split()
    return Rules(
        labels=Phrases(found["labels"]),
        date_labels=Phrases({"yes": found["dates"]["labels"], "no": found["dates"]["not_labels"]}),
        vendor={kind: Phrases({kind: phrases}) for kind, phrases in vendor.items()},
        forms=tuple(forms),
        begun=begun,
        known=known,
        name_words=frozenset(word for word in words if len(word) > 2),
        look_alikes=tuple(found["look_alikes"]["groups"]),
        digits=frozenset(map(frozenset, found["look_alikes"]["digits"])),
        letters=found["look_alikes"]["letters"],
        countries=Phrases(found["countries"]),
        signs={sign: code for code, signs in found["currency"].items() for sign in signs},
    )
