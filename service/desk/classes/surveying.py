"""All examples looked at together: what is wrong with them, and a map of what lies near what.

The worker of `service.desk.asking` tells what it knows of them, for the service has no network of
its own; what it told holds until the support folder changes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from indexer.audit import Finding
from indexer.plane import laid_out
from indexer.support import left_alone_stamp, whole_stamp
from service.desk.asking import Asking
from service.desk.classes.checking import check_classes
from service.workers.engine import EngineSpec, engine_for
from storage.records import displayable

__all__ = ["MOST", "Finding", "Point", "Survey", "Surveys"]

MOST: Final = 1000
"""Examples on the map: more would take long, and nobody could tell them apart."""
_ENDS: Final = 10.0
"""Seconds that a map in the making gets when the service ends."""


@dataclass(frozen=True, slots=True)
class Point:
    """An example on the map.

    Attributes:
        class_name: what it is an example of.
        name: of its file.
        x: from -1 to 1, as ``y``; without unit: see `indexer.plane`.
    """

    class_name: str
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Survey:
    """What the examples of a home look like together; all text as UTF-8 can hold it.

    Attributes:
        stamp: of the support folder: see `indexer.support.whole_stamp`.
        findings: what a person should look at, worst first.
        points: the map; where there are more than `MOST`, of each class as many as of any other.
        examples: how many there are that can be used.
    """

    stamp: str
    findings: tuple[Finding, ...]
    points: tuple[Point, ...]
    examples: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker tells of the examples. Must pickle.

    Attributes:
        stamp: see `Survey`, as ``findings`` and ``examples``.
        places: class and file name of those on the map.
        embeddings: theirs, float32 of shape (n, dim), rows of length 1.
    """

    stamp: str
    findings: tuple[Finding, ...]
    examples: int
    places: tuple[tuple[str, str], ...]
    embeddings: NDArray[np.float32]


class Surveys:
    """Makes a survey when one is asked for, and keeps it. For any thread.

    Args:
        asking: whose worker is asked.
        support: the folder of the examples.
    """

    def __init__(self, asking: Asking, support: Path) -> None:
        self._asking = asking
        self._support = support
        self._lock = threading.Lock()
        self._asked: Future[Survey] | None = None
        self._thread: threading.Thread | None = None

    def now(self) -> Future[Survey]:
        """The survey of the folder as it is now, or one that is being made; returns at once.

        All who ask meanwhile get the same one. Its exception is a `PigeonholeError`: the worker
        does not come up, or cannot tell; whoever asks again has it tried again.
        """
        stamp = whole_stamp(self._support)
        with self._lock:
            asked = self._asked
            if asked is None or (asked.done() and not _holds(asked, stamp)):
                asked = self._asked = Future()
                asked.set_running_or_notify_cancel()  # nobody who goes away takes it from others
                self._thread = threading.Thread(
                    target=self._make, args=(asked,), name="survey", daemon=True
                )
                self._thread.start()
            return asked

    def close(self) -> None:
        """Wait for what is being made; to be called when the worker has ended."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(_ENDS)

    def _make(self, asked: Future[Survey]) -> None:
        try:
            # Here and not in the worker: who sends an upload meanwhile need not wait for the map.
            asked.set_result(_drawn(asyncio.run(self._asking.run(tell))))
        except BaseException as error:  # noqa: BLE001 - a future carries whatever was raised
            asked.set_exception(error)


def tell(spec: EngineSpec) -> Told:
    """What is known of the examples; for a worker.

    Raises:
        PigeonholeError: the engine cannot be started.
    """
    beside = left_alone_stamp(spec.support)
    findings = tuple(check_classes(spec))
    engine = engine_for(spec)
    index = engine.index
    rows = evenly([one.class_name for one in index.examples], MOST)
    places = tuple(
        (index.examples[row].class_name, index.examples[row].name.partition("/")[2]) for row in rows
    )
    return Told((engine.stamp or "") + beside, findings, len(index), places, index.embeddings[rows])


def evenly(labels: Sequence[str], most: int) -> list[int]:
    """Rows, ascending: no more than ``most``, and of each label as many as of any other.

    Args:
        labels: of each row.
        most: at least 0.
    """
    seen: dict[str, int] = {}
    ranks = []
    for row, label in enumerate(labels):
        seen[label] = seen.get(label, 0) + 1
        ranks.append((seen[label], row))
    return sorted(row for _, row in sorted(ranks)[:most])


def _drawn(told: Told) -> Survey:
    points = tuple(
        Point(displayable(class_name), displayable(name), float(x), float(y))
        for (class_name, name), (x, y) in zip(told.places, laid_out(told.embeddings), strict=True)
    )
    return Survey(told.stamp, tuple(map(_displayable, told.findings)), points, told.examples)


def _displayable(finding: Finding) -> Finding:
    return replace(
        finding,
        classes=tuple(map(displayable, finding.classes)),
        examples=tuple(map(displayable, finding.examples)),
        text=displayable(finding.text),
    )


def _holds(asked: Future[Survey], stamp: str) -> bool:
    return asked.exception() is None and asked.result().stamp == stamp
