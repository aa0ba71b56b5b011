"""Words of a firm's name, mended where they look like one that such names are made of.

What is spelled like a known word but for signs that look alike (``HARKETING``, ``SON BHD``) is
taken for that word. Whatever else is written stays as it was read: a name may be spelled at will.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from models.fields.rules import alike, rules
from models.ticket.words import Word

_UNSURE: Final = 0.85
"""Confidence below which a short word, or one that differs in a letter of another look, is mended."""
_LONG: Final = 7
"""Letters from which a word is known although one of them was read otherwise."""
_SHORT_FORM: Final = 4
"""A legal form of so many signs is known by its look only where the name ends with it."""
_BARE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_INITIALS = re.compile(r"(?<![\w.])(?:[\w¥$]\.){2,}")
_OPENED = re.compile(r"\((\w{1,10})[\]}>|]")
_CLOSED = re.compile(r"[\[{<|/](\w{1,10})\)")


def mended_words(words: Sequence[Word]) -> str:
    """The words of a row with single blanks between them, each mended where it was misread."""
    text = " ".join(_mended(word.text, word.confidence) for word in words)
    return _initials(_brackets(text))


def legal_form(window: str, *, last: bool) -> str | None:
    """The end of a firm's name that ``window`` is, as it is written; None where it is none.

    Dots that are missing or too many are no errors.

    Args:
        window: some words.
        last: nothing but the number of a register follows.
    """
    fitting = [form for form in rules().forms if _is_form(window, form, last=last)]
    if not fitting:
        return None
    nearest = min(fitting, key=lambda form: Levenshtein.distance(window.upper(), form.upper()))
    return window if _undotted(window) == _undotted(nearest) else nearest


def _is_form(window: str, form: str, *, last: bool) -> bool:
    one, other = _undotted(window), _undotted(form)
    if one == other:
        return True
    errors = Levenshtein.distance(one, other, score_cutoff=2)
    if window != window.upper() or errors > 2 or len(one.split()) != len(other.split()):
        return False
    if _look_alike(one, other):
        return last or len(other) > _SHORT_FORM
    if len(other) < _LONG:
        return False
    exact = any(a == b for a, b in zip(one.split(), other.split(), strict=True))
    return errors == 1 or (exact and last)


def _undotted(text: str) -> str:
    return text.upper().replace(".", "")


def _mended(text: str, confidence: float) -> str:
    parts = _BARE.match(text)
    if parts is None or len(parts[2]) < 3:
        return text
    before, word, after = parts.groups()
    known = _known_word(word.upper(), confidence)
    if known is None:
        return text
    if not word.isupper():
        known = known.capitalize() if word[:1].isupper() else known.lower()
    return f"{before}{known}{after}"


def _known_word(word: str, confidence: float) -> str | None:
    """The word of the rules that was misread as ``word``; None where none, or more than one, was."""
    words = _vocabulary()
    if word in words:
        return None
    unsure = confidence < _UNSURE
    fitting = [
        known for known in words
        if len(known) == len(word)
        and (errors := sum(a != b for a, b in zip(word, known, strict=True))) <= 2
        and (
            (errors == 1 and len(known) >= _LONG and (unsure or _look_alike(word, known)))
            or (errors == 2 and len(known) > _LONG and unsure and _look_alike(word, known))
            or (errors == 1 and unsure and _look_alike(word, known))
        )
    ]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word.upper() for word in rules().name_words)


def _look_alike(one: str, other: str) -> bool:
    """Whether they differ in signs only that look alike."""
    return len(one) == len(other) and all(
        a == b or alike(a, b) for a, b in zip(one, other, strict=True)
    )


def _initials(text: str) -> str:
    """``D.1.¥.`` is ``D.I.Y.``: between initials there are letters only."""
    letters = rules().letters

    def spelled(found: re.Match[str]) -> str:
        initials = found[0]
        if not any(map(str.isalpha, initials)):
            return initials  # a number
        return "".join(letters.get(sign, sign) for sign in initials)

    return _INITIALS.sub(spelled, text)


def _brackets(text: str) -> str:
    """Brackets of two kinds, where one was misread: ``(SP}``, ``/KL)``."""
    if text.count("(") > text.count(")"):
        return _OPENED.sub(r"(\1)", text)
    if text.count("(") < text.count(")"):
        return _CLOSED.sub(r" (\1)", text).replace("  ", " ")
    return text
