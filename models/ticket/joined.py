"""Words that an engine took apart, put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from models.ticket.words import Word, around

_WHOLE = re.compile(r"\d+")
_CENTS = re.compile(r"[.,]\d{2}\D?")
_POINTED = re.compile(r"\d+[.,]")
_GAP = 0.6
"""Gap between the parts of an amount, in heights of its digits, up to which they are one word."""


def amounts_joined(words: Sequence[Word]) -> Iterator[Word]:
    """Words, with amounts in one piece that were read in two: ``12 .50``, ``12. 50``."""
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
    gap = word.box[0] - last.box[0] - last.box[2]
    if last.line != word.line or gap > _GAP * max(last.box[3], word.box[3]):
        return False
    if _WHOLE.fullmatch(last.text):
        return _CENTS.fullmatch(word.text) is not None
    return bool(_POINTED.fullmatch(last.text)) and re.fullmatch(r"\d{2}\D?", word.text) is not None
