"""How sorting goes: scans a day or a week, what went to review, how often the network was right, how long.

Days and weeks are those in which scans were received, in a person's time zone: a word that is said
late counts for the week of the verdict that it is about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.errors import UsageError
from config.home import Home
from indexer.evaluation.measures import Proportion
from indexer.verdict import UNKNOWN
from service.lock import daemon_at_work
from storage import records
from storage.ledger import Ledger
from storage.queries.figures import FigureBook, LastWord, Span

DAYS: Final = 30
"""Days that are told of, unless more or fewer are asked for."""
MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Took:
    """How long scans took from being received until they stood where they belong.

    Attributes:
        scans: how many; at least one.
        median, slowest: in seconds; of 100 scans 95 took no longer than the latter.
    """

    scans: int
    median: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Period:
    """The scans that were received on one day, or in one week.

    Attributes:
        first: its first day.
        classes: how many are taken for each class now, ``unknown`` among them.
        without: how many have no class: they failed, were set aside, or are not judged yet.
        to_review: those that the network took for unknown when it judged them last, of those that it
            judged.
        took: None where every scan was moved again after it was finished, or none was.
    """

    first: date
    classes: dict[str, int]
    without: int
    to_review: Proportion
    took: Took | None


@dataclass(frozen=True, slots=True)
class Week:
    """What people said of the scans that were received in one week.

    Attributes:
        first: its Monday.
        right: verdicts that were right, of those that somebody confirmed or corrected.
    """

    first: date
    right: Proportion


@dataclass(frozen=True, slots=True)
class Confused:
    """So many scans that the network took for one class and a person for this one, or the same."""

    predicted: str
    said: str
    scans: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What is on its way now.

    Attributes:
        waiting: files in the inbox that are not claimed; None where no daemon runs to count them.
        queued, working, moving: scans in these states.
        oldest: since when the oldest of those waits of which nothing is decided; None if none does.
    """

    waiting: int | None
    queued: int
    working: int
    moving: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it.

    Attributes:
        step: days of a period: 1, or 7 from Monday on.
        periods: all of the time that was asked for, oldest first; today lies in the last.
        weeks: the weeks that these days lie in, whole, oldest first.
        confusion: over those weeks, most scans first; right verdicts are among them.
        queue: now.
        states: how many scans there are in each, of all times; those without any are left out.
        classes: how many scans are taken for each, of all times.
    """

    step: int
    periods: tuple[Period, ...]
    weeks: tuple[Week, ...]
    confusion: tuple[Confused, ...]
    queue: Queue
    states: dict[str, int]
    classes: dict[str, int]

    @property
    def right(self) -> Proportion:
        """Verdicts that were right in all these weeks, of those that somebody looked at."""
        right = sum(one.scans for one in self.confusion if one.predicted == one.said)
        return Proportion(right, sum(one.scans for one in self.confusion))


def figures(
    home: Home,
    ledger: Ledger,
    *,
    days: int = DAYS,
    by_week: bool = False,
    zone: tzinfo | None = None,
    now: datetime | None = None,
) -> Figures:
    """How sorting went in the last days, and stands now.

    Args:
        home: whose.
        ledger: of the home.
        days: how many, today among them.
        by_week: put whole weeks together, the first and the last one too.
        zone: of whoever looks; None for that of this machine.
        now: the present, with a time zone; None for the clock's.

    Raises:
        UsageError: so many days cannot be told of.
    """
    if not 1 <= days <= MOST_DAYS:
        raise UsageError(f"figures tell of 1 to {MOST_DAYS} days, not of {days}", "Ask for fewer")
    present = now or records.now()
    today = present.astimezone(zone).date()
    mondays = _mondays(today - timedelta(days=days - 1), today)
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    step, firsts = (7, mondays) if by_week else (1, dates)
    book = FigureBook(ledger.database, home)
    bounds = [_midnight(day, zone) for day in [*firsts, firsts[-1] + timedelta(days=step)]]
    spans, words = book.look(bounds, _midnight(mondays[0], zone))
    # Where the network could not judge, it was neither right nor wrong.
    judged = [word for word in words if word.predicted is not None]
    spoken = Counter((word.predicted or "", word.class_name) for word in judged)
    by_day = defaultdict[date, list[LastWord]](list)
    by_period = defaultdict[date, list[LastWord]](list)
    for word in words:
        day = word.received_at.astimezone(zone).date()
        by_day[day].append(word)
        by_period[_monday(day) if by_week else day].append(word)
    states = ledger.counts()
    return Figures(
        step=step,
        periods=tuple(
            _period(first, span, by_period[first])
            for first, span in zip(firsts, spans, strict=True)
        ),
        weeks=tuple(_weeks(mondays, by_day)),
        confusion=tuple(Confused(*pair, scans) for pair, scans in spoken.most_common()),
        queue=queue_now(home, ledger, states),
        states=states,
        classes=ledger.counts_by_class(),
    )


def queue_now(home: Home, ledger: Ledger, states: Mapping[str, int] | None = None) -> Queue:
    """What is on its way.

    Args:
        home: whose.
        ledger: of the home.
        states: how many scans are in each, where that is known.
    """
    states = ledger.counts() if states is None else states
    pid = daemon_at_work(home.lock_file)
    beat = ledger.heartbeat()
    # What an earlier daemon told is old.
    waiting = beat.waiting if beat and beat.pid == pid else None
    oldest = [ledger.oldest_open(), beat.oldest_at if beat and beat.pid == pid else None]
    return Queue(
        waiting,
        states.get("queued", 0),
        states.get("working", 0),
        states.get("moving", 0),
        min(filter(None, oldest), default=None),
    )


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """When a day begins; without a zone, by the rules of this machine for that very day."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _mondays(first: date, last: date) -> list[date]:
    begin = _monday(first)
    return [begin + timedelta(weeks=n) for n in range((last - begin).days // 7 + 1)]


def _period(first: date, span: Span, words: Sequence[LastWord]) -> Period:
    """What the network had said is not what scans are taken for now, where a person spoke."""
    judged, unknown = sum(span.classes.values()), span.classes.get(UNKNOWN, 0)
    for word in words:
        judged -= word.predicted is None
        unknown += (word.predicted == UNKNOWN) - (word.taken_for == UNKNOWN)
    return Period(
        first, span.classes, span.without, Proportion(unknown, judged), _took(span.seconds)
    )


def _took(seconds: NDArray[np.float64]) -> Took | None:
    if not len(seconds):
        return None
    median, slowest = np.percentile(seconds, [50, 95])
    return Took(len(seconds), float(median), float(slowest))


def _weeks(mondays: Sequence[date], by_day: Mapping[date, Sequence[LastWord]]) -> Iterator[Week]:
    right, looked_at = Counter[date](), Counter[date]()
    for day, words in by_day.items():
        judged = [word for word in words if word.predicted is not None]
        looked_at[_monday(day)] += len(judged)
        right[_monday(day)] += sum(word.predicted == word.class_name for word in judged)
    for monday in mondays:
        yield Week(monday, Proportion(right[monday], looked_at[monday]))
