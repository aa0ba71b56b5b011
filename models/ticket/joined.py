"""Words that an engine took apart, put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.ticket.words import Word, around

# Before an amount a currency may stand, behind it a sign of its tax.
_WHOLE = re.compile(r"\D{0,3}\d+")
_POINTED = re.compile(r"\D{0,3}\d+[.,]")
_CENTS = re.compile(r"[.,]\d{2}\D?")
_TENS = re.compile(r"\d{2}\D?")
_GAP = 1.0
"""Gap between the parts of an amount, in heights of its digits, up to which they are one word."""
_CLOSE = 0.3
"""The same between any two digits: blanks are wider."""


def numbers_joined(words: Sequence[Word]) -> Iterator[Word]:
    """Words, with numbers in one piece that were read in two: ``12 .50``, ``12. 50``, ``123 456``."""
    last: Word | None = None
    for word in words:
        if last is not None and _belongs(last, word):
            last = Word(
                last.text + word.text, min(last.confidence, word.confidence), last.page,
                last.line, around((last, word)),
            )  # fmt: skip
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


def _belongs(last: Word, word: Word) -> bool:
    if last.line != word.line:
        return False
    gap = (word.box[0] - last.box[0] - last.box[2]) / max(1, last.box[3], word.box[3])
    if gap <= _CLOSE and last.text[-1].isdigit() and word.text[0].isdigit():
        return True
    whole, pointed = _WHOLE.fullmatch(last.text), _POINTED.fullmatch(last.text)
    parts = (whole and _CENTS.fullmatch(word.text)) or (pointed and _TENS.fullmatch(word.text))
    return bool(parts) and gap <= _GAP
