"""What tickets call things: the words of ``rules.toml``, and finding them in what was read."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

_FILE = Path(__file__).with_name("rules.toml")
_SPELLED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"})
_MISREAD = 8
"""Of so many letters one may be another; of fewer than five none."""


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

    def find(self, text: str) -> Found | None:
        """The longest phrase in ``text``, the best read of those; None if there is none."""
        words = plain(text).split()
        best: tuple[tuple[int, int], Found] | None = None
        for kind, phrase, length in self._phrases:
            errors = _errors(words, phrase, length)
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


def _errors(words: list[str], phrase: str, length: int) -> int | None:
    allowed = (len(phrase) + _MISREAD - 5) // _MISREAD
    fewest: int | None = None
    for start in range(len(words) - length + 1):
        window = " ".join(words[start : start + length])
        if abs(len(window) - len(phrase)) > allowed:
            continue
        found = Levenshtein.distance(window, phrase, score_cutoff=allowed)
        if found <= allowed and (fewest is None or found < fewest):
            fewest = found
    return fewest


@dataclass(frozen=True, slots=True)
class Rules:
    """All of ``rules.toml``.

    Attributes:
        labels: what stands beside an amount.
        date_labels: ``yes`` and ``no``: what stands beside the date that is asked for.
        vendor: ``firms``, ``trades``, ``not_vendor`` and ``address``.
        forms: ends of firms' names, as they are written.
        known: names of chains, by something that they print.
        signs: the code of a currency (ISO 4217) by its sign, in capitals.
    """

    labels: Phrases
    date_labels: Phrases
    vendor: Mapping[str, Phrases]
    forms: tuple[str, ...]
    known: Mapping[str, str]
    signs: Mapping[str, str]


@cache
def rules() -> Rules:
    """The rules that come with the program."""
    found: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    vendor = dict(found["vendor"])
    known, forms = vendor.pop("known"), vendor.pop("forms")
    return Rules(
        labels=Phrases(found["labels"]),
        date_labels=Phrases({"yes": found["dates"]["labels"], "no": found["dates"]["not_labels"]}),
        vendor={kind: Phrases({kind: phrases}) for kind, phrases in vendor.items()},
        forms=tuple(forms),
        known=known,
        signs={sign: code for code, signs in found["currency"].items() for sign in signs},
    )
