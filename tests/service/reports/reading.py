"""A report as its reader's browser takes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from indexer.evaluation.outcome import Evaluation

VOID = {"meta", "img", "br", "wbr", "hr", "link", "input"}
Make = Callable[..., Evaluation]
"""Makes an evaluation: see the fixture ``make``."""


class Page(HTMLParser):
    """A page as a browser reads it: its tags, its words, and whether each tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        # A browser would take no tag out of the library's text either.
        self.feed(
            re.sub(r"<script>.*?</script>", "<script></script>", html, count=1, flags=re.DOTALL)
        )
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends: the last that was opened."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text."""
        self.words += data

    def count(self, tag: str) -> int:
        """How many tags of this kind there are."""
        return sum(tag == one for one, _ in self.tags)
