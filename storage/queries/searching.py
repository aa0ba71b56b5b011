"""Full text of what was read: from words that a person typed to lines of tickets.

https://www.sqlite.org/fts5.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)

from storage.records import Hit, displayable
from storage.tables import PAST, scans, words

_SEARCH: Final = table("text_search", column("rowid"))
# The table's name, used as a column, is how FTS5 is asked.
_WHOLE: Final[ColumnElement[str]] = literal_column("text_search", Text)
# No text that was read holds these control characters.
_START, _END = "\x02", "\x03"
_MARKED = re.compile(f"{_START}(.*?){_END}", re.DOTALL)
_MOST_VARIED = 20
"""Words of a search up to which other ways to write them are looked for: each costs a look through
all that was ever read."""
_MOST_ENDINGS = 50
_MOST_COMPARED = 2000
"""Scans that are put in order of how well they match."""
_GLUED = re.compile(r"(?<=[^\W\d_])(?=\d)")
_TERMS = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_terms USING"
    " fts5vocab('main', 'text_search', 'row')"
)
# From ':' on, what does not begin with a digit. A quarter of a second among five million words.
_ENDING = text(
    "SELECT term FROM temp.search_terms WHERE term >= ':'"
    " AND term GLOB '*[^0-9]' || :digits AND NOT term GLOB '*[0-9]*[^0-9]' || :digits LIMIT :most"
)


def search(connection: Connection, typed: str, limit: int) -> list[Hit]:
    """Scans whose text holds every word of ``typed``, best first; of very many the newest.

    Nothing in ``typed`` is syntax; the last word may be the beginning of one. Case and accents do
    not matter. An amount is found with a currency before it as well: 12.50 in ``RM12.50``.

    Args:
        connection: to the ledger.
        typed: what a person typed.
        limit: no more hits than this.
    """
    wanted = _words(typed)
    if not wanted:
        return []
    matches: ColumnElement[bool] = _WHOLE.op("MATCH")(_asked(connection, wanted))
    newest = select(_SEARCH.c.rowid).where(matches).order_by(_SEARCH.c.rowid.desc())
    # To put all in order that hold a word that is on every ticket would take a third of a second
    # for 50,000 of them.
    oldest = connection.execute(newest.offset(_MOST_COMPARED).limit(1)).scalar()
    if oldest is not None:
        matches = and_(matches, _SEARCH.c.rowid > oldest)
    query = (
        select(scans.c.id, scans.c.class_name, scans.c.destination, scans.c.pages)
        .select_from(_SEARCH.join(scans, scans.c.id == _SEARCH.c.rowid))
        # A scan that was put back is read again, and found by its new row.
        .where(matches, scans.c.state.not_in(PAST))
        .order_by(literal_column("rank"), scans.c.id.desc())
        .limit(limit)
    )
    best = connection.execute(query).all()
    # Marked in a second go: in the first, all that match would be, before they are put in order.
    mark = select(_SEARCH.c.rowid, func.highlight(_WHOLE, 0, _START, _END)).where(
        matches, _SEARCH.c.rowid.in_([row.id for row in best])
    )
    texts = {scan_id: text for scan_id, text in connection.execute(mark)}  # noqa: C416
    hits = []
    for scan_id, class_name, destination, pages in best:
        marked = texts[scan_id]
        line, found = _best_line(marked)
        page = 1 if pages == 1 else _page_of(connection, scan_id, line)
        hits.append(Hit(scan_id, class_name, destination, page, line, found))
    return hits


def _words(typed: str) -> list[str]:
    each = displayable(typed).replace("\0", " ").split()
    return [word for word in each if any(map(str.isalnum, word))]


def _asked(connection: Connection, wanted: list[str]) -> str:
    """What FTS5 is asked: every word quoted, so that none is an operator."""
    varied = len(wanted) <= _MOST_VARIED
    each = [[word, *(_others(connection, word) if varied else ())] for word in wanted]
    asked = [[_quoted(way) for way in ways] for ways in each]
    asked[-1] = [f"{way}*" for way in asked[-1]]
    return " AND ".join(f"({' OR '.join(ways)})" for ways in asked)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _others(connection: Connection, word: str) -> Iterator[str]:
    """Other ways to write a word with digits: the currency with a blank behind it, or none.

    To FTS5 letters and the digits behind them are one word.
    """
    parted = _GLUED.sub(" ", word)
    if parted != word:
        yield parted
    digits = re.match(r"[0-9]+", word)
    if digits:
        connection.exec_driver_sql(_TERMS)
        ending = {"digits": digits[0], "most": _MOST_ENDINGS}
        for term in connection.execute(_ENDING, ending).scalars().all():
            if term.removesuffix(digits[0]).isalpha():
                yield term + word.removeprefix(digits[0])


def _best_line(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The first of the lines that hold most of what was found, and where in it that stands."""
    # What was found may begin in one line and end in the next.
    marked = _MARKED.sub(
        lambda one: "\n".join(f"{_START}{part}{_END}" for part in one[1].split("\n")), marked
    )
    best = max(marked.split("\n"), key=lambda line: len(set(_MARKED.findall(line.casefold()))))
    spans = [
        (one.start() - 2 * number, one.end() - 2 * number - 2)
        for number, one in enumerate(_MARKED.finditer(best))
    ]
    return best.replace(_START, "").replace(_END, ""), tuple(spans)


def _page_of(connection: Connection, scan_id: int, line: str) -> int | None:
    """The first page on which the line stands; None where the words were not kept."""
    query = (
        select(words.c.page, words.c.block, words.c.paragraph, words.c.line, words.c.text)
        .where(words.c.scan_id == scan_id)
        .order_by(words.c.number)
    )
    rows = connection.execute(query).all()
    for key, of_line in groupby(rows, key=lambda row: row[:4]):
        if " ".join(row.text for row in of_line) == line:
            return int(key[0])
    return None
